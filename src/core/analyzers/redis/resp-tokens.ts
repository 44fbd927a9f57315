import type { Limit } from "../../base/index.ts";

/** Takes lines and bulks of RESP; answers tell what comes next. */
export interface RespSink {
  /** A line without its end. Returns the length of the bulk behind it, `NO_BULK`, or `BROKEN`. */
  line(line: Uint8Array): number;
  /** The first bytes of a bulk that is over. */
  bulk(head: Uint8Array): void;
}

export const NO_BULK = -1;
export const BROKEN = -2;
const CARRIAGE_RETURN = 13;
const NEWLINE = 10;
const EMPTY: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * Cuts one side of RESP (Redis's serialization protocol) into lines and bulks. Only a line that is not
 * whole and the head of a bulk are held, however long values are.
 */
export class RespTokens {
  readonly #sink: RespSink;
  readonly #lineBytesLimit: Limit;
  readonly #valueBytesMax: number;
  #line = EMPTY;
  #lineBytes = 0;
  /** Bytes of the bulk at hand and its line end that are to come. */
  #bulkLeft = 0;
  #head = EMPTY;
  #headBytes = 0;

  constructor(sink: RespSink, options: { lineBytes: Limit; valueBytesMax: number }) {
    this.#sink = sink;
    this.#lineBytesLimit = options.lineBytes;
    this.#valueBytesMax = options.valueBytesMax;
  }

  /** False when it is no RESP, or a line is longer than it may be. */
  feed(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length; ) {
      if (this.#bulkLeft > 0) at += this.#feedBulk(bytes.subarray(at));
      else {
        const used = this.#feedLine(bytes.subarray(at));
        if (used < 0) return false;
        at += used;
      }
    }
    return true;
  }

  #feedBulk(bytes: Uint8Array): number {
    const used = Math.min(bytes.length, this.#bulkLeft);
    const content = Math.max(0, Math.min(used, this.#bulkLeft - 2));
    if (this.#head.length === 0) this.#head = new Uint8Array(this.#valueBytesMax);
    const kept = bytes.subarray(0, Math.min(content, this.#valueBytesMax - this.#headBytes));
    this.#head.set(kept, this.#headBytes);
    this.#headBytes += kept.length;
    this.#bulkLeft -= used;
    if (this.#bulkLeft === 0) {
      this.#sink.bulk(this.#head.subarray(0, this.#headBytes));
      this.#headBytes = 0;
    }
    return used;
  }

  #feedLine(bytes: Uint8Array): number {
    const end = bytes.indexOf(NEWLINE);
    const used = end < 0 ? bytes.length : end + 1;
    if (!this.#keep(bytes.subarray(0, used))) return BROKEN;
    const isWhole = end >= 0 && this.#line[this.#lineBytes - 2] === CARRIAGE_RETURN;
    if (!isWhole || this.#lineBytes < 2) return used;
    const line = this.#line.subarray(0, this.#lineBytes - 2);
    this.#lineBytes = 0;
    const next = this.#sink.line(line);
    if (next === BROKEN) return BROKEN;
    if (next !== NO_BULK) this.#bulkLeft = next + 2;
    return used;
  }

  #keep(bytes: Uint8Array): boolean {
    const length = this.#lineBytes + bytes.length;
    if (length > this.#lineBytesLimit.maximum) {
      this.#lineBytesLimit.reached++;
      return false;
    }
    if (length > this.#line.length) {
      const grown = new Uint8Array(2 * length);
      grown.set(this.#line.subarray(0, this.#lineBytes));
      this.#line = grown;
    }
    this.#line.set(bytes, this.#lineBytes);
    this.#lineBytes = length;
    return true;
  }
}

/** A decimal number behind a line's type; undefined when it is none. */
export function lineNumber(line: Uint8Array): number | undefined {
  let at = 1;
  const isNegative = line[at] === 0x2d;
  if (isNegative || line[at] === 0x2b) at++;
  if (at >= line.length || line.length - at > 12) return undefined;
  let number = 0;
  for (; at < line.length; at++) {
    const digit = line[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return isNegative ? -number : number;
}
