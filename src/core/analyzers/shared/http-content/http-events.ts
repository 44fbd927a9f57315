import { field, type LogSchema } from "../../../events/index.ts";
import { FLOW_FIELDS } from "../flow-fields.ts";

const OPTIONAL = { optional: true };
const OURS = { optional: true, ours: true };

/** Zeek's http log: requests with their replies. */
export const httpSchema: LogSchema = {
  name: "http",
  shown: true,
  says: "HTTP requests with their replies: who asked what of whom, and what came back.",
  brief: [
    "ts",
    "uid",
    "id.orig_h",
    "id.resp_h",
    "method",
    "host",
    "uri",
    "status_code",
    "response_body_len",
    "resp_mime_types",
    "user_agent",
  ],
  fields: [
    ...FLOW_FIELDS,
    field("trans_depth", "count", "The number of the exchange in its flow.", { width: "u32" }),
    field("method", "dict", "What was asked: GET, POST and so on.", OPTIONAL),
    field("host", "text", "The Host header: whom the client meant.", OPTIONAL),
    field("uri", "text", "The resource asked for, its escapes undone.", OPTIONAL),
    field("referrer", "text", "The page that the client says it came from.", OPTIONAL),
    field("version", "dict", "The HTTP version of the reply.", OPTIONAL),
    field("user_agent", "text", "The program that the client says it is.", OPTIONAL),
    field("origin", "text", "The Origin header of the request.", OPTIONAL),
    field("request_body_len", "count", "Bytes of the request's body, unpacked."),
    field("response_body_len", "count", "Bytes of the reply's body, unpacked."),
    field("status_code", "count", "What the server answered, as a number.", {
      optional: true,
      width: "u32",
    }),
    field("status_msg", "text", "What the server answered, in words.", OPTIONAL),
    field("info_code", "count", "The last interim answer (1xx).", { optional: true, width: "u32" }),
    field("info_msg", "text", "The last interim answer in words.", OPTIONAL),
    field("tags", "list", "What was found out about the exchange.", { isSet: true }),
    field("username", "text", "Who logged in by Basic authentication.", OPTIONAL),
    field("password", "text", "Always unset: passwords are not kept.", OPTIONAL),
    field("proxied", "list", "Headers that show a proxy on the way.", {
      optional: true,
      isSet: true,
    }),
    field("orig_fuids", "list", "Files that the client sent.", OPTIONAL),
    field("orig_filenames", "list", "Their names.", OPTIONAL),
    field("orig_mime_types", "list", "Their types by content.", OPTIONAL),
    field("resp_fuids", "list", "Files that the server sent.", OPTIONAL),
    field("resp_filenames", "list", "Their names.", OPTIONAL),
    field("resp_mime_types", "list", "Their types by content.", OPTIONAL),
    field("content_type", "dict", "The type that the reply declares.", OURS),
    field("redirect", "text", "Where the reply sends the client (Location).", OURS),
    field("server", "dict", "The program that the server says it is.", OURS),
    field(
      "request_body_sha256",
      "text",
      "SHA-256 of the request's whole body, where it is several files.",
      OURS,
    ),
    field(
      "response_body_sha256",
      "text",
      "SHA-256 of the reply's whole body, where it is several files or a part of one.",
      OURS,
    ),
    field("request_content_type", "dict", "The type that the request declares.", OURS),
    field("http2_stream", "count", "The HTTP/2 stream that carried the exchange.", {
      ...OURS,
      width: "u32",
    }),
    field("http2_reset", "dict", "Why the HTTP/2 stream was broken off before its end.", OURS),
  ],
};
