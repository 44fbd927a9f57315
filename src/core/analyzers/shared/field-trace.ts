import type { Side } from "./side.ts";

/**
 * Told which bytes a field of the row being made came from, while a flow is replayed for `explain`. Marks
 * made before a row of that log is written belong to that row, in the order of rows.
 */
export interface FieldTrace {
  /** `log` and `field` by their schema's names; `position` as in `Session.data`. */
  mark(log: string, field: string, side: Side, position: number, length: number): void;
}
