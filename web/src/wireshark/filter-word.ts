/** The name being written in a display filter, and where it stands. */
export interface FilterWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const NAME = /[A-Za-z][\w.-]*$/;
/** What stands before a value, which no name of a field completes. */
const BEFORE_VALUE =
  /(?:[=<>~]|\b(?:eq|ne|gt|lt|ge|le|contains|matches|in|any_eq|all_ne))\s*$|\{[^}]*$/i;

/** The field's name that ends at the cursor; nothing inside quotes or where no name can be. */
export function wordAt(filter: string, cursor: number): FilterWord | undefined {
  const before = filter.slice(0, cursor);
  const quotes = before.match(/(?<!\\)"/g)?.length ?? 0;
  const text = quotes % 2 === 1 ? undefined : NAME.exec(before)?.[0];
  if (text === undefined) return undefined;
  if (BEFORE_VALUE.test(before.slice(0, before.length - text.length))) return undefined;
  const after = /^[\w.-]*/.exec(filter.slice(cursor))?.[0].length ?? 0;
  return { text, from: cursor - text.length, to: cursor + after };
}

/** The filter with a name in the word's place, and where the cursor stands then. */
export function withWord(
  filter: string,
  { from, to }: FilterWord,
  name: string,
): { readonly filter: string; readonly cursor: number } {
  return { filter: filter.slice(0, from) + name + filter.slice(to), cursor: from + name.length };
}

/** Both conditions at once, each whole. */
export function bothOf(filter: string, more: string): string {
  const own = filter.trim();
  if (own === "") return more;
  return own === more ? own : `${guarded(own)} && ${guarded(more)}`;
}

/** What does not match. */
export function notOf(filter: string): string {
  return `!(${filter})`;
}

function guarded(filter: string): string {
  return /&&|\|\||\s(?:and|or|xor)\s/i.test(filter) ? `(${filter})` : filter;
}
