import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** The log of the protocol: Zeek's name, fields and order where Zeek has it. */
export const templateSchema: LogSchema = {
  name: "template",
  shown: true,
  says: "One row for each line that the originator sent, with the answer to it.",
  brief: ["ts", "uid", "id.orig_h", "id.resp_h", "question", "answer"],
  fields: [
    ...FLOW_FIELDS,
    field("question", "text", "The line that the originator sent."),
    field("answer", "text", "The line that came back.", { optional: true }),
  ],
};
