import type { Field, LogSchema } from "../../../src/core/events/index.ts";
import { literal } from "../search/clause.ts";

/** A value that is being written behind a field. */
export interface WantedValue {
  readonly log: string;
  readonly field: Field;
  /** Where the value begins in the query, its quote with it. */
  readonly start: number;
  /** What of it is written, without its quote. */
  readonly typed: string;
}

/** Behind a field and a comparison: a word, or a text whose quote is still open. */
const BEHIND_FIELD =
  /(?:^|[\s(!])([A-Za-z_][\w.]*)\s*(?:==|!=|~|in\s*\{(?:[^{}"]|"[^"]*")*?[,{]?)\s*("?)([^"\s{},]*|(?<=")[^"]*)$/;
/** Values of these are told from their rows; of the others the language itself knows them. */
const UNTOLD: ReadonlySet<string> = new Set([
  "time",
  "interval",
  "decimal",
  "bool",
  "uid",
  "bytes",
]);

/** The field whose value is wanted at the cursor; a short name means the asked log's field. */
export function wantedValue(
  text: string,
  cursor: number,
  { schemas, asked }: { readonly schemas: readonly LogSchema[]; readonly asked: string },
): WantedValue | undefined {
  const found = BEHIND_FIELD.exec(text.slice(0, cursor));
  const [, name, quote, typed] = found ?? [];
  if (name === undefined || quote === undefined || typed === undefined) return undefined;
  const known = fieldOf(name, schemas, asked);
  if (known === undefined || UNTOLD.has(known.field.kind)) return undefined;
  return { ...known, start: cursor - typed.length - quote.length, typed };
}

/** The query with the value written out, and where the cursor stands then. */
export function withValue(
  text: string,
  cursor: number,
  wanted: WantedValue,
  value: unknown,
): { readonly text: string; readonly result: string; readonly cursor: number } {
  const written = literal(value, wanted.field.kind);
  const before = `${text.slice(0, wanted.start)}${written} `;
  const after = text.slice(cursor).replace(/^"/, "").trimStart();
  return { text: written, result: before + after, cursor: before.length };
}

function fieldOf(name: string, schemas: readonly LogSchema[], asked: string) {
  const dot = name.indexOf(".");
  const log = schemas.find((one) => one.name === (dot < 0 ? asked : name.slice(0, dot)));
  const field = log?.fields.find((one) => one.name === (dot < 0 ? name : name.slice(dot + 1)));
  if (log !== undefined && field !== undefined) return { log: log.name, field };
  // A name with a dot in it, such as id.resp_h, of the asked log.
  const own = schemas.find((one) => one.name === asked);
  const short = own?.fields.find((one) => one.name === name);
  return own === undefined || short === undefined ? undefined : { log: own.name, field: short };
}
