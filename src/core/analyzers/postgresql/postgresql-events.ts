import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's postgresql log. */
export const postgresqlSchema: LogSchema = {
  name: "postgresql",
  shown: true,
  says: "One row for each step with a PostgreSQL server: TLS, login, queries, the end.",
  fields: [
    ...FLOW_FIELDS,
    field("user", "text", "Who logged in.", { optional: true }),
    field("database", "text", "Database that was chosen.", { optional: true }),
    field("application_name", "text", "What the client calls itself.", { optional: true }),
    field("frontend", "dict", "What the client asked for.", { optional: true }),
    field("frontend_arg", "text", "The query.", { optional: true }),
    field("backend", "dict", "What the server answered.", { optional: true }),
    field("backend_arg", "text", "Ways to log in, errors and notices of the server.", {
      optional: true,
    }),
    field("success", "bool", "Whether it went well.", { optional: true }),
    field("rows", "count", "Rows that came back.", { optional: true }),
    field("completed", "dict", "What the server says it has done, the last of it.", {
      optional: true,
      ours: true,
    }),
    field("server_version", "dict", "Version of the server.", { optional: true, ours: true }),
  ],
};
