import { field, type LogSchema } from "../../events/index.ts";
import { FLOW_FIELDS } from "../shared/index.ts";

const OPTIONAL = { optional: true };

/** Zeek's websocket log: connections that changed from HTTP to WebSocket. */
export const websocketSchema: LogSchema = {
  name: "websocket",
  shown: true,
  says: "Connections that changed from HTTP to WebSocket, and what both sides agreed on.",
  fields: [
    ...FLOW_FIELDS,
    field("host", "text", "Whom the client meant.", OPTIONAL),
    field("uri", "text", "The resource that was asked for.", OPTIONAL),
    field("user_agent", "text", "The program that the client says it is.", OPTIONAL),
    field("subprotocol", "text", "The protocol that the server chose.", OPTIONAL),
    field("client_protocols", "list", "The protocols that the client offered.", OPTIONAL),
    field("server_extensions", "list", "The extensions that the server chose.", OPTIONAL),
    field("client_extensions", "list", "The extensions that the client offered.", OPTIONAL),
  ],
};
