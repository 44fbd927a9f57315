import type { Limit } from "../../base/index.ts";
import type { Conversation, LogWriter } from "../shared/index.ts";
import { TUNNEL_TYPES } from "../tunnel/index.ts";

/** Proxies that carry other connections: each pair of client and proxy is told once. */
export class Tunnels {
  readonly #log: LogWriter;
  readonly #limit: Limit;
  readonly #known = new Set<string>();

  constructor(log: LogWriter, limit: Limit) {
    this.#log = log;
    this.#limit = limit;
  }

  found(conversation: Conversation): void {
    const { originator, responder, responderPort } = conversation;
    const key = `${originator} ${responder} ${responderPort}`;
    if (this.#known.has(key)) return;
    if (this.#known.size >= this.#limit.maximum) {
      this.#limit.reached++;
      return;
    }
    this.#known.add(key);
    // A client takes a new port for each connection: the tunnel is all of them.
    this.#log
      .row(conversation.now, { ...idsOf(conversation), originatorPort: 0 })
      .enum("tunnel_type", TUNNEL_TYPES.indexOf("Tunnel::HTTP"))
      .enum("action", 0);
  }
}

function idsOf(conversation: Conversation) {
  const { uidHigh, uidLow, originator, responder, originatorPort, responderPort } = conversation;
  return { uidHigh, uidLow, originator, responder, originatorPort, responderPort };
}
