import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's sip log: one row for each request with its reply. */
export const sipSchema: LogSchema = {
  name: "sip",
  shown: true,
  says: "SIP requests and replies: who calls whom, over which hops, with what result.",
  fields: [
    ...FLOW_FIELDS,
    field("trans_depth", "count", "Number of the request in its flow.", { width: "u32" }),
    field("method", "dict", "What is asked for.", OPTIONAL),
    field("uri", "text", "Whom it is asked of.", OPTIONAL),
    field("date", "text", "The header Date.", OPTIONAL),
    field("request_from", "text", "Who calls, as the request says.", OPTIONAL),
    field("request_to", "text", "Who is called, as the request says.", OPTIONAL),
    field("response_from", "text", "Who calls, as the reply says.", OPTIONAL),
    field("response_to", "text", "Who is called, as the reply says.", OPTIONAL),
    field("reply_to", "text", "The header Reply-To.", OPTIONAL),
    field("call_id", "text", "The call's own name.", OPTIONAL),
    field("seq", "text", "Number and method inside the call.", OPTIONAL),
    field("subject", "text", "The header Subject.", OPTIONAL),
    field("request_path", "list", "Hops of the request.", OPTIONAL),
    field("response_path", "list", "Hops of the reply.", OPTIONAL),
    field("user_agent", "text", "The program that calls.", OPTIONAL),
    field("status_code", "count", "Code of the reply.", { optional: true, width: "u32" }),
    field("status_msg", "text", "Text of the reply.", OPTIONAL),
    field("warning", "text", "The header Warning.", OPTIONAL),
    field("request_body_len", "count", "Length of the request's body as it states it.", OPTIONAL),
    field("response_body_len", "count", "Length of the reply's body as it states it.", OPTIONAL),
    field("content_type", "text", "Type of the reply's body.", OPTIONAL),
  ],
};
