import {
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LENGTH_ORDER,
} from "./deflate-tables.ts";
import { FAST_MASK, Huffman } from "./huffman.ts";

const WINDOW_BYTES = 32_768;
const OUTPUT_BYTES_MAX = 2 * WINDOW_BYTES;
const OUTPUT_BYTES_FIRST = 4096;

const END_OF_BLOCK = 256;

/** Where in a stream the reader stands. */
type State =
  | "block"
  | "stored-length"
  | "stored"
  | "counts"
  | "code-lengths"
  | "lengths"
  | "symbol"
  | "distance"
  | "copy"
  | "end"
  | "broken";

/**
 * Unpacks a deflate stream (RFC 1951) that comes in pieces cut anywhere. Work grows with input and output;
 * how much comes out is for the caller to bound.
 */
export class Inflate {
  readonly #emit: (bytes: Uint8Array) => void;
  #state: State = "block";
  #isLast = false;
  #hold = 0;
  #bits = 0;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  #rest = 0;
  #output: Uint8Array = new Uint8Array(OUTPUT_BYTES_FIRST);
  #written = 0;
  #emitted = 0;
  #left = 0;
  #distance = 0;
  #counts: [literals: number, distances: number, lengths: number] = [0, 0, 0];
  readonly #lengths = new Uint8Array(320);
  #known = 0;
  readonly #literalCode = new Huffman(288);
  readonly #distanceCode = new Huffman(32);
  #lengthCode: Huffman | undefined;

  /** Output is valid during the call only. */
  constructor(emit: (bytes: Uint8Array) => void) {
    this.#emit = emit;
  }

  get isOver(): boolean {
    return this.#state === "end" || this.#state === "broken";
  }

  get isBroken(): boolean {
    return this.#state === "broken";
  }

  /** Bytes of the piece that ended the stream which lie behind its end. */
  get restBytes(): number {
    return this.#rest;
  }

  push(input: Uint8Array): void {
    if (this.isOver) return;
    this.#input = input;
    this.#at = 0;
    while (this.#step()) if (this.isOver) break;
    if (!this.isBroken) this.#flush();
    // Bits are taken as they are needed: no whole byte is held at the end.
    if (this.isOver) this.#rest = input.length - this.#at;
    this.#input = EMPTY;
  }

  /** Goes one step; false when more input is needed. */
  #step(): boolean {
    switch (this.#state) {
      case "block":
        return this.#block();
      case "stored-length":
        return this.#storedLength();
      case "stored":
        return this.#stored();
      case "counts":
        return this.#readCounts();
      case "code-lengths":
        return this.#codeLengths();
      case "lengths":
        return this.#readLengths();
      case "symbol":
        return this.#symbols();
      case "distance":
        return this.#readDistance();
      case "copy":
        return this.#copy();
      case "end":
      case "broken":
        return false;
    }
  }

  #need(bits: number): boolean {
    while (this.#bits < bits) {
      if (this.#at >= this.#input.length) return false;
      this.#hold |= this.#input[this.#at++]! << this.#bits;
      this.#bits += 8;
    }
    return true;
  }

