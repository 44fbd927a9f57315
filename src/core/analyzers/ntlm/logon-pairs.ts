import type { Limit } from "../../base/index.ts";

/** Nanoseconds in which a host logs on back after it was made to. */
const PAIR_LIFETIME = 300e9;

/** Who logged on to whom of late, by addresses. */
export class LogonPairs {
  readonly #limit: Limit;
  readonly #logons = new Map<string, { time: number; isTold: boolean }>();

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /**
   * Notes a logon; true the first time that a host's own account logs on to who had logged on to that
   * host shortly before.
   */
  see(
    client: Int32Array,
    server: Int32Array,
    { now, isHost }: { now: number; isHost: boolean },
  ): boolean {
    const [from, to] = [client.join(), server.join()];
    const key = `${from}>${to}`;
    const known = this.#logons.get(key);
    if (known !== undefined) this.#logons.delete(key);
    else if (this.#logons.size >= this.#limit.maximum) {
      this.#limit.reached++;
      this.#logons.delete(this.#logons.keys().next().value!);
    }
    const before = from === to ? undefined : this.#logons.get(`${to}>${from}`);
    const isAnswer = isHost && before !== undefined && now - before.time <= PAIR_LIFETIME;
    this.#logons.set(key, { time: now, isTold: isAnswer || known?.isTold === true });
    return isAnswer && known?.isTold !== true;
  }
}
