import { type Field, field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };
const OURS = { optional: true, ours: true };

/** What is done with a file, in Zeek's words, by number. */
export const FILE_ACTIONS = [
  "SMB::FILE_READ",
  "SMB::FILE_WRITE",
  "SMB::FILE_OPEN",
  "SMB::FILE_CLOSE",
  "SMB::FILE_DELETE",
  "SMB::FILE_RENAME",
  "SMB::FILE_SET_ATTRIBUTE",
  "SMB::PIPE_READ",
  "SMB::PIPE_WRITE",
  "SMB::PIPE_OPEN",
  "SMB::PIPE_CLOSE",
  "SMB::PRINT_READ",
  "SMB::PRINT_WRITE",
  "SMB::PRINT_OPEN",
  "SMB::PRINT_CLOSE",
] as const;

/** Zeek's smb_mapping log: shares that were connected to. */
export const smbMappingSchema: LogSchema = {
  name: "smb_mapping",
  shown: true,
  says: "One row for each share that a client connected to.",
  fields: [
    ...FLOW_FIELDS,
    field("path", "dict", "Name of the share, with its server.", OPTIONAL),
    field("service", "dict", "Kind of service, as SMB 1 names it.", OPTIONAL),
    field("native_file_system", "dict", "File system of the share, as SMB 1 tells it.", OPTIONAL),
    field("share_type", "dict", "What it shares: DISK, PIPE or PRINT."),
    field("status", "dict", "The server's answer.", OURS),
  ],
};

const FILE_FIELDS: readonly Field[] = [
  field("fuid", "text", "The file's id, where its bytes were seen.", OPTIONAL),
  field("action", "enum", "What was done with it.", { optional: true, values: FILE_ACTIONS }),
  field("path", "dict", "The share that it lies in.", OPTIONAL),
  field("name", "text", "Its name, with its folders.", OPTIONAL),
  field("size", "count", "How long it is."),
  field("prev_name", "text", "Its name before it was renamed.", OPTIONAL),
  field("times.modified", "time", "When it was changed last.", OPTIONAL),
  field("times.accessed", "time", "When it was used last.", OPTIONAL),
  field("times.created", "time", "When it was made.", OPTIONAL),
  field("times.changed", "time", "When its attributes were changed last.", OPTIONAL),
];

/** Zeek's smb_files log: files that were opened, renamed or deleted. */
export const smbFilesSchema: LogSchema = {
  name: "smb_files",
  shown: true,
  says: "One row for each file that was opened, renamed or deleted over SMB.",
  fields: [...FLOW_FIELDS, ...FILE_FIELDS],
};

/** Zeek's smb_cmd log: each command with its answer. */
export const smbCommandSchema: LogSchema = {
  name: "smb_cmd",
  shown: true,
  says: "One row for each command of SMB that was answered, as many as a limit allows.",
  fields: [
    ...FLOW_FIELDS,
    field("command", "dict", "What the client asked for."),
    field("sub_command", "dict", "What kind of it, where it has kinds.", OPTIONAL),
    field("argument", "text", "What it was asked for.", OPTIONAL),
    field("status", "dict", "The server's answer.", OPTIONAL),
    field("rtt", "interval", "From the request to the response.", OPTIONAL),
    field("version", "dict", "SMB1 or SMB2."),
    field("username", "text", "Who asked, where that is known.", OPTIONAL),
    field("tree", "dict", "The share.", OPTIONAL),
    field("tree_service", "dict", "Kind of the share.", OPTIONAL),
    field("referenced_file.ts", "time", "When the file was first named."),
    field("referenced_file.uid", "uid", "The flow that it was named in."),
    field("referenced_file.id.orig_h", "addr", "Address of that flow's originator."),
    field("referenced_file.id.orig_p", "port", "Port of that flow's originator."),
    field("referenced_file.id.resp_h", "addr", "Address of that flow's responder."),
    field("referenced_file.id.resp_p", "port", "Port of that flow's responder."),
    ...FILE_FIELDS.map((one) => ({ ...one, name: `referenced_file.${one.name}` })),
    field("message_id", "count", "Number that pairs the request and the answer.", OURS),
    field("session_id", "count", "Number of the logon that it was asked under.", OURS),
    field("tree_id", "count", "Number of the share.", { ...OURS, width: "u32" }),
    field("status_code", "count", "Number of the server's answer.", { ...OURS, width: "u32" }),
    field("disposition", "dict", "What is to be done if the file is there, or is not.", OURS),
  ],
};

/** One row for each connection of SMB: what the two agreed on and who the client is. */
export const smbSchema: LogSchema = {
  name: "smb",
  shown: true,
  says: "One row for each connection of SMB: dialect, protection, and what the client says it is.",
  fields: [
    ...FLOW_FIELDS,
    field("dialect", "dict", "Version that both speak.", OURS),
    field("client_dialects", "list", "Versions that the client offered.", OURS),
    field("server_guid", "text", "The server's own id.", OURS),
    field("signing", "dict", "What the server says of signing: enabled or required.", OURS),
    field("cipher", "dict", "Encryption that was agreed on (SMB 3.1.1).", OURS),
    field("compression", "list", "Compression that was agreed on (SMB 3.1.1).", OURS),
    field("username", "text", "Who logs on without NTLMSSP or Kerberos (SMB 1).", OURS),
    field("domainname", "text", "The domain that he says he is of.", OURS),
    field("native_os", "dict", "The client's operating system (SMB 1).", OURS),
    field("native_lanman", "dict", "The client's file sharing software (SMB 1).", OURS),
    field("server_os", "dict", "The server's operating system (SMB 1).", OURS),
    field("file_names", "list", "Files and pipes that were asked for.", OURS),
    field("guest", "bool", "Whether the server let him in as a guest.", OURS),
    field("messages", "count", "Messages that were read.", { ours: true, width: "u32" }),
    field("encrypted_messages", "count", "Messages that are encrypted: nobody can read them.", {
      ours: true,
      width: "u32",
    }),
    field("compressed_messages", "count", "Messages that are compressed: they were not read.", {
      ours: true,
      width: "u32",
    }),
  ],
};
