import { Inflate } from "./inflate.ts";

const GZIP_HEADER_BYTES = 10;
const FLAG_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;

/** What comes before the deflate stream: found out by the first bytes, whatever was declared. */
type Wrapper = "unknown" | "gzip" | "gzip-extra" | "gzip-text" | "gzip-crc" | "none";

/**
 * Undoes a body's `gzip` or `deflate` (RFC 9110 8.4.1). Which of gzip, zlib and bare deflate it is, is
 * told by its first bytes: servers confuse the names.
 */
export class ContentDecoder {
  readonly #inflate: Inflate;
  #wrapper: Wrapper = "unknown";
  readonly #head = new Uint8Array(GZIP_HEADER_BYTES);
  #headBytes = 0;
  #skip = 0;
  #extraBytes = 0;
  #texts = 0;

  readonly #onInput: ((bytes: Uint8Array) => void) | undefined;

  /** `onInput` is given the bytes as they came, also those behind a fault. */
  constructor(emit: (bytes: Uint8Array) => void, onInput?: (bytes: Uint8Array) => void) {
    this.#inflate = new Inflate(emit);
    this.#onInput = onInput;
  }

  get isOver(): boolean {
    return this.#inflate.isOver;
  }

  get isBroken(): boolean {
    return this.#inflate.isBroken;
  }

  /** Says once that the bytes are broken. */
  push(bytes: Uint8Array): "broken" | undefined {
    this.#onInput?.(bytes);
    if (this.isOver) return undefined;
    let at = 0;
    while (at < bytes.length && this.#wrapper !== "none") at = this.#unwrap(bytes, at);
    if (at < bytes.length && this.#wrapper === "none") this.#inflate.push(bytes.subarray(at));
    return this.isBroken ? "broken" : undefined;
  }

  #unwrap(bytes: Uint8Array, at: number): number {
    switch (this.#wrapper) {
      case "unknown":
        return this.#decide(bytes, at);
      case "gzip": {
        this.#head[this.#headBytes++] = bytes[at]!;
        if (this.#headBytes === GZIP_HEADER_BYTES) this.#afterHeader();
        return at + 1;
      }
      case "gzip-extra": {
        if (this.#extraBytes < 2) {
          this.#skip |= bytes[at]! << (8 * this.#extraBytes++);
          if (this.#extraBytes === 2 && this.#skip === 0) this.#afterExtra();
          return at + 1;
        }
        const taken = Math.min(this.#skip, bytes.length - at);
        this.#skip -= taken;
        if (this.#skip === 0) this.#afterExtra();
        return at + taken;
      }
      case "gzip-text": {
        const end = bytes.indexOf(0, at);
        if (end < 0) return bytes.length;
        this.#texts--;
        if (this.#texts === 0) this.#afterTexts();
        return end + 1;
      }
      case "gzip-crc":
        this.#skip--;
        if (this.#skip === 0) this.#wrapper = "none";
        return at + 1;
      case "none":
        return at;
    }
  }

  #decide(bytes: Uint8Array, at: number): number {
    this.#head[this.#headBytes++] = bytes[at]!;
    if (this.#headBytes < 2) return at + 1;
    const [first, second] = [this.#head[0]!, this.#head[1]!];
    if (first === 0x1f && second === 0x8b) this.#wrapper = "gzip";
    else {
      this.#wrapper = "none";
      // RFC 1950 2.2: the method is 8, and both bytes are a multiple of 31.
      const isZlib = (first & 15) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0;
      if (!isZlib) this.#inflate.push(this.#head.subarray(0, 2));
    }
    return at + 1;
  }

  #afterHeader(): void {
    if ((this.#head[3]! & FLAG_EXTRA) !== 0) this.#wrapper = "gzip-extra";
    else this.#afterExtra();
  }

  #afterExtra(): void {
    const flags = this.#head[3]!;
    this.#texts = ((flags & FLAG_NAME) !== 0 ? 1 : 0) + ((flags & FLAG_COMMENT) !== 0 ? 1 : 0);
    if (this.#texts > 0) this.#wrapper = "gzip-text";
    else this.#afterTexts();
  }

  #afterTexts(): void {
    this.#skip = 2;
    this.#wrapper = (this.#head[3]! & FLAG_CRC) !== 0 ? "gzip-crc" : "none";
  }
}
