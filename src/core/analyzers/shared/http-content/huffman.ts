const FAST_BITS = 9;
const CODE_BITS_MAX = 15;

/** Codes of one alphabet of a deflate block (RFC 1951 3.2.2). */
export class Huffman {
  /** Symbol and length by the next bits, for codes of up to nine bits; 0 where the code is longer. */
  readonly fast = new Uint16Array(1 << FAST_BITS);
  readonly #counts = new Uint16Array(CODE_BITS_MAX + 1);
  readonly #symbols: Uint16Array;

  constructor(symbolsMax: number) {
    this.#symbols = new Uint16Array(symbolsMax);
  }

  /** Takes the code lengths of all symbols; false when there are more codes than bits allow. */
  build(lengths: Uint8Array): boolean {
    const counts = this.#counts.fill(0);
    for (const length of lengths) counts[length]!++;
    counts[0] = 0;
    const starts = new Uint16Array(CODE_BITS_MAX + 2);
    const codes = new Uint16Array(CODE_BITS_MAX + 2);
    let left = 1;
    for (let length = 1; length <= CODE_BITS_MAX; length++) {
      left = left * 2 - counts[length]!;
      if (left < 0) return false;
      starts[length + 1] = starts[length]! + counts[length]!;
      codes[length + 1] = (codes[length]! + counts[length]!) << 1;
    }
    this.fast.fill(0);
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol]!;
      if (length === 0) continue;
      this.#symbols[starts[length]!++] = symbol;
      const code = codes[length]!++;
      if (length <= FAST_BITS) this.#enter(reverse(code, length), length, symbol);
    }
    return true;
  }

  /** A code of more than nine bits: its symbol and length, -1 when more bits are needed, -2 if none. */
  slow(hold: number, bits: number): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= CODE_BITS_MAX; length++) {
      if (length > bits) return -1;
      code |= (hold >>> (length - 1)) & 1;
      const count = this.#counts[length]!;
      if (code - count < first) return (this.#symbols[index + code - first]! << 4) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -2;
  }

  #enter(code: number, length: number, symbol: number): void {
    const entry = (symbol << 4) | length;
    for (let at = code; at < this.fast.length; at += 1 << length) this.fast[at] = entry;
  }
}

export const FAST_MASK = (1 << FAST_BITS) - 1;

/** Codes are sent from their highest bit on, everything else from the lowest. */
function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let n = 0; n < length; n++) reversed |= ((code >>> n) & 1) << (length - 1 - n);
  return reversed;
}
