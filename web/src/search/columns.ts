import type { FieldFacts } from "../questions.ts";
import { timeText, timeTitle, valueText } from "../text.ts";

export type Row = Record<string, unknown>;

const WIDTHS: Readonly<Record<string, number>> = {
  time: 206,
  interval: 104,
  decimal: 92,
  addr: 124,
  port: 76,
  count: 96,
  bool: 60,
  enum: 92,
  uid: 118,
  communityId: 240,
  dict: 150,
  text: 200,
  list: 180,
  enumSet: 120,
};
const NUMBERS: ReadonlySet<string> = new Set(["interval", "decimal", "port", "count"]);
const LETTER_PX = 7.4;
const PADDING_PX = 30;
const KEPT = "holdfast.columns.";

/** Room for a field's usual values and its own name. */
export function widthOf({ name, kind }: FieldFacts): number {
  return Math.max(WIDTHS[kind] ?? 140, Math.ceil(name.length * LETTER_PX) + PADDING_PX);
}

export function isNumber({ kind }: FieldFacts): boolean {
  return NUMBERS.has(kind);
}

/** The columns that the address asks for, or this person kept, or the log shows first. */
export function chosenColumns(
  fields: readonly FieldFacts[],
  asked: string | undefined,
): readonly FieldFacts[] {
  const [first] = fields;
  if (first === undefined) return [];
  const names = (asked ?? keptColumns(first.log) ?? "").split(",");
  const own = names.flatMap((name) => fields.find((field) => field.name === name) ?? []);
  return own.length > 0 ? [...new Set(own)] : fields.filter(({ brief }) => brief);
}

export function keptColumns(log: string): string | undefined {
  return localStorage.getItem(KEPT + log) ?? undefined;
}

/** Keeps a choice of columns for the next time; nothing goes back to what the log shows first. */
export function keepColumns(log: string, names: readonly string[] | undefined): void {
  if (names === undefined) localStorage.removeItem(KEPT + log);
  else localStorage.setItem(KEPT + log, names.join(","));
}

/** The names with one of them at the place of another. */
export function movedTo(names: readonly string[], name: string, to: string): string[] {
  const next = [...names];
  next.splice(names.indexOf(to), 0, ...next.splice(names.indexOf(name), 1));
  return next;
}

/** A field of a row; its kind decides how, where it is known. */
export function cellText(row: Row, name: string, kind?: string): string {
  if (name === "ts" || kind === "time") return timeText(row[`${name}_ns`] as string | undefined);
  const value = row[name];
  const isTime = name === "duration" || kind === "interval";
  if (isTime && typeof value === "number") return value.toFixed(6);
  return valueText(value);
}

/** The whole of a value on hover; of a time also this person's clock. */
export function cellTitle(row: Row, name: string, kind?: string): string {
  const ns = name === "ts" || kind === "time" ? row[`${name}_ns`] : undefined;
  return typeof ns === "string" ? timeTitle(ns) : cellText(row, name, kind);
}
