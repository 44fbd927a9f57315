import { field, type LogSchema } from "../../events/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's files log: every file that travelled, by whatever protocol. */
export const filesSchema: LogSchema = {
  name: "files",
  shown: true,
  says: "Files that travelled over flows: what they are, how much of them was seen, their digests.",
  brief: [
    "ts",
    "fuid",
    "uid",
    "source",
    "mime_type",
    "filename",
    "origin",
    "seen_bytes",
    "missing_bytes",
    "sha256",
  ],
  fields: [
    field("ts", "time", "When its first byte was seen."),
    field("fuid", "text", "The file's id."),
    field("uid", "uid", "The flow it travelled over."),
    field("id.orig_h", "addr", "Address of the originator."),
    field("id.orig_p", "port", "Port of the originator."),
    field("id.resp_h", "addr", "Address of the responder."),
    field("id.resp_p", "port", "Port of the responder."),
    field("source", "dict", "The protocol that carried it."),
    field("depth", "count", "How deep in its message it lay: of a mail, the number of the part.", {
      width: "u32",
    }),
    field("analyzers", "list", "What looked into it beyond type and digests.", { isSet: true }),
    field("mime_type", "dict", "Its type, told from its first bytes.", OPTIONAL),
    field("filename", "text", "Its name, where the protocol says one.", OPTIONAL),
    field("origin", "text", "Where it came from: a URL, an FTP command, a mail's subject.", {
      optional: true,
      ours: true,
    }),
    field("duration", "interval", "From its first byte to its last."),
    field("local_orig", "bool", "Whether a local address sent it."),
    field("is_orig", "bool", "Whether the flow's originator sent it."),
    field("seen_bytes", "count", "How many of its bytes were seen."),
    field("total_bytes", "count", "How long it is, where the protocol says that.", OPTIONAL),
    field("missing_bytes", "count", "How many of its bytes were never captured."),
    field("overflow_bytes", "count", "How many were not read: overlaps, or too far out of order."),
    field("timedout", "bool", "Whether it was given up after it stood still."),
    field("parent_fuid", "text", "The file that holds it.", OPTIONAL),
    field("md5", "text", "MD5 of the whole file.", OPTIONAL),
    field("sha1", "text", "SHA-1 of the whole file.", OPTIONAL),
    field("sha256", "text", "SHA-256 of the whole file.", OPTIONAL),
    field("extracted", "text", "Name under which it was taken out; set by whoever does.", OPTIONAL),
    field("extracted_cutoff", "bool", "Whether it was taken out in part only.", OPTIONAL),
    field("extracted_size", "count", "How many of its bytes were taken out.", OPTIONAL),
    field("is_complete", "bool", "Whether all of its bytes were seen, as far as can be known.", {
      ours: true,
    }),
  ],
};

/** What carried bytes are in another reading than that of the files log. */
export const fileReadingsSchema: LogSchema = {
  name: "file_readings",
  shown: true,
  says:
    "The same bytes read in another way than in files: packed bodies as they travelled, whole mails, " +
    "bodies of broken HTTP as a strict reader frames them.",
  brief: [
    "ts",
    "fuid",
    "uid",
    "reading",
    "mime_type",
    "filename",
    "origin",
    "seen_bytes",
    "sha256",
  ],
  fields: [
    field("ts", "time", "When its first byte was seen."),
    field("fuid", "text", "Its id; objects takes it out by that."),
    field("uid", "uid", "The flow it travelled over."),
    field("id.orig_h", "addr", "Address of the originator."),
    field("id.orig_p", "port", "Port of the originator."),
    field("id.resp_h", "addr", "Address of the responder."),
    field("id.resp_p", "port", "Port of the responder."),
    field(
      "reading",
      "dict",
      "packed: the body as it travelled; unpacked: what came out of br or zstd; message: a whole mail; strict: the body as a reader frames it " +
        "that keeps to the letter of the grammar; behind: bytes behind a message that begin no other.",
    ),
    field("source", "dict", "The protocol that carried it."),
    field("mime_type", "dict", "Its type, told from its first bytes.", OPTIONAL),
    field("filename", "text", "Its name, where the protocol says one.", OPTIONAL),
    field("origin", "text", "Where it came from: a URL, a mail's subject.", OPTIONAL),
    field("is_orig", "bool", "Whether the flow's originator sent it."),
    field("seen_bytes", "count", "How many of its bytes were seen."),
    field("missing_bytes", "count", "How many of its bytes were never captured."),
    field("sha256", "text", "SHA-256 of the whole.", OPTIONAL),
    field("is_complete", "bool", "Whether all of its bytes were seen, as far as can be known."),
  ],
};

/** What archives list as their content, without unpacking any of it. */
export const archiveMembersSchema: LogSchema = {
  name: "archive_members",
  shown: true,
  says: "Members that archives (zip, tar, gzip, office files) list as their content.",
  brief: ["ts", "fuid", "format", "member", "size", "encrypted"],
  fields: [
    field("ts", "time", "When the archive's first byte was seen."),
    field("uid", "uid", "The flow that the archive travelled over."),
    field("id.orig_h", "addr", "Address of the originator."),
    field("id.orig_p", "port", "Port of the originator."),
    field("id.resp_h", "addr", "Address of the responder."),
    field("id.resp_p", "port", "Port of the responder."),
    field("fuid", "text", "The archive."),
    field("format", "dict", "What kind of archive: zip, tar or gzip."),
    field("member", "text", "The member's name with its path.", OPTIONAL),
    field("size", "count", "Its size as the archive states it.", OPTIONAL),
    field("compressed_size", "count", "How long it is inside the archive.", OPTIONAL),
    field("method", "dict", "How it is compressed.", OPTIONAL),
    field("encrypted", "bool", "Whether it needs a password."),
  ],
};

/** Zeek's pe log: what Windows programs say of themselves. */
export const peSchema: LogSchema = {
  name: "pe",
  shown: true,
  says: "Windows programs and libraries that travelled: what they were made for and from.",
  fields: [
    field("ts", "time", "When the file's first byte was seen."),
    field("id", "text", "The file's id."),
    field("machine", "dict", "The machine it was compiled for.", OPTIONAL),
    field("compile_ts", "time", "When it was made, as it says.", OPTIONAL),
    field("os", "dict", "The system it needs.", OPTIONAL),
    field("subsystem", "dict", "The part of the system it runs in.", OPTIONAL),
    field("is_exe", "bool", "Whether it is a program or library, not an object file."),
    field("is_64bit", "bool", "Whether it is for 64 bits."),
    field("uses_aslr", "bool", "Whether it may be loaded anywhere."),
    field("uses_dep", "bool", "Whether its data may not be run."),
    field("uses_code_integrity", "bool", "Whether its signature is to be checked."),
    field("uses_seh", "bool", "Whether it uses structured exceptions."),
    field("has_import_table", "bool", "Whether it imports anything.", OPTIONAL),
    field("has_export_table", "bool", "Whether it exports anything.", OPTIONAL),
    field("has_cert_table", "bool", "Whether it is signed.", OPTIONAL),
    field("has_debug_data", "bool", "Whether it tells of debug files.", OPTIONAL),
    field("section_names", "list", "Names of its sections, in order.", OPTIONAL),
  ],
};
