import type { FieldFacts } from "../questions.ts";
import type { Row } from "./columns.ts";

const WORD = /^[A-Za-z0-9][A-Za-z0-9_.:/+\-@]*$/;
const KINDS_BARE: ReadonlySet<string> = new Set(["addr", "port", "count", "uid", "communityId"]);

/** A value as the query language writes it; quotes and backslashes are guarded. */
export function literal(value: unknown, kind: string): string {
  const text = String(value);
  if (kind === "interval") return `${Number(value).toFixed(9)}s`;
  if (kind === "bool" || KINDS_BARE.has(kind) || kind === "decimal") return text;
  const isWord = kind === "enum" && WORD.test(text);
  return isWord ? text : `"${text.replace(/[\\"]/g, (one) => `\\${one}`)}"`;
}

/** The condition that a field has this value, or none. */
export function clauseOf(field: FieldFacts, value: unknown): string {
  const name = `${field.log}.${field.name}`;
  if (Array.isArray(value)) return clauseOfAll(field, value);
  if (value === null || value === undefined || value === "") return `not has ${name}`;
  return `${name} == ${literal(value, field.kind)}`;
}

/** A set of values at once: a row that has all of them. */
function clauseOfAll(field: FieldFacts, values: readonly unknown[]): string {
  if (values.length <= 1) return clauseOf(field, values[0]);
  return `(${values.map((value) => clauseOf(field, value)).join(" and ")})`;
}

/** A query narrowed by one more condition. */
export function narrowed(q: string, clause: string): string {
  const asked = q.trim();
  if (asked === "" || asked === clause) return clause;
  const isOpen = /(^|[\s)])(or|\|\|)([\s(]|$)/.test(asked.replace(/"(\\.|[^"\\])*"/g, '""'));
  return `${isOpen ? `(${asked})` : asked} and ${clause}`;
}

/** The opposite of a condition. */
export function excluded(clause: string): string {
  return clause.startsWith("not has ") ? clause.slice(4) : `not ${clause}`;
}

/** A field's values in a row: the items of a list, else the one there is. */
export function valuesOf(row: Row, name: string): readonly unknown[] {
  const value = row[name];
  return Array.isArray(value) ? value : [value];
}
