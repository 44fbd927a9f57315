import type { Field, LogSchema } from "../events/index.ts";
import type { FieldReference } from "./query-tree.ts";

export type FieldLookup =
  | { readonly status: "ok"; readonly reference: FieldReference; readonly field: Field }
  | { readonly status: "error"; readonly message: string; readonly hint: string };

const ORDERED: ReadonlySet<Field["kind"]> = new Set([
  "time",
  "interval",
  "decimal",
  "port",
  "count",
]);
const TEXTUAL: ReadonlySet<Field["kind"]> = new Set(["dict", "text", "list", "enum"]);

/** True where `<` and ranges have a meaning. */
export function isOrdered(field: Field): boolean {
  return ORDERED.has(field.kind);
}

/** True where a pattern has a meaning. */
export function isTextual(field: Field): boolean {
  return TEXTUAL.has(field.kind);
}

/**
 * Finds a field by its full name (`conn.orig_bytes`) or a short one. A short name that several logs
 * have means the field of that name in whichever log is asked, if all have it as the same kind; else that
 * of `asked`, the log the question is put to.
 */
export function findField(
  name: string,
  logs: readonly LogSchema[],
  asked?: string | undefined,
): FieldLookup {
  for (const log of logs) {
    if (!name.startsWith(`${log.name}.`)) continue;
    const short = name.slice(log.name.length + 1);
    const field = log.fields.find((one) => one.name === short);
    if (field) return { status: "ok", reference: { log: log.name, name: short }, field };
  }
  const owners = logs.flatMap((log) => {
    const field = log.fields.find((one) => one.name === name);
    return field ? [{ log: log.name, field }] : [];
  });
  const [first] = owners;
  if (first === undefined) {
    const near = nearest(name, fieldNames(logs));
    const hint =
      near === undefined ? "write log.field, for example conn.orig_bytes" : `did you mean ${near}?`;
    return { status: "error", message: `no log has a field "${name}"`, hint };
  }
  if (owners.length === 1) {
    return { status: "ok", reference: { log: first.log, name }, field: first.field };
  }
  if (owners.some((owner) => owner.field.kind !== first.field.kind)) {
    const own = owners.find(({ log }) => log === asked);
    if (own !== undefined) {
      return { status: "ok", reference: { log: own.log, name }, field: own.field };
    }
    const full = owners.map((owner) => `${owner.log}.${name}`);
    return {
      status: "error",
      message: `"${name}" is in several logs`,
      hint: `write ${full.join(" or ")}`,
    };
  }
  return { status: "ok", reference: { log: undefined, name }, field: first.field };
}

/** Full names of all fields, then the short ones. */
export function fieldNames(logs: readonly LogSchema[]): string[] {
  const full = logs.flatMap((log) => log.fields.map((field) => `${log.name}.${field.name}`));
  return [...full, ...new Set(logs.flatMap((log) => log.fields.map((field) => field.name)))];
}

/** The candidate with the fewest edits, if it is near enough to be meant. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestEdits = Math.min(4, Math.ceil(text.length / 3) + 1);
  for (const candidate of candidates) {
    const edits = editDistance(text.toLowerCase(), candidate.toLowerCase());
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 4 || a.length > 64) return 5;
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
