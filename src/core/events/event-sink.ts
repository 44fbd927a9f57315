import type { ColumnBatch } from "./column-batch.ts";

/**
 * Where the engine puts what it found. Synchronous: both arguments are valid until the call returns,
 * after which the engine reuses them.
 */
export interface EventSink {
  /** A full or last batch of one log. */
  batch(batch: ColumnBatch): void;
  /** The next bytes of the capture's posting file; `locator` rows point into the whole of them. */
  postings(bytes: Uint8Array): void;
}
