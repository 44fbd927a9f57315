import type { Field } from "./schema.ts";

/** Between the items of a list in its text column (U+001F, the unit separator); escaped inside items. */
export const LIST_SEPARATOR = "\u001f";
/** A list with one empty item, which would else read as the empty list. */
const ONE_EMPTY = "\u001e";

/** The items as the text that a list's column holds. */
export function joinList(items: readonly string[]): string {
  if (items.length === 1 && items[0] === "") return ONE_EMPTY;
  return items
    .map((item) =>
      item.includes(LIST_SEPARATOR) ? item.replaceAll(LIST_SEPARATOR, "\\x1f") : item,
    )
    .join(LIST_SEPARATOR);
}

/** The items of a list's column text. */
export function splitList(text: string): string[] {
  if (text === "") return [];
  return text === ONE_EMPTY ? [""] : text.split(LIST_SEPARATOR);
}

/** The items as values of JSON: numbers where the list holds numbers. */
export function listValues(field: Field, text: string): (string | number | boolean)[] {
  const items = splitList(text);
  switch (field.items) {
    case "interval":
    case "count":
    case "decimal":
      return items.map(Number);
    case "bool":
      return items.map((item) => item === "T");
    default:
      return items;
  }
}
