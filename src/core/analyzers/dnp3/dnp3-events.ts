import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };
const OURS = { optional: true, ours: true };

/** Zeek's dnp3 log: a request with its reply, or either alone. */
export const dnp3Schema: LogSchema = {
  name: "dnp3",
  shown: true,
  says: "DNP3: what a control centre asked of an outstation, and what that answered.",
  brief: ["ts", "id.orig_h", "id.resp_h", "fc_request", "fc_reply", "iin"],
  fields: [
    ...FLOW_FIELDS,
    field("fc_request", "dict", "Name of the request's function.", OPTIONAL),
    field("fc_reply", "dict", "Name of the reply's function.", OPTIONAL),
    field("iin", "count", "The reply's internal indications, as bits.", {
      optional: true,
      width: "u16",
    }),
    field("link_source", "count", "Station that the last message came from.", {
      ...OURS,
      width: "u16",
    }),
    field("link_destination", "count", "Station that the last message was for.", {
      ...OURS,
      width: "u16",
    }),
  ],
};
