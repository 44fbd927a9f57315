import { escapeText, tableText, timeText } from "./text.ts";

export type Row = Record<string, unknown>;

export interface ShownField {
  readonly name: string;
  readonly kind: string;
  readonly brief: boolean;
  readonly zeek_type: string;
}

/** Columns a person sees first; the others with --json, --csv, --zeek or --columns. */
export function defaultColumns(fields: readonly ShownField[]): string[] {
  return fields.filter(({ brief }) => brief).map(({ name }) => name);
}

/** Rows as a table that fits the terminal. */
export function rowsTable(rows: readonly Row[], columns: readonly string[]): string {
  const cells = rows.map((row) => columns.map((name) => cellText(row, name)));
  return tableText(columns, cells, process.stdout.isTTY ? process.stdout.columns : undefined);
}

function cellText(row: Row, name: string): string {
  if (name === "ts")
    return timeText(row["ts_ns"] as string)
      .slice(0, 26)
      .replace("T", " ");
  const value = row[name];
  if (value === null || value === undefined) return "-";
  if (name === "duration") return Number(value).toFixed(6);
  return escapeText(Array.isArray(value) ? value.join(",") : String(value));
}

/** Letters that begin a formula, as spreadsheets of any script know them. */
const FORMULA = /^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]/;

/** RFC 4180; a cell that a spreadsheet would take for a formula is made text, and a row stays one line. */
export function csvText(rows: readonly Row[], columns: readonly string[]): string {
  const cell = (value: unknown): string => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    const text = escapeText(Array.isArray(value) ? value.join(" ") : String(value));
    const safe = FORMULA.test(text) ? `'${text}` : text;
    return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return rows.map((row) => `${columns.map((name) => cell(row[name])).join(",")}\r\n`).join("");
}

/** The head of a Zeek log, as zeek-cut and RITA expect it. */
export function zeekHead(log: string, fields: readonly ShownField[]): string {
  return [
    "#separator \\x09",
    "#set_separator\t,",
    "#empty_field\t(empty)",
    "#unset_field\t-",
    `#path\t${log}`,
    `#fields\t${fields.map(({ name }) => name).join("\t")}`,
    `#types\t${fields.map(({ zeek_type }) => zeek_type).join("\t")}\n`,
  ].join("\n");
}

export function zeekText(rows: readonly Row[], fields: readonly ShownField[]): string {
  return rows.map((row) => `${fields.map((field) => zeekCell(row, field)).join("\t")}\n`).join("");
}

function zeekCell(row: Row, { name, kind }: ShownField): string {
  const value = row[name];
  if (value === null || value === undefined) return "-";
  if (kind === "time" || kind === "interval") return sixDigits(String(row[`${name}_ns`]));
  if (kind === "bool") return value ? "T" : "F";
  if (Array.isArray(value)) {
    const items = value.map((item) => zeekEscape(String(item)).replaceAll(",", "\\x2c"));
    return items.length === 0 ? "(empty)" : items.join(",");
  }
  const text = String(value);
  return text === "" ? "(empty)" : zeekEscape(text);
}

/** As Zeek writes bytes that are no text: each by its number. What says "unset" or "empty" is escaped too. */
function zeekEscape(text: string): string {
  const bytes = (letters: string): string =>
    [...Buffer.from(letters)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  if (text === "-" || text === "(empty)") return `${bytes(text[0]!)}${text.slice(1)}`;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/gu, bytes);
}

/** Nanoseconds as seconds with six digits, cut as Zeek cuts them. */
function sixDigits(ns: string): string {
  const digits = ns.replace("-", "").padStart(10, "0");
  const sign = ns.startsWith("-") ? "-" : "";
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9, -3)}`;
}
