import { type ColumnBatch, type EventSink, ZeekJsonWriter } from "../../src/core/events/index.ts";

export type Row = Record<string, unknown>;

/** Keeps the rows of every log as objects, and the bytes of all packet locations. */
export class LogRows implements EventSink {
  readonly #rows = new Map<string, Row[]>();
  readonly #postings: number[] = [];

  batch(batch: ColumnBatch): void {
    const writer = new ZeekJsonWriter(batch.schema);
    const list = this.of(batch.schema.name);
    for (let row = 0; row < batch.rowCount; row++) list.push(writer.row(batch, row));
    this.#rows.set(batch.schema.name, list);
  }

  postings(bytes: Uint8Array): void {
    for (const byte of bytes) this.#postings.push(byte);
  }

  /** The rows of a log, in the order they came. */
  of(log: string): Row[] {
    return this.#rows.get(log) ?? [];
  }

  get postingBytes(): Uint8Array {
    return Uint8Array.from(this.#postings);
  }
}
