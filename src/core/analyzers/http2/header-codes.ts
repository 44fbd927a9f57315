import { decodeHuffman } from "./hpack-huffman.ts";

/** Why a block is none (RFC 7541 and RFC 9204 say of each that it is a decoding error). */
export type HeaderFault = "truncated" | "integer" | "index" | "huffman";

/** Above this an index or a length means nothing, and a shift would lose bits (RFC 7541 5.1). */
const INTEGER_MAX = 0x0fffffff;

/** Reads the integers and strings that header blocks are made of (RFC 7541 5, RFC 9204 4.1). */
export class HeaderCodes {
  readonly bytes: Uint8Array;
  at = 0;
  fault: HeaderFault | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isOver(): boolean {
    return this.at >= this.bytes.length || this.fault !== undefined;
  }

  /** The first byte of what comes next. */
  get first(): number {
    return this.bytes[this.at] ?? 0;
  }

  /** An integer with a prefix of some bits (RFC 7541 5.1). */
  integer(prefixBits: number): number {
    if (this.at >= this.bytes.length) return this.fail("truncated");
    const mask = (1 << prefixBits) - 1;
    let value = this.bytes[this.at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      if (this.at >= this.bytes.length) return this.fail("truncated");
      const byte = this.bytes[this.at++]!;
      if (shift > 21 && (byte & 0x7f) !== 0) return this.fail("integer");
      // Zeros may follow without end: what they add is nothing, but five bytes are enough for all.
      if (shift > 28) return this.fail("integer");
      if (shift <= 21) value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value <= INTEGER_MAX ? value : this.fail("integer");
    }
  }

  /** A string as it is or in Huffman's code, copied; its length has a prefix, the code's bit before it. */
  string(prefixBits = 7): Uint8Array | undefined {
    const isCoded = (this.first & (1 << prefixBits)) !== 0;
    const length = this.integer(prefixBits);
    if (this.fault !== undefined) return undefined;
    const end = this.at + length;
    if (end > this.bytes.length) {
      this.fail("truncated");
      return undefined;
    }
    const written = this.bytes.subarray(this.at, end);
    this.at = end;
    if (!isCoded) return written.slice();
    const text = decodeHuffman(written);
    if (text === undefined) this.fail("huffman");
    return text;
  }

  fail(fault: HeaderFault): 0 {
    this.fault ??= fault;
    return 0;
  }
}
