/** Names and addresses remembered; beyond, the oldest is forgotten. */
const KEYS_MAX = 10_000;
const DELAY_FIRST_MS = 1000;
const DELAY_MAX_MS = 15 * 60_000;
/** A key that was left alone so long begins anew. */
const FORGET_MS = 24 * 3600_000;

interface Failed {
  times: number;
  untilMs: number;
}

/**
 * Wrong passwords by name and by address: some are free, then each doubles the time until the next is
 * looked at, up to a quarter of an hour. A right one clears its keys.
 */
export class Attempts {
  readonly #failed = new Map<string, Failed>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Milliseconds until an attempt is looked at; 0 now. */
  waitMs(keys: readonly string[]): number {
    const now = this.#nowMs();
    return Math.max(0, ...keys.map((key) => (this.#failed.get(key)?.untilMs ?? 0) - now));
  }

  /** Counts before the password is looked at, so that attempts at the same time cannot pass. */
  count(key: string, { free }: { readonly free: number }): void {
    const now = this.#nowMs();
    const known = this.#failed.get(key);
    const isOld = known === undefined || known.untilMs + FORGET_MS < now;
    const times = (isOld ? 0 : known.times) + 1;
    const delay =
      times <= free
        ? 0
        : Math.min(DELAY_MAX_MS, DELAY_FIRST_MS * 2 ** Math.min(30, times - free - 1));
    this.#failed.delete(key);
    this.#failed.set(key, { times, untilMs: now + delay });
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > KEYS_MAX && oldest !== undefined) this.#failed.delete(oldest);
  }

  clear(keys: readonly string[]): void {
    for (const key of keys) this.#failed.delete(key);
  }
}
