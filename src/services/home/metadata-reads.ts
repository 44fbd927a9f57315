import type { CaseId } from "../../core/base/index.ts";
import type { Actor, ReadMetadata } from "../../core/custody/index.ts";
import { formatTimestamp, systemClock } from "../../platform/index.ts";

/** Longest query text kept in an entry, and most queries in one: an entry holds 48 KiB. */
const QUERY_CHARS_MAX = 512;
const QUERIES_MAX = 64;

interface Minute {
  readonly actor: Actor;
  readonly case: string;
  readonly minute: string;
  readonly queries: Set<string>;
}

/**
 * Who looked at which metadata: one `read.metadata` a person, case and minute, with the queries. The
 * first query of a minute is on record before it is answered; the others at the minute's end.
 */
export class MetadataReads {
  readonly #append: (body: ReadMetadata, actor: Actor) => Promise<number>;
  readonly #open = new Map<string, Minute>();

  constructor(append: (body: ReadMetadata, actor: Actor) => Promise<number>) {
    this.#append = append;
  }

  async note(actor: Actor, caseName: string, query: string): Promise<void> {
    const minute = formatTimestamp(Math.floor(systemClock.nowMs() / 60_000) * 60_000);
    const key = JSON.stringify([actor, caseName]);
    const text = query.slice(0, QUERY_CHARS_MAX);
    let known = this.#open.get(key);
    if (known && (known.minute !== minute || known.queries.size >= QUERIES_MAX)) {
      await this.#write(key, known);
      known = undefined;
    }
    if (known?.queries.has(text)) return;
    if (known) {
      known.queries.add(text);
      return;
    }
    const first: Minute = { actor, case: caseName, minute, queries: new Set() };
    this.#open.set(key, first);
    await this.#append(bodyOf(first, [text]), actor);
  }

  /** Puts what is still held on record. */
  async flush(): Promise<void> {
    for (const [key, minute] of this.#open) await this.#write(key, minute);
  }

  async #write(key: string, minute: Minute): Promise<void> {
    this.#open.delete(key);
    if (minute.queries.size > 0)
      await this.#append(bodyOf(minute, [...minute.queries]), minute.actor);
  }
}

function bodyOf(minute: Minute, queries: string[]): ReadMetadata {
  return { type: "read.metadata", case: minute.case as CaseId, queries, minute: minute.minute };
}
