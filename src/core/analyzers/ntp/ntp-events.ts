import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's ntp log: messages that carry time. */
export const ntpSchema: LogSchema = {
  name: "ntp",
  shown: true,
  says: "NTP messages: which clock they come from and the times they state.",
  fields: [
    ...FLOW_FIELDS,
    field("version", "count", "Version of NTP.", { width: "u8" }),
    field("mode", "count", "Who speaks to whom: 3 client, 4 server, 5 broadcast.", { width: "u8" }),
    field("stratum", "count", "How many clocks away the reference is.", { width: "u8" }),
    field("poll", "interval", "Longest time between two messages."),
    field("precision", "interval", "Precision of the sender's clock."),
    field("root_delay", "interval", "Round trip to the reference clock."),
    field("root_disp", "interval", "How far off the reference clock may be."),
    field("ref_id", "text", "The reference: its name, its address, or why there is none."),
    field("ref_time", "time", "When the sender's clock was set last."),
    field("org_time", "time", "When the request left the client."),
    field("rec_time", "time", "When the request reached the server."),
    field("xmt_time", "time", "When this message left."),
    field("num_exts", "count", "Number of extension fields.", { width: "u32" }),
  ],
};

/** Zeek's ntp_control log: messages of mode 6. */
export const ntpControlSchema: LogSchema = {
  name: "ntp_control",
  shown: true,
  says: "NTP control messages: questions to a server about itself and its peers.",
  fields: [
    ...FLOW_FIELDS,
    field("version", "count", "Version of NTP.", { width: "u8" }),
    field("mode", "count", "Always 6.", { width: "u8" }),
    field("op_code", "count", "What is asked for.", { width: "u8" }),
    field("sequence", "count", "Number of the message.", { width: "u16" }),
    field("status", "count", "Status word of the server.", { width: "u16" }),
    field("association_id", "count", "Which peer it is about.", { width: "u16" }),
    field("resp_bit", "bool", "Whether it is an answer."),
    field("err_bit", "bool", "Whether it tells of an error."),
    field("more_bit", "bool", "Whether more of it follows."),
    field("data", "text", "What it says.", OPTIONAL),
    field("key_id", "count", "Key that it is signed with.", { optional: true, width: "u32" }),
    field("crypto_checksum", "text", "Its signature.", OPTIONAL),
  ],
};

/** Zeek's ntp_private log: messages of mode 7. */
export const ntpPrivateSchema: LogSchema = {
  name: "ntp_private",
  shown: true,
  says: "NTP private messages: commands of one implementation, such as the list of who asked.",
  fields: [
    ...FLOW_FIELDS,
    field("version", "count", "Version of NTP.", { width: "u8" }),
    field("mode", "count", "Always 7.", { width: "u8" }),
    field("req_code", "count", "What is asked for.", { width: "u8" }),
    field("sequence", "count", "Number of the message.", { width: "u8" }),
    field("implementation", "count", "Whose commands they are.", { width: "u8" }),
    field("auth_bit", "bool", "Whether it is signed."),
    field("err", "count", "Code of an error.", { width: "u8" }),
    field("data", "text", "What it says.", OPTIONAL),
  ],
};
