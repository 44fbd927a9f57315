import type { Limit } from "../../base/index.ts";
import type { Conversation } from "./conversation.ts";
import type { LogWriter } from "./log-writer.ts";
import { TUNNEL_TYPES } from "./tunnel-events.ts";

/** Proxies that carry other connections: each pair of client and proxy is told once. */
export class ProxyTunnels {
  readonly #log: LogWriter;
  readonly #limit: Limit;
  readonly #type: number;
  readonly #known = new Set<string>();

  constructor(log: LogWriter, limit: Limit, type: "Tunnel::HTTP" | "Tunnel::SOCKS") {
    this.#log = log;
    this.#limit = limit;
    this.#type = TUNNEL_TYPES.indexOf(type);
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
    // A client takes a new port for each connection: the tunnel is all of them, and no one flow.
    this.#log
      .bareRow(conversation.now)
      .address("id.orig_h", originator)
      .count("id.orig_p", 0)
      .address("id.resp_h", responder)
      .count("id.resp_p", responderPort)
      .enum("tunnel_type", this.#type)
      .enum("action", 0);
  }
}
