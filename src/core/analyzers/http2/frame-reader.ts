import { FRAME_HEADER_BYTES, type Http2FrameHeader, parseFrameHeader } from "./http2-parser.ts";

/** How a frame's payload is wanted: in one piece, as it comes, or not at all. */
export type PayloadWish = "whole" | "pieces" | "none";

/** Takes the frames of one direction; payloads are valid during the call only. */
export interface FrameSink {
  begin(header: Http2FrameHeader, position: number): PayloadWish;
  whole(header: Http2FrameHeader, payload: Uint8Array, position: number): void;
  piece(bytes: Uint8Array, position: number): void;
  pieceGap(length: number, position: number): void;
  /** A payload that was wanted whole is not there as a whole, or is too long. */
  missed(header: Http2FrameHeader): void;
  /** The last piece was given. */
  end(header: Http2FrameHeader): void;
}

const PAYLOAD_BYTES_FIRST = 256;

/** Cuts one direction of a connection into frames (RFC 9113 4.1); holds what is wanted whole. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #wholeBytesMax: number;
  #head: Uint8Array | undefined;
  #headBytes = 0;
  #frame: Http2FrameHeader | undefined;
  #wish: PayloadWish = "none";
  #hasMissed = false;
  /** Bytes of the payload that are still to come. */
  #rest = 0;
  #payload: Uint8Array = EMPTY;
  #held = 0;
  #payloadPosition = 0;

  constructor(sink: FrameSink, wholeBytesMax: number) {
    this.#sink = sink;
    this.#wholeBytesMax = wholeBytesMax;
  }

  data(bytes: Uint8Array, position: number): void {
    let at = 0;
    while (at < bytes.length) {
      at +=
        this.#frame === undefined
          ? this.#readHead(bytes, at, position + at)
          : this.#readPayload(bytes, at, position + at);
    }
  }

  /** Bytes that are missing; false when it cannot be told where the next frame begins. */
  gap(length: number, position: number): boolean {
    if (this.#frame === undefined || length > this.#rest) return false;
    if (this.#wish === "pieces") this.#sink.pieceGap(length, position);
    else this.#hasMissed = true;
    this.#rest -= length;
    if (this.#rest === 0) this.#finish();
    return true;
  }

  #readHead(bytes: Uint8Array, at: number, position: number): number {
    if (this.#headBytes === 0 && at + FRAME_HEADER_BYTES <= bytes.length) {
      this.#begin(parseFrameHeader(bytes.subarray(at, at + FRAME_HEADER_BYTES)), position);
      return FRAME_HEADER_BYTES;
    }
    this.#head ??= new Uint8Array(FRAME_HEADER_BYTES);
    const taken = Math.min(FRAME_HEADER_BYTES - this.#headBytes, bytes.length - at);
    this.#head.set(bytes.subarray(at, at + taken), this.#headBytes);
    this.#headBytes += taken;
    if (this.#headBytes === FRAME_HEADER_BYTES) {
      this.#headBytes = 0;
      this.#begin(parseFrameHeader(this.#head), position + taken - FRAME_HEADER_BYTES);
    }
    return taken;
  }

  #begin(header: Http2FrameHeader, position: number): void {
    this.#frame = header;
    this.#rest = header.length;
    this.#held = 0;
    this.#payloadPosition = position + FRAME_HEADER_BYTES;
    this.#wish = this.#sink.begin(header, position);
    this.#hasMissed = this.#wish === "whole" && header.length > this.#wholeBytesMax;
    if (this.#rest === 0) {
      if (this.#wish === "whole") this.#sink.whole(header, EMPTY, this.#payloadPosition);
      this.#finish();
    }
  }

  #readPayload(bytes: Uint8Array, at: number, position: number): number {
    const taken = Math.min(this.#rest, bytes.length - at);
    const piece = bytes.subarray(at, at + taken);
    this.#rest -= taken;
    if (this.#wish === "pieces") this.#sink.piece(piece, position);
    else if (this.#wish === "whole" && !this.#hasMissed) this.#collect(piece);
    if (this.#rest === 0) this.#finish();
    return taken;
  }

  #collect(piece: Uint8Array): void {
    const header = this.#frame!;
    if (this.#held === 0 && this.#rest === 0) {
      this.#sink.whole(header, piece, this.#payloadPosition);
      return;
    }
    const needed = this.#held + piece.length;
    if (needed > this.#payload.length) {
      // Grown as bytes come: what a header announces costs its sender nothing.
      const size = Math.max(PAYLOAD_BYTES_FIRST, needed * 2);
      const payload = new Uint8Array(Math.min(size, header.length));
      payload.set(this.#payload.subarray(0, this.#held));
      this.#payload = payload;
    }
    this.#payload.set(piece, this.#held);
    this.#held = needed;
    if (this.#rest > 0) return;
    const payload = this.#payload.subarray(0, needed);
    this.#payload = EMPTY;
    this.#sink.whole(header, payload, this.#payloadPosition);
  }

  #finish(): void {
    const header = this.#frame!;
    this.#frame = undefined;
    if (this.#wish === "whole" && this.#hasMissed) {
      this.#payload = EMPTY;
      this.#sink.missed(header);
    }
    this.#sink.end(header);
  }
}

const EMPTY = new Uint8Array(0);
