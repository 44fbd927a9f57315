import type { Protocol } from "../shared/index.ts";
import { WebSocketSession, type WebSocketShared } from "./websocket-analyzer.ts";
import { websocketSchema } from "./websocket-events.ts";

/** WebSocket (RFC 6455): opened by HTTP alone, when both sides have changed to it. */
export const websocket: Protocol = {
  name: "websocket",
  logs: [websocketSchema],
  start(services) {
    const shared: WebSocketShared = {
      log: services.log(websocketSchema),
      createDigest: services.createDigest,
    };
    return { open: (conversation) => new WebSocketSession(conversation, shared) };
  },
};
