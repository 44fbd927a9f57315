import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's dns log: one row for a query and its reply. */
export const dnsSchema: LogSchema = {
  name: "dns",
  shown: true,
  says: "One row for each DNS query with its reply: who asked for which name, and what came back.",
  brief: [
    "ts",
    "uid",
    "id.orig_h",
    "id.resp_h",
    "query",
    "qtype_name",
    "rcode_name",
    "answers",
    "rtt",
  ],
  fields: [
    ...FLOW_FIELDS,
    field("proto", "enum", "Transport protocol.", { values: ["tcp", "udp"] }),
    field("trans_id", "count", "Transaction id.", { optional: true, width: "u16" }),
    field("rtt", "interval", "From the query to the reply.", { optional: true }),
    field("query", "text", "Name that was asked for, in lower case.", { optional: true }),
    field("qclass", "count", "Class that was asked for.", { optional: true, width: "u16" }),
    field("qclass_name", "dict", "Its name.", { optional: true }),
    field("qtype", "count", "Type of record that was asked for.", { optional: true, width: "u16" }),
    field("qtype_name", "dict", "Its name, such as A or TXT.", { optional: true }),
    field("rcode", "count", "Response code.", { optional: true, width: "u16" }),
    field("rcode_name", "dict", "Its name, such as NXDOMAIN.", { optional: true }),
    field("AA", "bool", "The reply is authoritative."),
    field("TC", "bool", "The message was cut short."),
    field("RD", "bool", "The client asks the server to recurse."),
    field("RA", "bool", "The server can recurse."),
    field("Z", "count", "Bits that are reserved, AD and CD among them.", { width: "u8" }),
    field("answers", "list", "Records of the answer section as text.", { optional: true }),
    field("TTLs", "list", "How long each answer may be kept.", {
      optional: true,
      items: "interval",
    }),
    field("rejected", "bool", "The server refused the query."),
    field("opcode", "count", "Kind of query.", { optional: true, width: "u8" }),
    field("opcode_name", "dict", "Its name, such as query or notify.", { optional: true }),
    field("auth", "list", "Records of the authority section as text.", {
      optional: true,
      isSet: true,
      ours: true,
    }),
    field("addl", "list", "Records of the additional section as text.", {
      optional: true,
      isSet: true,
      ours: true,
    }),
  ],
};
