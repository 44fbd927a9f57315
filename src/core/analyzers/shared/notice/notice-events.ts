import { field, type LogSchema } from "../../../events/index.ts";

/** Zeek's notice log: what a person should see. */
export const noticeSchema: LogSchema = {
  name: "notice",
  shown: true,
  says: "What a person should see: findings of analyzers and detectors, with the flow they are about.",
  brief: ["ts", "uid", "note", "msg", "sub", "src", "dst", "p"],
  fields: [
    field("ts", "time", "When it was found."),
    field("uid", "uid", "The flow it is about.", { optional: true }),
    field("id.orig_h", "addr", "Address of the originator.", { optional: true }),
    field("id.orig_p", "port", "Port of the originator.", { optional: true }),
    field("id.resp_h", "addr", "Address of the responder.", { optional: true }),
    field("id.resp_p", "port", "Port of the responder.", { optional: true }),
    field("fuid", "dict", "The file it is about.", { optional: true }),
    field("file_mime_type", "dict", "What that file is.", { optional: true }),
    field("file_desc", "text", "That file in words, such as its URL or fingerprint.", {
      optional: true,
    }),
    field("proto", "enum", "Transport protocol.", {
      optional: true,
      values: ["tcp", "udp", "icmp", "unknown_transport"],
    }),
    field("note", "dict", "Kind of finding, such as SSL::Invalid_Server_Cert."),
    field("msg", "text", "What was found, in a sentence."),
    field("sub", "text", "What it rests on: the value that shows it.", { optional: true }),
    field("src", "addr", "Who did it.", { optional: true }),
    field("dst", "addr", "To whom.", { optional: true }),
    field("p", "port", "Port it was done to.", { optional: true }),
    field("n", "count", "How often, or how many.", { optional: true }),
    field("peer_descr", "dict", "Who found it, in a cluster.", { optional: true }),
    field("actions", "list", "What was done about it.", { isSet: true }),
    field("email_dest", "list", "Who was written to.", { isSet: true }),
    field("suppress_for", "interval", "How long the same finding is not told again."),
    field("packet_offset", "count", "Where the record of the packet that shows it begins.", {
      optional: true,
      ours: true,
    }),
  ],
};
