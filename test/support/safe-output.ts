import type { Run } from "./holdfast.ts";

/** What a terminal would obey: controls but newline and tab, what turns the order of letters, what is not seen. */
const OBEYED = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u;
/** What a spreadsheet takes for the begin of a formula, in its narrow and wide letters. */
const FORMULA = /^\s*[=+\-@\uff0b\uff0d\uff1d\uff20]/;
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** Places of an output that a terminal would obey, or that are no UTF-8; none is the answer wanted. */
export function unsafePlaces(what: string, { out, errors }: Pick<Run, "out" | "errors">): string[] {
  const places: string[] = [];
  const text = out.toString();
  if (!Buffer.from(text).equals(out)) places.push(`${what}: not UTF-8`);
  for (const said of [text, errors]) {
    const at = said.search(OBEYED);
    if (at < 0) continue;
    const place = said.slice(Math.max(0, at - 40), at + 10);
    places.push(`${what}: ${JSON.stringify(place)} U+${said.codePointAt(at)!.toString(16)}`);
  }
  return places;
}

/** The cells of RFC 4180; a cell that is cut is the last one. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain, end] = cell.exec(text) ?? [];
    if (end === undefined) throw new Error("no comma-separated values");
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === "\r\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

/** Cells that a spreadsheet would compute instead of showing; numbers are no formulas. */
export function liveCells(text: string): string[] {
  return csvRows(text)
    .flat()
    .filter((value) => FORMULA.test(value) && !NUMBER.test(value));
}
