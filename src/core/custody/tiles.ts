import { assert, incomplete, ok, type Parsed } from "../base/index.ts";

/** Hashes in a full hash tile, and entries in a full bundle (tlog-tiles: height 8). */
export const TILE_WIDTH = 256;
const HASH_BYTES = 32;

/** Path of a hash tile or, with level `entries`, of an entry bundle; partial below `TILE_WIDTH`. */
export function tilePath(level: number | "entries", index: number, width = TILE_WIDTH): string {
  assert(width > 0 && width <= TILE_WIDTH, "tile width");
  const groups: string[] = [];
  for (let rest = index, first = true; first || rest > 0; first = false) {
    groups.unshift(`${first ? "" : "x"}${String(rest % 1000).padStart(3, "0")}`);
    rest = Math.floor(rest / 1000);
  }
  return `tile/${level}/${groups.join("/")}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/** Puts entries one after another, each behind its length in two bytes, big-endian. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    assert(entry.length <= 0xffff, "entry fits its length field");
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** Splits an entry bundle into views of its entries. */
export function parseEntryBundle(bytes: Uint8Array): Parsed<Uint8Array[]> {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 2) return incomplete(2 - (bytes.length - at));
    const length = (bytes[at]! << 8) | bytes[at + 1]!;
    const missing = at + 2 + length - bytes.length;
    if (missing > 0) return incomplete(missing);
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return ok(entries, bytes.length);
}

/** Puts the hashes of a tile one after another. */
export function encodeHashTile(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  hashes.forEach((hash, at) => {
    bytes.set(hash, at * HASH_BYTES);
  });
  return bytes;
}

/** Splits a hash tile; a length that is no multiple of a hash asks for the rest of the last one. */
export function parseHashTile(bytes: Uint8Array): Parsed<Uint8Array[]> {
  const over = bytes.length % HASH_BYTES;
  if (over > 0) return incomplete(HASH_BYTES - over);
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += HASH_BYTES)
    hashes.push(bytes.slice(at, at + HASH_BYTES));
  return ok(hashes, bytes.length);
}

/** Which tiles a tree of `size` leaves has: each level's number of nodes, until a level is empty. */
export function tileLevels(size: number): number[] {
  const counts: number[] = [];
  for (let count = size; count > 0; count = Math.floor(count / TILE_WIDTH)) counts.push(count);
  return counts;
}

/** Width of tile `index` on a level that holds `count` nodes; zero when it does not exist. */
export function tileWidth(count: number, index: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, count - index * TILE_WIDTH));
}
