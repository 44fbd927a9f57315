import { asciiText } from "../shared/index.ts";
import { BINARY_MAGIC } from "./binary-magic.ts";
import { MAGIC_TABLE, type MagicEntry } from "./magic-table.ts";
import { TEXT_MAGIC } from "./text-magic.ts";

/** Bytes of a file's beginning that its type is told from (Zeek's default_file_bof_buffer_size). */
export const HEAD_BYTES = 4096;

/** Entries by the byte that the file must begin with; 256 holds those that look further in first. */
const BY_FIRST_BYTE: readonly (readonly MagicEntry[])[] = byFirstByte();

/**
 * The MIME type of a file by its first bytes, of which so many are looked at; undefined when no entry
 * fits.
 */
export function mimeTypeOf(head: Uint8Array, maximum = HEAD_BYTES): string | undefined {
  if (head.length === 0) return undefined;
  const bytes = head.length > maximum ? head.subarray(0, maximum) : head;
  let strength = Number.NEGATIVE_INFINITY;
  let mimeType: string | undefined;
  const offer = (newStrength: number, newType: string): void => {
    // Of equals the first by name, as a sorted set gives it.
    if (newStrength < strength) return;
    if (newStrength === strength && mimeType !== undefined && newType >= mimeType) return;
    strength = newStrength;
    mimeType = newType;
  };
  for (const list of [BY_FIRST_BYTE[bytes[0]!]!, BY_FIRST_BYTE[256]!]) {
    for (const entry of list) if (fits(bytes, entry)) offer(entry[0], entry[1]);
  }
  const text = asciiText(bytes);
  for (const tests of [BINARY_MAGIC, TEXT_MAGIC]) {
    for (const test of tests) {
      const found = test(bytes, text);
      if (found !== undefined) offer(found[0], found[1]);
    }
  }
  return mimeType;
}

const LINE_FEED = 10;

/** Bytes between parts may be anything but a line feed, as a regular expression's dot. */
function fits(bytes: Uint8Array, entry: MagicEntry): boolean {
  let end = 0;
  for (let n = 2; n < entry.length; n += 2) {
    const at = entry[n] as number;
    const magic = entry[n + 1] as string;
    if (at + magic.length > bytes.length) return false;
    for (let place = 0; place < magic.length; place++) {
      if (bytes[at + place] !== magic.charCodeAt(place)) return false;
    }
    for (; end < at; end++) if (bytes[end] === LINE_FEED) return false;
    end = at + magic.length;
  }
  return true;
}

function byFirstByte(): MagicEntry[][] {
  const lists: MagicEntry[][] = Array.from({ length: 257 }, () => []);
  for (const entry of MAGIC_TABLE) {
    lists[entry[2] === 0 ? (entry[3] as string).charCodeAt(0) : 256]!.push(entry);
  }
  return lists;
}
