import type { ColumnBatch } from "./column-batch.ts";

/** Reads the halves of 64-bit values of a batch, without a bigint for each. */
export class BatchReader {
  readonly rows: ColumnBatch;
  readonly #halves: readonly Uint32Array[];

  constructor(batch: ColumnBatch) {
    this.rows = batch;
    this.#halves = batch.data.map(
      (d) => new Uint32Array(d.buffer, d.byteOffset, d.byteLength >> 2),
    );
  }

  high(column: number, row: number): number {
    return this.#halves[column]![row * 2 + 1]!;
  }

  low(column: number, row: number): number {
    return this.#halves[column]![row * 2]!;
  }
}
