import type { Limit } from "../../base/index.ts";
import { takeVarint } from "../shared/index.ts";

/** Takes the frames of one side of a stream (RFC 9114 7.2). */
export interface Http3FrameSink {
  /** Bytes of a body. */
  data(bytes: Uint8Array, position: number): void;
  /** A frame of another type, whole; `position` is undefined where it came in several pieces. */
  frame(type: number, payload: Uint8Array, position: number | undefined): void;
}

const DATA = 0;
const HEAD_BYTES_MAX = 16;

/** Cuts the bytes of one side of a stream into frames; those that are too long are passed over. */
export class Http3Frames {
  readonly #sink: Http3FrameSink;
  readonly #limit: Limit;
  readonly #head = new Uint8Array(HEAD_BYTES_MAX);
  #headBytes = 0;
  #type = -1;
  /** Bytes of the frame at hand that are still to come. */
  #left = 0;
  #payload: Uint8Array = EMPTY;
  #held = 0;
  #isTooLong = false;

  constructor(sink: Http3FrameSink, limit: Limit) {
    this.#sink = sink;
    this.#limit = limit;
  }

  add(bytes: Uint8Array, position: number): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#type < 0) {
        this.#takeHead(bytes[at++]!);
        continue;
      }
      const part = bytes.subarray(at, Math.min(bytes.length, at + this.#left));
      this.#takePayload(part, position + at);
      at += part.length;
    }
  }

  #takeHead(byte: number): void {
    this.#head[this.#headBytes++] = byte;
    const typeBytes = 1 << (this.#head[0]! >> 6);
    if (this.#headBytes <= typeBytes) return;
    const lengthBytes = 1 << (this.#head[typeBytes]! >> 6);
    if (this.#headBytes < typeBytes + lengthBytes) return;
    const cursor = { at: 0, isShort: false };
    this.#type = takeVarint(this.#head, cursor);
    this.#left = takeVarint(this.#head, cursor);
    this.#headBytes = 0;
    if (this.#left === 0) this.#finish(EMPTY, undefined);
  }

  #takePayload(part: Uint8Array, position: number): void {
    const isWhole = this.#held === 0 && part.length === this.#left;
    this.#left -= part.length;
    if (this.#type === DATA) this.#sink.data(part, position);
    else if (isWhole) {
      this.#finish(part, position);
      return;
    } else this.#keep(part);
    if (this.#left === 0) this.#finish(this.#payload.subarray(0, this.#held), undefined);
  }

  #keep(part: Uint8Array): void {
    const length = this.#held + part.length + this.#left;
    if (length > this.#limit.maximum && !this.#isTooLong) {
      this.#limit.reached++;
      this.#isTooLong = true;
    }
    if (this.#isTooLong) return;
    const needed = this.#held + part.length;
    if (this.#payload.length < needed) {
      const payload = new Uint8Array(Math.min(length, Math.max(1024, needed * 2)));
      payload.set(this.#payload.subarray(0, this.#held));
      this.#payload = payload;
    }
    this.#payload.set(part, this.#held);
    this.#held = needed;
  }

  #finish(payload: Uint8Array, position: number | undefined): void {
    const type = this.#type;
    this.#type = -1;
    this.#held = 0;
    this.#isTooLong = false;
    if (type !== DATA && payload.length > 0) this.#sink.frame(type, payload, position);
    if (this.#payload.length > 4096) this.#payload = EMPTY;
  }
}

const EMPTY = new Uint8Array(0);
