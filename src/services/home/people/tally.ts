/** Kinds counted at once; beyond, the oldest is written and forgotten. */
const KINDS_MAX = 1000;
/** Kinds that are told apart by whoever asks `isFull` first. */
const KINDS_APART_MAX = 100;
const MINUTE_MS = 60_000;

interface Counted {
  readonly minute: number;
  seen: number;
  /** Not on record yet. */
  rest: number;
  write: Write;
}

/** Puts so many of a kind on record, for the minute that began then. */
export type Write = (count: number, minuteMs: number) => Promise<unknown>;

/**
 * Puts refusals on record so that a flood cannot flood the ledger: the first of each kind and minute at
 * once, the others as one count when the minute is over.
 */
export class Tally {
  readonly #counted = new Map<string, Counted>();
  readonly #nowMs: () => number;
  /** How many of a kind and minute are on record one by one. */
  readonly #burst: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: { readonly nowMs: () => number; readonly burst: number }) {
    this.#nowMs = options.nowMs;
    this.#burst = options.burst;
  }

  /** So many kinds at once that a further one is to be counted with others. */
  isFull(kind: string): boolean {
    return this.#counted.size >= KINDS_APART_MAX && !this.#counted.has(kind);
  }

  /** Durable when resolved, as long as the kind's minute is not full. */
  async note(kind: string, write: Write): Promise<void> {
    const minute = Math.floor(this.#nowMs() / MINUTE_MS) * MINUTE_MS;
    const known = this.#counted.get(kind);
    if (known !== undefined && known.minute === minute) {
      known.seen++;
      if (known.seen <= this.#burst) await write(1, minute);
      else {
        known.rest++;
        known.write = write;
      }
      return;
    }
    this.#counted.delete(kind);
    this.#counted.set(kind, { minute, seen: 1, rest: 0, write });
    this.#timer ??= setTimeout(() => void this.#close(), MINUTE_MS).unref();
    if (known !== undefined) await writeRest(known);
    const [oldest] = this.#counted;
    if (this.#counted.size > KINDS_MAX && oldest !== undefined) {
      this.#counted.delete(oldest[0]);
      await writeRest(oldest[1]);
    }
    await write(1, minute);
  }

  /** Puts what is still counted on record. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = [...this.#counted.values()];
    this.#counted.clear();
    for (const counted of all) await writeRest(counted);
  }

  async #close(): Promise<void> {
    await this.flush().catch(() => undefined); // the ledger says so at the next entry that matters
  }
}

async function writeRest(counted: Counted): Promise<void> {
  const { rest, minute, write } = counted;
  counted.rest = 0;
  if (rest > 0) await write(rest, minute);
}
