import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };
const OURS = { optional: true, ours: true };

/** Zeek's dce_rpc log: one row for a remote procedure call that was answered. */
export const dceRpcSchema: LogSchema = {
  name: "dce_rpc",
  shown: true,
  says: "One row for each remote procedure call: which operation of which interface, and where.",
  fields: [
    ...FLOW_FIELDS,
    field("rtt", "interval", "From the request to the response.", OPTIONAL),
    field("named_pipe", "dict", "Pipe or port that the server answers at.", OPTIONAL),
    field("endpoint", "dict", "Name of the interface.", OPTIONAL),
    field("operation", "dict", "Name of the operation.", OPTIONAL),
    field("interface_uuid", "dict", "UUID of the interface.", OURS),
    field("opnum", "count", "Number of the operation.", { ...OURS, width: "u16" }),
    field("protection", "dict", "How the call is protected: none, integrity, privacy …", OURS),
    field("call_id", "count", "Number that pairs the request and the response.", {
      ...OURS,
      width: "u32",
    }),
    field("request_bytes", "count", "Bytes of the request's parameters.", OURS),
    field("request_fragments", "count", "Fragments that the request came in.", OURS),
    field("response_bytes", "count", "Bytes of the response's parameters.", OURS),
    field("response_fragments", "count", "Fragments that the response came in.", OURS),
  ],
};
