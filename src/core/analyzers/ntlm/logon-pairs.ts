import type { Limit } from "../../base/index.ts";

/** Nanoseconds in which a host logs on back after it was made to. */
const PAIR_LIFETIME = 300e9;

/** Who logged on to whom of late, by addresses. */
export class LogonPairs {
  readonly #limit: Limit;
  readonly #times = new Map<string, number>();

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** Notes a logon; true when the server logged on to the client shortly before. */
  see(client: Int32Array, server: Int32Array, now: number): boolean {
    const [from, to] = [client.join(), server.join()];
    const key = `${from}>${to}`;
    if (!this.#times.delete(key) && this.#times.size >= this.#limit.maximum) {
      this.#limit.reached++;
      this.#times.delete(this.#times.keys().next().value!);
    }
    this.#times.set(key, now);
    const before = from === to ? undefined : this.#times.get(`${to}>${from}`);
    return before !== undefined && now - before <= PAIR_LIFETIME;
  }
}
