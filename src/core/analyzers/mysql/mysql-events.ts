import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's mysql log. */
export const mysqlSchema: LogSchema = {
  name: "mysql",
  shown: true,
  says: "One row for each command to a MySQL server: what was asked, and how it went.",
  fields: [
    ...FLOW_FIELDS,
    field("cmd", "dict", "The command; `login` for the connection's begin."),
    field("arg", "text", "What it is about: a query, a user, a table."),
    field("success", "bool", "Whether the server did it.", { optional: true }),
    field("rows", "count", "Rows that were changed.", { optional: true }),
    field("response", "text", "Why the server did not.", { optional: true }),
  ],
};
