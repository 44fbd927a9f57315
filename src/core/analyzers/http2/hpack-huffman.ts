import { HUFFMAN_LENGTHS } from "./hpack-tables.ts";

const BITS_MAX = 30;
const END_OF_STRING = 256;
/** Codes of text are mostly 5 to 8 bits long. */
const FAST_BITS = 9;

/** By length: the first code, and where its symbols begin in the order of codes. */
const FIRST_CODES = new Uint32Array(BITS_MAX + 2);
const FIRST_PLACES = new Uint16Array(BITS_MAX + 2);
const COUNTS = new Uint16Array(BITS_MAX + 2);
const SYMBOLS = new Uint16Array(HUFFMAN_LENGTHS.length);
/** By the next bits: symbol * 16 + length; 0 where the code is longer. */
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
        FAST.fill(symbol * 16 + length, first, first + (1 << (FAST_BITS - length)));
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
  // The shortest code has 5 bits.
  const out = new Uint8Array(Math.floor((bytes.length * 8) / 5));
  let length = 0;
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (;;) {
    while (bitCount <= 22 && at < bytes.length) {
      bits = (bits << 8) | bytes[at++]!;
      bitCount += 8;
    }
    const fast = fastAt(bits, bitCount);
    if (fast > 0 && (fast & 15) <= bitCount) {
      out[length++] = fast >> 4;
      bitCount -= fast & 15;
    } else {
      const slow = slowAt(bits, bitCount);
      if (slow < 0) break;
      const symbol = slow >> 5;
      if (symbol === END_OF_STRING) return undefined;
      out[length++] = symbol;
      bitCount -= slow & 31;
    }
    bits &= (1 << bitCount) - 1;
  }
  const isPadding = bitCount < 8 && bits === (1 << bitCount) - 1;
  return isPadding ? out.subarray(0, length) : undefined;
}

/** The entry for the next bits, which are filled up with ones as padding is. */
function fastAt(bits: number, bitCount: number): number {
  if (bitCount >= FAST_BITS) return FAST[bits >>> (bitCount - FAST_BITS)]!;
  const missing = FAST_BITS - bitCount;
  return FAST[(bits << missing) | ((1 << missing) - 1)]!;
}

/** Symbol * 32 + length; -1 when the bits are no whole code. */
function slowAt(bits: number, bitCount: number): number {
  for (let length = FAST_BITS + 1; length <= bitCount && length <= BITS_MAX; length++) {
    const code = bits >>> (bitCount - length);
    const place = code - FIRST_CODES[length]!;
    if (place >= 0 && place < COUNTS[length]!) {
      return SYMBOLS[FIRST_PLACES[length]! + place]! * 32 + length;
    }
  }
  return -1;
}
