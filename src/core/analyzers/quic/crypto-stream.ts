import type { Limit } from "../../base/index.ts";

/** How much of a handshake is put together. */
export interface CryptoLimits {
  /** A message's bytes. */
  readonly message: Limit;
  /** Pieces that may wait for those before them. */
  readonly pieces: Limit;
}

/** Puts one side's first handshake message together out of CRYPTO frames (RFC 9000 7.5). */
export class CryptoStream {
  #bytes: Uint8Array | undefined;
  /** What is there: begin and end, in order, not touching. */
  #parts: { begin: number; end: number }[] = [];
  isFinished = false;
  readonly #limits: CryptoLimits;

  constructor(limits: CryptoLimits) {
    this.#limits = limits;
  }

  /** Adds a frame; the message once it is whole, words when something is wrong. */
  add(offset: number, bytes: Uint8Array): Uint8Array | string | undefined {
    const end = offset + bytes.length;
    const { message, pieces } = this.#limits;
    if (end > message.maximum) return past(message, "too much crypto data");
    this.#reserve(end);
    this.#bytes!.set(bytes, offset);
    this.#join(offset, end);
    if (this.#parts.length > pieces.maximum) return past(pieces, "too many pieces of crypto data");
    const [first] = this.#parts;
    if (first === undefined || first.begin > 0 || first.end < 4) return undefined;
    const held = this.#bytes!;
    const length = 4 + ((held[1]! << 16) | (held[2]! << 8) | held[3]!);
    if (length > message.maximum) return past(message, "handshake message too long");
    if (first.end < length) return undefined;
    this.isFinished = true;
    this.#bytes = undefined;
    this.#parts = [];
    return held.subarray(0, length);
  }

  #join(begin: number, end: number): void {
    const parts: { begin: number; end: number }[] = [];
    const added = { begin, end };
    for (const part of this.#parts) {
      if (part.end < added.begin || part.begin > added.end) parts.push(part);
      else {
        added.begin = Math.min(added.begin, part.begin);
        added.end = Math.max(added.end, part.end);
      }
    }
    parts.push(added);
    this.#parts = parts.sort((a, b) => a.begin - b.begin);
  }

  #reserve(length: number): void {
    const held = this.#bytes;
    if (held !== undefined && held.length >= length) return;
    const bytes = new Uint8Array(
      Math.min(this.#limits.message.maximum, Math.max(2048, length * 2)),
    );
    if (held !== undefined) bytes.set(held);
    this.#bytes = bytes;
  }
}

function past(limit: Limit, words: string): string {
  limit.reached++;
  return words;
}
