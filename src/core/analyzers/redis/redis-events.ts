import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's redis log. */
export const redisSchema: LogSchema = {
  name: "redis",
  shown: true,
  says: "One row for each command to a Redis server and its reply.",
  fields: [
    ...FLOW_FIELDS,
    field("cmd.name", "dict", "The command, as it was written.", { optional: true }),
    field("cmd.key", "text", "Key that it is about.", { optional: true }),
    field("cmd.value", "text", "Value that it sets or asks for.", { optional: true }),
    field("success", "bool", "Whether the server did it; unset without a reply.", {
      optional: true,
    }),
    field("reply.value", "text", "The reply, lists in brackets, at most 250 bytes of it.", {
      optional: true,
    }),
  ],
};