  #take(bits: number): number {
    const value = this.#hold & ((1 << bits) - 1);
    this.#hold >>>= bits;
    this.#bits -= bits;
    return value;
  }

  #break(): false {
    this.#state = "broken";
    return false;
  }

  #block(): boolean {
    if (this.#isLast) {
      this.#state = "end";
      return false;
    }
    if (!this.#need(3)) return false;
    this.#isLast = this.#take(1) === 1;
    const kind = this.#take(2);
    if (kind === 0) {
      this.#take(this.#bits & 7);
      this.#state = "stored-length";
    } else if (kind === 1) {
      this.#lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
      this.#literalCode.build(this.#lengths.subarray(0, 288));
      this.#distanceCode.build(FIXED_DISTANCES);
      this.#state = "symbol";
    } else if (kind === 2) this.#state = "counts";
    else return this.#break();
    return true;
  }

  #storedLength(): boolean {
    // 32 bits do not fit beside others in a word of JavaScript: the two halves are compared apart.
    if (this.#known === 0) {
      if (!this.#need(16)) return false;
      this.#left = this.#take(16);
      this.#known = 1;
    }
    if (!this.#need(16)) return false;
    this.#known = 0;
    if (this.#take(16) !== (~this.#left & 0xffff)) return this.#break();
    this.#state = "stored";
    return true;
  }

  #stored(): boolean {
    while (this.#left > 0) {
      if (this.#bits > 0) {
        this.#put(this.#take(8));
        this.#left--;
        continue;
      }
      const length = Math.min(this.#left, this.#input.length - this.#at, this.#room());
      if (length === 0) return false;
      this.#output.set(this.#input.subarray(this.#at, this.#at + length), this.#written);
      this.#written += length;
      this.#at += length;
      this.#left -= length;
    }
    this.#state = "block";
    return true;
  }

  #readCounts(): boolean {
    if (!this.#need(14)) return false;
    this.#counts = [this.#take(5) + 257, this.#take(5) + 1, this.#take(4) + 4];
    if (this.#counts[0] > 286 || this.#counts[1] > 30) return this.#break();
    this.#lengths.fill(0);
    this.#known = 0;
    this.#state = "code-lengths";
    return true;
  }

  #codeLengths(): boolean {
    while (this.#known < this.#counts[2]) {
      if (!this.#need(3)) return false;
      this.#lengths[LENGTH_ORDER[this.#known++]!] = this.#take(3);
    }
    this.#lengthCode ??= new Huffman(19);
    if (!this.#lengthCode.build(this.#lengths.subarray(0, 19))) return this.#break();
    this.#lengths.fill(0);
    this.#known = 0;
    this.#state = "lengths";
    return true;
  }

  #readLengths(): boolean {
    const [literals, distances] = this.#counts;
    const total = literals + distances;
    while (this.#known < total) {
      const entry = this.#peek(this.#lengthCode!);
      if (entry < 0) return entry === -1 ? false : this.#break();
      const symbol = entry >>> 4;
      const codeBits = entry & 15;
      if (symbol < 16) {
        this.#take(codeBits);
        this.#lengths[this.#known++] = symbol;
        continue;
      }
      const extra = symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
      if (!this.#need(codeBits + extra)) return false;
      this.#take(codeBits);
      const times = this.#take(extra) + (symbol === 18 ? 11 : 3);
      if (symbol === 16 && this.#known === 0) return this.#break();
      if (this.#known + times > total) return this.#break();
      const value = symbol === 16 ? this.#lengths[this.#known - 1]! : 0;
      this.#lengths.fill(value, this.#known, this.#known + times);
      this.#known += times;
    }
    this.#known = 0;
    const areCodes =
      this.#literalCode.build(this.#lengths.subarray(0, literals)) &&
      this.#distanceCode.build(this.#lengths.subarray(literals, total));
    if (!areCodes) return this.#break();
    this.#state = "symbol";
    return true;
  }

  /** The next code's symbol and length, its bits not taken; -1 when input is short, -2 for no code. */
  #peek(code: Huffman): number {
    for (;;) {
      const entry = code.fast[this.#hold & FAST_MASK]!;
      if (entry !== 0 && (entry & 15) <= this.#bits) return entry;
      if (entry === 0) {
        const found = code.slow(this.#hold, this.#bits);
        if (found !== -1) return found;
      }
      if (this.#at >= this.#input.length) return -1;
      this.#hold |= this.#input[this.#at++]! << this.#bits;
      this.#bits += 8;
    }
  }

  #symbols(): boolean {
    for (;;) {
      const entry = this.#peek(this.#literalCode);
      if (entry < 0) return entry === -1 ? false : this.#break();
      const symbol = entry >>> 4;
      const codeBits = entry & 15;
      if (symbol < END_OF_BLOCK) {
        this.#take(codeBits);
        this.#put(symbol);
        continue;
      }
      if (symbol === END_OF_BLOCK) {
        this.#take(codeBits);
        this.#state = "block";
        return true;
      }
      const index = symbol - 257;
      if (index >= LENGTH_BASE.length) return this.#break();
      const extra = LENGTH_EXTRA[index]!;
      if (!this.#need(codeBits + extra)) return false;
      this.#take(codeBits);
      this.#left = LENGTH_BASE[index]! + this.#take(extra);
      this.#state = "distance";
      return true;
    }
  }

  #readDistance(): boolean {
    // The code first, its extra bits apart: together they can be 28 bits.
    if (this.#known === 0) {
      const entry = this.#peek(this.#distanceCode);
      if (entry < 0) return entry === -1 ? false : this.#break();
      this.#take(entry & 15);
      this.#known = (entry >>> 4) + 1;
    }
    const index = this.#known - 1;
    if (index >= DISTANCE_BASE.length) return this.#break();
    const extra = DISTANCE_EXTRA[index]!;
    if (!this.#need(extra)) return false;
    this.#known = 0;
    this.#distance = DISTANCE_BASE[index]! + this.#take(extra);
    if (this.#distance > this.#written) return this.#break();
    this.#state = "copy";
    return true;
  }

  #copy(): boolean {
    for (; this.#left > 0; this.#left--) {
      if (this.#written >= this.#output.length) this.#room();
      this.#output[this.#written] = this.#output[this.#written - this.#distance]!;
      this.#written++;
    }
    this.#state = "symbol";
    return true;
  }

  #put(byte: number): void {
    if (this.#written >= this.#output.length) this.#room();
    this.#output[this.#written++] = byte;
  }

  /** Makes room: the buffer grows to two windows, then the older window is given up. */
  #room(): number {
    if (this.#written < this.#output.length) return this.#output.length - this.#written;
    if (this.#output.length < OUTPUT_BYTES_MAX) {
      const output = new Uint8Array(this.#output.length * 2);
      output.set(this.#output);
      this.#output = output;
    } else {
      this.#flush();
      this.#output.copyWithin(0, this.#written - WINDOW_BYTES, this.#written);
      this.#written = WINDOW_BYTES;
      this.#emitted = WINDOW_BYTES;
    }
    return this.#output.length - this.#written;
  }

  #flush(): void {
    if (this.#written === this.#emitted) return;
    const bytes = this.#output.subarray(this.#emitted, this.#written);
    this.#emitted = this.#written;
    this.#emit(bytes);
  }
}

const EMPTY = new Uint8Array(0);
const FIXED_DISTANCES = new Uint8Array(30).fill(5);
