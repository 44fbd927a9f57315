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

/** RFC 4180; a cell that a spreadsheet would take for a formula is made text. */
export function csvText(rows: readonly Row[], columns: readonly string[]): string {
  const cell = (value: unknown): string => {
    if (value === null || value === undefined) return "";
    const text = Array.isArray(value) ? value.join(" ") : String(value);
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
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
  if (Array.isArray(value)) return value.length === 0 ? "(empty)" : value.join(",");
  const text = String(value);
  return text === ""
    ? "(empty)"
    : text.replace(/[\p{Cc}\\]/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** Nanoseconds as seconds with six digits, cut as Zeek cuts them. */
function sixDigits(ns: string): string {
  const digits = ns.replace("-", "").padStart(10, "0");
  const sign = ns.startsWith("-") ? "-" : "";
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9, -3)}`;
}
