import { HUFFMAN_LENGTHS } from "./hpack-tables.ts";

const BITS_MAX = 30;
const END_OF_STRING = 256;
/** Codes of text are mostly 5 to 8 bits long. */
const FAST_BITS = 9;
const FAST_MASK = (1 << FAST_BITS) - 1;

/** By length: the first code, and where its symbols begin in the order of codes. */
const FIRST_CODES = new Uint32Array(BITS_MAX + 2);
const FIRST_PLACES = new Uint16Array(BITS_MAX + 2);
const COUNTS = new Uint16Array(BITS_MAX + 2);
const SYMBOLS = new Uint16Array(HUFFMAN_LENGTHS.length);
/** By the next bits: symbol * 32 + length; 0 where the code is longer. */
const FAST = new Uint16Array(1 << FAST_BITS);

buildTables();

/** The canonical code: shorter codes first, symbols of one length in their order. */
function buildTables(): void {
  let code = 0;
  let place = 0;
  for (let length = 1; length <= BITS_MAX; length++) {
    code *= 2;
    FIRST_CODES[length] = code;
    FIRST_PLACES[length] = place;
    for (let symbol = 0; symbol < HUFFMAN_LENGTHS.length; symbol++) {
      if (HUFFMAN_LENGTHS[symbol] !== length) continue;
      if (length <= FAST_BITS) {
        const first = code << (FAST_BITS - length);
        FAST.fill(symbol * 32 + length, first, first + (1 << (FAST_BITS - length)));
      }
      SYMBOLS[place++] = symbol;
      COUNTS[length]!++;
      code++;
    }
  }
}

/**
 * Undoes HPACK's Huffman code (RFC 7541 5.2); undefined where it is none: the end of string is in it, or
 * what is left over is more than 7 bits, or not ones.
 */
export function decodeHuffman(bytes: Uint8Array): Uint8Array | undefined {
  const bitsMax = bytes.length * 8;
  // The shortest code has 5 bits.
  const out = new Uint8Array(Math.floor(bitsMax / 5));
  let length = 0;
  let bit = 0;
  for (;;) {
    const fast = FAST[nextBits(bytes, bit)]!;
    const found = fast > 0 ? fast : slowAt(bytes, bit);
    if (found === 0 || bit + (found & 31) > bitsMax) break;
    const symbol = found >> 5;
    if (symbol === END_OF_STRING) return undefined;
    out[length++] = symbol;
    bit += found & 31;
  }
  return isPadding(bytes, bit) ? out.subarray(0, length) : undefined;
}

/** The next bits, filled up with ones as padding is. */
function nextBits(bytes: Uint8Array, bit: number): number {
  const at = bit >> 3;
  const first = bytes[at] ?? 0xff;
  const second = bytes[at + 1] ?? 0xff;
  const third = bytes[at + 2] ?? 0xff;
  return (((first << 16) | (second << 8) | third) >> (24 - FAST_BITS - (bit & 7))) & FAST_MASK;
}

/** Symbol * 32 + length of a longer code; 0 when the bits are no whole one. */
function slowAt(bytes: Uint8Array, bit: number): number {
  let code = nextBits(bytes, bit);
  for (let length = FAST_BITS + 1; length <= BITS_MAX; length++) {
    const next = bit + length - 1;
    if (next >> 3 >= bytes.length) return 0;
    code = code * 2 + ((bytes[next >> 3]! >> (7 - (next & 7))) & 1);
    const place = code - FIRST_CODES[length]!;
    if (place >= 0 && place < COUNTS[length]!) {
      return SYMBOLS[FIRST_PLACES[length]! + place]! * 32 + length;
    }
  }
  return 0;
}

function isPadding(bytes: Uint8Array, bit: number): boolean {
  const left = bytes.length * 8 - bit;
  if (left === 0) return true;
  const mask = (1 << left) - 1;
  return left < 8 && (bytes[bytes.length - 1]! & mask) === mask;
}
