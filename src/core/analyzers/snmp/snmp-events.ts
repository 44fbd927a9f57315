import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's snmp log: one row for each flow. */
export const snmpSchema: LogSchema = {
  name: "snmp",
  shown: true,
  says: "SNMP: how much was asked of a device or set on it, and what it says of itself.",
  brief: ["ts", "id.orig_h", "id.resp_h", "version", "community", "get_requests", "set_requests"],
  fields: [
    ...FLOW_FIELDS,
    field("duration", "interval", "From the first message to the last."),
    field("version", "dict", "Version of the protocol."),
    field("community", "text", "The community's name; of version 3 the user's.", OPTIONAL),
    field("get_requests", "count", "Values asked for, one by one or one after another."),
    field("get_bulk_requests", "count", "Values asked for in bulk."),
    field("get_responses", "count", "Values that came back."),
    field("set_requests", "count", "Values that were to be set."),
    field("display_string", "text", "What the device says it is.", OPTIONAL),
    field("up_since", "time", "Since when the device runs, as it says.", OPTIONAL),
  ],
};
