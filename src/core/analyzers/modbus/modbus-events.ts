import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };
const OURS = { optional: true, ours: true };

/** Zeek's modbus log: one row for each message. */
export const modbusSchema: LogSchema = {
  name: "modbus",
  shown: true,
  says: "Modbus messages: what a controller was asked to read or write, and whether it refused.",
  fields: [
    ...FLOW_FIELDS,
    field("tid", "count", "Number of the request.", { optional: true, width: "u16" }),
    field("unit", "count", "The unit behind the address.", { optional: true, width: "u8" }),
    field("func", "dict", "Name of the function.", OPTIONAL),
    field("pdu_type", "dict", "REQ for a request, RESP for an answer.", OPTIONAL),
    field("exception", "dict", "Why it was refused.", OPTIONAL),
    field("address", "count", "First coil or register that a request is about.", {
      ...OURS,
      width: "u16",
    }),
    field("quantity", "count", "How many coils or registers.", { ...OURS, width: "u16" }),
  ],
};
