import { timeText, valueText } from "../text.ts";

export type Row = Record<string, unknown>;

/** One column of the table of connections; the names and their order are the command line's. */
export interface Column {
  readonly name: string;
  readonly widthPx: number;
  readonly isNumber: boolean;
}

const column = (name: string, widthPx: number, isNumber = false): Column => ({
  name,
  widthPx,
  isNumber,
});

export const COLUMNS: readonly Column[] = [
  column("ts", 206),
  column("uid", 106),
  column("id.orig_h", 124),
  column("id.orig_p", 76, true),
  column("id.resp_h", 124),
  column("id.resp_p", 76, true),
  column("proto", 58),
  column("duration", 104, true),
  column("orig_bytes", 100, true),
  column("resp_bytes", 100, true),
  column("conn_state", 88),
  column("history", 100),
];

/** Widths for CSS: the last column takes what is left. */
export const TEMPLATE = COLUMNS.map(({ widthPx }, n) =>
  n === COLUMNS.length - 1 ? `minmax(${widthPx}px, 1fr)` : `${widthPx}px`,
).join(" ");
export const WIDTH_PX = COLUMNS.reduce((sum, { widthPx }) => sum + widthPx, 0);

/** A field of a row; its kind decides how, where it is known. */
export function cellText(row: Row, name: string, kind?: string): string {
  if (name === "ts" || kind === "time") return timeText(row[`${name}_ns`] as string);
  const value = row[name];
  const isTime = name === "duration" || kind === "interval";
  if (isTime && typeof value === "number") return value.toFixed(6);
  return valueText(value);
}
