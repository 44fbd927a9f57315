import { firstToken } from "../mime/index.ts";
import { asciiText } from "../text.ts";
import { leadingInteger } from "./leading-integer.ts";

export interface ContentRange {
  readonly first: number;
  readonly length: number;
  /** Of the whole; undefined for `*`, 0 where it cannot be read. */
  readonly total: number | undefined;
}

/** Reads a Content-Range (RFC 9110 14.4); undefined, with the reason as a weird, when it makes no sense. */
export function parseContentRange(
  value: Uint8Array,
  weird: (name: string, addl?: string) => void,
): ContentRange | undefined {
  const unit = firstToken(value);
  if (unit === undefined || unit.text !== "bytes") {
    weird("HTTP_content_range_unknown_byte_unit");
    return undefined;
  }
  const range = asciiText(unit.rest).replaceAll(" ", "");
  const slash = range.indexOf("/");
  const dash = range.slice(0, Math.max(0, slash)).indexOf("-");
  if (slash < 0 || dash < 0) {
    weird("HTTP_content_range_cannot_parse");
    return undefined;
  }
  const first = leadingInteger(range.slice(0, dash), 10)?.value;
  const last = leadingInteger(range.slice(dash + 1, slash), 10)?.value;
  if (first === undefined || last === undefined) {
    weird("HTTP_content_range_cannot_parse", range);
    return undefined;
  }
  const wrong = wrongBounds(first, last);
  if (wrong !== undefined) {
    weird(wrong, range);
    return undefined;
  }
  const totalText = range.slice(slash + 1);
  if (totalText === "*") return { first, length: last - first + 1, total: undefined };
  const total = leadingInteger(totalText, 10)?.value;
  if (total === undefined) weird("HTTP_content_range_invalid_instance", range);
  return { first, length: last - first + 1, total: total ?? 0 };
}

function wrongBounds(first: number, last: number): string | undefined {
  if (first < 0 || last < 0) return "HTTP_content_range_invalid";
  if (last < first) return "HTTP_non_positive_content_range";
  // Where the length itself would be no 64-bit number any more.
  return last - first >= 2 ** 63 ? "HTTP_content_range_overflow" : undefined;
}
