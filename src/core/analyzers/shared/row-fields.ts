import type { ColumnBatch } from "../../events/index.ts";

/** Writes a table's time, nanoseconds from its base, as one since 1970. */
export function setFlowTime(
  batch: ColumnBatch,
  columnNumber: number,
  row: number,
  baseSeconds: number,
  time: number,
): void {
  const seconds = Math.floor(time / 1e9);
  batch.setTime(columnNumber, row, baseSeconds + seconds, time - seconds * 1e9);
}

/** Writes an address's four words into its two columns. */
export function setAddress(
  batch: ColumnBatch,
  first: number,
  row: number,
  words: Int32Array,
): void {
  batch.setU64(first, row, words[0]!, words[1]!);
  batch.setU64(first + 1, row, words[2]!, words[3]!);
}
