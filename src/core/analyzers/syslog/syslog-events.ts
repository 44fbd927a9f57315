import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's syslog log: one row for each message. */
export const syslogSchema: LogSchema = {
  name: "syslog",
  shown: true,
  says: "Messages that programs sent to a collector of logs.",
  fields: [
    ...FLOW_FIELDS,
    field("proto", "enum", "How it was sent.", { values: ["tcp", "udp"] }),
    field("facility", "dict", "What kind of program sent it."),
    field("severity", "dict", "How grave it is."),
    field("message", "text", "The message as it was sent, without its priority."),
  ],
};
