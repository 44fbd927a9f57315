import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's socks log. */
export const socksSchema: LogSchema = {
  name: "socks",
  shown: true,
  says: "One row for each connection through a SOCKS proxy: to where, for whom, and how it went.",
  fields: [
    ...FLOW_FIELDS,
    field("version", "count", "Version of SOCKS.", { width: "u8" }),
    field("user", "text", "Who logged in at the proxy.", { optional: true }),
    field("password", "text", "Unset: passwords are not logged.", { optional: true }),
    field("status", "dict", "What the proxy answered.", { optional: true }),
    field("request.host", "addr", "Address to connect to.", { optional: true }),
    field("request.name", "text", "Name to connect to.", { optional: true }),
    field("request_p", "port", "Port to connect to.", { optional: true }),
    field("bound.host", "addr", "Address that the proxy uses.", { optional: true }),
    field("bound.name", "text", "Name that the proxy uses.", { optional: true }),
    field("bound_p", "port", "Port that the proxy uses.", { optional: true }),
  ],
};
