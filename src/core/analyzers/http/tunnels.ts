import type { Limit } from "../../base/index.ts";
import { type Conversation, type LogWriter, tunnelSchema } from "../shared/index.ts";

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
    // A client takes a new port for each connection: the tunnel is all of them, and no one flow.
    this.#log
      .bareRow(conversation.now)
      .address("id.orig_h", originator)
      .count("id.orig_p", 0)
      .address("id.resp_h", responder)
      .count("id.resp_p", responderPort)
      .enum("tunnel_type", HTTP_TUNNEL)
      .enum("action", 0);
  }
}

const TYPES = tunnelSchema.fields.find(({ name }) => name === "tunnel_type")?.values;
const HTTP_TUNNEL = TYPES?.indexOf("Tunnel::HTTP") ?? 0;
