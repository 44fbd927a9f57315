import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };
const SET = { optional: true, isSet: true };
const OURS = { optional: true, ours: true };

/** Zeek's smtp log: one row for each mail, or for what a session did without one. */
export const smtpSchema: LogSchema = {
  name: "smtp",
  shown: true,
  says: "Mails as they were handed over: envelope, headers, the way they came, their parts.",
  fields: [
    ...FLOW_FIELDS,
    field("trans_depth", "count", "Number of the mail in its flow.", { width: "u32" }),
    field("helo", "text", "What the client calls itself in HELO or EHLO.", OPTIONAL),
    field("mailfrom", "text", "Address in MAIL FROM.", OPTIONAL),
    field("rcptto", "list", "Addresses in RCPT TO.", SET),
    field("date", "text", "The header Date.", OPTIONAL),
    field("from", "text", "The header From.", OPTIONAL),
    field("to", "list", "Addresses in the header To.", SET),
    field("cc", "list", "Addresses in the header Cc.", SET),
    field("reply_to", "text", "The header Reply-To.", OPTIONAL),
    field("msg_id", "text", "The header Message-ID.", OPTIONAL),
    field("in_reply_to", "text", "The header In-Reply-To.", OPTIONAL),
    field("subject", "text", "The header Subject, as it was written.", OPTIONAL),
    field("x_originating_ip", "addr", "Address in the header X-Originating-IP.", OPTIONAL),
    field("first_received", "text", "The last header Received: who took the mail first.", OPTIONAL),
    field("second_received", "text", "The last header Received but one.", OPTIONAL),
    field("last_reply", "text", "The last reply of the server.", OPTIONAL),
    field("path", "list", "Addresses the mail went over, the last hop first."),
    field("user_agent", "text", "The program that wrote the mail.", OPTIONAL),
    field("tls", "bool", "Whether the flow changed to TLS."),
    field("fuids", "list", "Files that are parts of the mail."),
    field("received", "list", "All headers Received in their order.", OURS),
    field("attachments", "list", "Names of the parts that have one, decoded.", OURS),
    field("urls", "list", "Links that stand in texts of the mail.", OURS),
    field("message_fuid", "text", "The mail itself, to be taken out like a file.", OURS),
    field("message_bytes", "count", "Length of the mail with its headers.", OURS),
    field("message_sha256", "text", "SHA-256 of the mail with its headers.", OURS),
    field("body_md5", "text", "MD5 of all content, decoded.", OURS),
  ],
};
