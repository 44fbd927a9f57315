import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's radius log: one row for each attempt to be let in. */
export const radiusSchema: LogSchema = {
  name: "radius",
  shown: true,
  says: "RADIUS logins: who asked to be let into a network, from where, with what result.",
  fields: [
    ...FLOW_FIELDS,
    field("username", "text", "Name of the user.", OPTIONAL),
    field("mac", "text", "Hardware address of the caller.", OPTIONAL),
    field("framed_addr", "addr", "Address that is proposed for the caller.", OPTIONAL),
    field("tunnel_client", "text", "The caller's end of a tunnel.", OPTIONAL),
    field("connect_info", "text", "What is said of the connection.", OPTIONAL),
    field("reply_msg", "text", "What the server wants the user to read.", OPTIONAL),
    field("result", "dict", "Whether the user was let in.", OPTIONAL),
    field("ttl", "interval", "From the first request to the decision.", OPTIONAL),
  ],
};
