const BASE62 = new TextEncoder().encode(
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
);
/** 62^5: the largest power that leaves products in the division below exact. */
const BASE62_GROUP = 916_132_832;

/**
 * Writes text as bytes into one growing buffer. Digits go in directly: a string for each number was
 * two thirds of the time of a whole pass over a capture.
 */
export class ByteWriter {
  bytes: Uint8Array = new Uint8Array(1 << 20);
  length = 0;
  /** Quotient and remainder of the last 64-bit division. */
  #quotient = 0.5;
  #remainder = 0;

  /** Makes room for `more` bytes. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    wider.set(this.bytes.subarray(0, this.length));
    this.bytes = wider;
  }

  byte(value: number): void {
    this.bytes[this.length++] = value;
  }

  /** Characters below 128 only; the caller reserved room. */
  ascii(text: string): void {
    for (let n = 0; n < text.length; n++) this.bytes[this.length++] = text.charCodeAt(n);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length + 64);
    // Mostly names of a few letters: no call for those.
    if (bytes.length < 16) {
      for (let n = 0; n < bytes.length; n++) this.bytes[this.length + n] = bytes[n]!;
    } else this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A whole number from 0 to 2^53. */
  decimal(value: number): void {
    let high = 0;
    let rest = value;
    if (value >= 1e9) {
      high = Math.floor(value / 1e9);
      rest = value - high * 1e9;
      this.decimal(high);
      this.padded(rest, 9);
      return;
    }
    rest |= 0;
    const digits =
      rest < 10 ? 1 : rest < 100 ? 2 : rest < 1000 ? 3 : rest < 10000 ? 4 : digitsOf(rest);
    this.padded(rest, digits);
  }

  /** A whole number below 10^9 with leading zeros. */
  padded(value: number, digits: number): void {
    const { bytes } = this;
    let rest = value | 0;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const next = (rest / 10) | 0;
      bytes[at] = 48 + rest - next * 10;
      rest = next;
    }
    this.length += digits;
  }

  /** Nanoseconds in two halves as seconds with six digits. */
  seconds(high: number, low: number): void {
    if (high >= 0x80000000) {
      this.byte(45);
      const negated = low === 0 ? 0 : 4294967296 - low;
      this.seconds((~high >>> 0) + (low === 0 ? 1 : 0), negated);
      return;
    }
    this.#divide(high, low, 1e9);
    let seconds = this.#quotient;
    let micros = Math.round(this.#remainder / 1000);
    if (micros === 1e6) {
      seconds++;
      micros = 0;
    }
    this.decimal(seconds);
    this.byte(46);
    this.padded(micros, 6);
  }

  /** A flow uid: C and base 62 without leading zeros. */
  uid(high: number, low: number): void {
    this.byte(67);
    this.#divide(high, low, BASE62_GROUP);
    const last = this.#remainder;
    const rest = this.#quotient;
    const first = Math.floor(rest / BASE62_GROUP);
    const middle = rest - first * BASE62_GROUP;
    const start = this.length;
    if (first > 0) this.#base62(first, 1);
    if (rest > 0) this.#base62(middle, 5);
    this.#base62(last, 5);
    let zeros = start;
    while (zeros < this.length - 1 && this.bytes[zeros] === 48) zeros++;
    if (zeros > start) {
      this.bytes.copyWithin(start, zeros, this.length);
      this.length -= zeros - start;
    }
  }

  ipv4(address: number): void {
    this.#octet(address >>> 24);
    this.byte(46);
    this.#octet((address >>> 16) & 255);
    this.byte(46);
    this.#octet((address >>> 8) & 255);
    this.byte(46);
    this.#octet(address & 255);
  }

  #octet(value: number): void {
    const { bytes } = this;
    if (value >= 100) {
      const hundreds = value >= 200 ? 2 : 1;
      bytes[this.length++] = 48 + hundreds;
      const rest = value - hundreds * 100;
      const tens = (rest * 205) >> 11;
      bytes[this.length++] = 48 + tens;
      bytes[this.length++] = 48 + rest - tens * 10;
    } else if (value >= 10) {
      const tens = (value * 205) >> 11;
      bytes[this.length++] = 48 + tens;
      bytes[this.length++] = 48 + value - tens * 10;
    } else bytes[this.length++] = 48 + value;
  }

  #base62(value: number, digits: number): void {
    let rest = value | 0;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const next = (rest / 62) | 0;
      this.bytes[at] = BASE62[rest - next * 62]!;
      rest = next;
    }
    this.length += digits;
  }

  /** Divides 64 bits by a number below 2^30, in steps of 16 bits that stay exact. */
  #divide(high: number, low: number, by: number): void {
    let part = high;
    let digit = Math.floor(part / by);
    let quotient = digit;
    let rest = part - digit * by;
    part = rest * 65536 + (low >>> 16);
    digit = Math.floor(part / by);
    quotient = quotient * 65536 + digit;
    rest = part - digit * by;
    part = rest * 65536 + (low & 0xffff);
    digit = Math.floor(part / by);
    this.#quotient = quotient * 65536 + digit;
    this.#remainder = part - digit * by;
  }
}

function digitsOf(value: number): number {
  if (value < 1e5) return 5;
  if (value < 1e6) return 6;
  if (value < 1e7) return 7;
  return value < 1e8 ? 8 : 9;
}
