import type { ColumnBatch, EventSink } from "../../events/index.ts";
import type { FlowRecord } from "../../flow/index.ts";

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

/** Writes a flow's uid and `id.*`, which stand side by side in every log that has them, from `first` on. */
export function setFlowIds(batch: ColumnBatch, first: number, row: number, flow: FlowRecord): void {
  batch.setU64(first, row, flow.uidHigh, flow.uidLow);
  setAddress(batch, first + 1, row, flow.originator);
  batch.setU16(first + 3, row, flow.originatorPort);
  setAddress(batch, first + 4, row, flow.responder);
  batch.setU16(first + 6, row, flow.responderPort);
}

/** Hands a batch's rows over, if there are any, and empties it. */
export function sendRows(sink: EventSink, batch: ColumnBatch): void {
  if (batch.rowCount > 0) sink.batch(batch);
  batch.clear();
}
