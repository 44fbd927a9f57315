import type { Limit } from "../../base/index.ts";
import { type Conversation, type Session, type Side, StreamBuffer } from "../shared/index.ts";
import type { SipAnalyzer } from "./sip-analyzer.ts";

const CR = 13;
const LF = 10;
/** A large piece behind what is held. */
const PIECE_BYTES_MAX = 4 * 65_536;

/** SIP over TCP (RFC 3261 18.3): cuts the stream into messages, whose bodies are passed over. */
export class SipStream implements Session {
  readonly #conversation: Conversation;
  readonly #analyzer: SipAnalyzer;
  readonly #headBytes: Limit;
  readonly #buffers: [StreamBuffer | undefined, StreamBuffer | undefined] = [undefined, undefined];
  /** Bytes of a body that are still to come. */
  readonly #skipped: [number, number] = [0, 0];
  /** How far a head that is not whole was looked through. */
  readonly #searched: [number, number] = [0, 0];
  #isOver = false;

  constructor(conversation: Conversation, about: { analyzer: SipAnalyzer; headBytes: Limit }) {
    this.#conversation = conversation;
    this.#analyzer = about.analyzer;
    this.#headBytes = about.headBytes;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    const skipped = Math.min(this.#skipped[side], bytes.length);
    this.#skipped[side] -= skipped;
    if (this.#isOver || skipped === bytes.length) return;
    const { maximum } = this.#headBytes;
    this.#buffers[side] ??= new StreamBuffer(maximum + PIECE_BYTES_MAX);
    const buffer = this.#buffers[side];
    if (!buffer.push(bytes.subarray(skipped), position + skipped)) {
      this.#stop();
      return;
    }
    while (!this.#isOver && buffer.length > 0) if (!this.#next(side, buffer)) break;
    buffer.keep();
  }

  gap(side: Side, length: number): void {
    if (this.#skipped[side] >= length) this.#skipped[side] -= length;
    else this.#stop();
  }

  end(): void {
    this.#analyzer.end();
  }

  /** Reads the next message; false when more bytes are needed. */
  #next(side: Side, buffer: StreamBuffer): boolean {
    const { bytes } = buffer;
    if (bytes[0] === CR || bytes[0] === LF) {
      buffer.consume(1);
      return true;
    }
    const end = this.#headEnd(side, bytes);
    if (end < 0) {
      if (bytes.length <= this.#headBytes.maximum) return false;
      this.#headBytes.reached++;
      this.#stop();
      return false;
    }
    this.#searched[side] = 0;
    const bodyBytes = this.#analyzer.head(side, bytes.subarray(0, end), buffer.position);
    if (bodyBytes === undefined) {
      this.#violate();
      return false;
    }
    const whole = end + bodyBytes;
    const here = Math.min(whole, bytes.length);
    this.#skipped[side] = whole - here;
    buffer.consume(here);
    return true;
  }

  /** Behind the blank line; -1 while it did not come. */
  #headEnd(side: Side, bytes: Uint8Array): number {
    let at = this.#searched[side];
    for (;;) {
      const line = bytes.indexOf(LF, at);
      if (line < 0) break;
      const next = bytes[line + 1] === CR ? line + 2 : line + 1;
      if (bytes[next] === LF) return next + 1;
      // The bytes behind the line end may not be there yet.
      if (next >= bytes.length) {
        this.#searched[side] = line;
        return -1;
      }
      at = line + 1;
    }
    this.#searched[side] = bytes.length;
    return -1;
  }

  #violate(): void {
    this.#stop();
    if (this.#conversation.hasService("sip")) return;
    this.end();
    this.#conversation.reject("no message");
  }

  #stop(): void {
    this.#isOver = true;
    for (const buffer of this.#buffers) buffer?.clear();
  }
}
