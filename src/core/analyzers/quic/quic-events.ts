import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

/** Zeek's quic log: QUIC connections by what their first packets say. */
export const quicSchema: LogSchema = {
  name: "quic",
  shown: true,
  says: "QUIC connections: version, connection ids, the host and protocol asked for.",
  brief: [
    "ts",
    "uid",
    "id.orig_h",
    "id.resp_h",
    "version",
    "server_name",
    "client_protocol",
    "history",
  ],
  fields: [
    ...FLOW_FIELDS,
    field("version", "dict", "Version of the first packet."),
    field("client_initial_dcid", "text", "Connection id that the client made up for the server.", {
      optional: true,
    }),
    field("client_scid", "text", "Connection id that the client chose for itself.", {
      optional: true,
    }),
    field("server_scid", "text", "Connection id that the server chose for itself.", {
      optional: true,
    }),
    field("server_name", "text", "Host that the client asked for (SNI).", { optional: true }),
    field("client_protocol", "dict", "First application protocol that the client offered.", {
      optional: true,
    }),
    field("history", "text", "Letters for the packets, upper case for the client.", {
      optional: true,
    }),
  ],
};
