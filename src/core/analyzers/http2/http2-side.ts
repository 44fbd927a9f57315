import type { Side } from "../shared/index.ts";
import { FrameReader, type FrameSink, type PayloadWish } from "./frame-reader.ts";
import { HeaderBlocks, type HeaderLimits } from "./header-blocks.ts";
import { FLAG, FRAME, fragmentOf, type Http2FrameHeader, readStreamId } from "./http2-parser.ts";

/** What a side needs of its flow. */
export interface SideHost {
  readonly headerLimits: HeaderLimits;
  weird(name: string, addl?: string): void;
  /** A side's first frame, which has to be one of settings. */
  begun(side: Side): void;
  /** It is no HTTP/2, or cannot be read any further. */
  broken(weird: string): void;
  /** Any frame begins. */
  frame(side: Side, header: Http2FrameHeader): void;
  /** A small frame of the connection, or of a stream. */
  control(side: Side, header: Http2FrameHeader, payload: Uint8Array): void;
  /** A header block begins; says who takes its fields. */
  headers(side: Side, streamId: number, promisedId: number | undefined): HeaderTaker | undefined;
  streamData(side: Side, streamId: number, bytes: Uint8Array, position: number): void;
  streamGap(side: Side, streamId: number, hole: Hole): void;
  streamEnd(side: Side, streamId: number): void;
}

/** Bytes that are missing. */
export interface Hole {
  readonly length: number;
  readonly position: number;
}

/** Takes the fields of a header block, and that it is over. */
export interface HeaderTaker {
  field: NonNullable<HeaderBlocks["onField"]>;
  done(): void;
}

/** Frames whose content tells something; RST_STREAM and GOAWAY are short, or what is behind is text. */
const CONTROL_BYTES_MAX = 64;

/** One direction of a connection: its frames, the header blocks that some of them make. */
export class Http2Side implements FrameSink {
  readonly side: Side;
  readonly #host: SideHost;
  readonly #reader: FrameReader;
  readonly #blocks: HeaderBlocks;
  #hasBegun = false;
  isOver = false;
  /** The block that CONTINUATION frames have to go on with. */
  #open: { streamId: number; isEnd: boolean; taker: HeaderTaker | undefined } | undefined;
  /** Of the DATA frame at hand: padding's length, if it is not known yet -1, and data still to come. */
  #padding = 0;
  #dataRest = 0;
  #dataStream = 0;

  constructor(side: Side, host: SideHost) {
    this.side = side;
    this.#host = host;
    const bytesMax = Math.max(host.headerLimits.headerBytes.maximum, CONTROL_BYTES_MAX);
    this.#reader = new FrameReader(this, bytesMax);
    this.#blocks = new HeaderBlocks(host.headerLimits, (name, addl) => host.weird(name, addl));
  }

  data(bytes: Uint8Array, position: number): void {
    if (!this.isOver) this.#reader.data(bytes, position);
  }

  gap(length: number, position: number): void {
    if (!this.isOver && !this.#reader.gap(length, position)) this.isOver = true;
  }

  begin(header: Http2FrameHeader): PayloadWish {
    if (this.isOver) return "none";
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      if (header.type !== FRAME.settings || header.streamId !== 0) {
        this.isOver = true;
        this.#host.broken("HTTP2_no_settings");
        return "none";
      }
      this.#host.begun(this.side);
    }
    this.#host.frame(this.side, header);
    if (this.#open !== undefined && !this.#goesOn(header)) this.#abandon();
    switch (header.type) {
      case FRAME.data:
        this.#padding = (header.flags & FLAG.padded) !== 0 ? -1 : 0;
        this.#dataRest = header.length;
        this.#dataStream = header.streamId;
        return "pieces";
      case FRAME.headers:
      case FRAME.pushPromise:
      case FRAME.continuation:
        return "whole";
      case FRAME.reset:
      case FRAME.goAway:
        return header.length <= CONTROL_BYTES_MAX ? "whole" : "none";
      default:
        return "none";
    }
  }

  whole(header: Http2FrameHeader, payload: Uint8Array, position: number): void {
    if (header.type === FRAME.reset || header.type === FRAME.goAway) {
      this.#host.control(this.side, header, payload);
      return;
    }
    const fragment = fragmentOf(header, payload);
    if (fragment === undefined) {
      this.#host.weird("HTTP2_bad_padding");
      this.missed(header);
      return;
    }
    const isLast = (header.flags & FLAG.endHeaders) !== 0;
    if (header.type === FRAME.continuation) {
      if (this.#open === undefined) {
        this.#host.weird("HTTP2_unexpected_continuation");
        this.#blocks.missed();
        return;
      }
    } else this.#beginBlock(header, payload, fragment.start);
    const part = payload.subarray(fragment.start, fragment.end);
    this.#blocks.add(part, position + fragment.start, isLast);
    if (isLast) this.#finishBlock();
  }

  piece(bytes: Uint8Array, position: number): void {
    let start = 0;
    if (this.#padding < 0) {
      this.#padding = bytes[0]!;
      this.#dataRest -= 1 + this.#padding;
      start = 1;
      if (this.#dataRest < 0) this.#host.weird("HTTP2_bad_padding");
    }
    const length = Math.min(bytes.length - start, Math.max(0, this.#dataRest));
    if (length === 0) return;
    this.#dataRest -= length;
    const data = bytes.subarray(start, start + length);
    this.#host.streamData(this.side, this.#dataStream, data, position + start);
  }

  pieceGap(length: number, position: number): void {
    // Where the padding's length is missing, all that is missing counts as data.
    const start = this.#padding < 0 ? 1 : 0;
    if (this.#padding < 0) {
      this.#padding = 0;
      this.#dataRest--;
    }
    const missing = Math.min(length - start, Math.max(0, this.#dataRest));
    if (missing === 0) return;
    this.#dataRest -= missing;
    this.#host.streamGap(this.side, this.#dataStream, { length: missing, position });
  }

  missed(header: Http2FrameHeader): void {
    if (header.type === FRAME.reset || header.type === FRAME.goAway) return;
    this.#host.headerLimits.headerBytes.reached +=
      header.length > this.#host.headerLimits.headerBytes.maximum ? 1 : 0;
    const open = this.#open;
    this.#blocks.missed();
    const isLast = (header.flags & FLAG.endHeaders) !== 0;
    if (header.type === FRAME.headers) {
      const isEnd = (header.flags & FLAG.endStream) !== 0;
      const taker = this.#host.headers(this.side, header.streamId, undefined);
      this.#open = { streamId: header.streamId, isEnd, taker };
    } else if (open === undefined) return;
    if (isLast) this.#finishBlock();
  }

  end(header: Http2FrameHeader): void {
    if (header.type !== FRAME.data || (header.flags & FLAG.endStream) === 0) return;
    this.#host.streamEnd(this.side, header.streamId);
  }

  /** RFC 9113 4.3: nothing stands between the frames of a block. */
  #goesOn(header: Http2FrameHeader): boolean {
    return header.type === FRAME.continuation && header.streamId === this.#open?.streamId;
  }

  #abandon(): void {
    this.#host.weird("HTTP2_continuation_expected");
    this.#blocks.missed();
    this.#finishBlock();
  }

  #beginBlock(header: Http2FrameHeader, payload: Uint8Array, start: number): void {
    const isPromise = header.type === FRAME.pushPromise;
    const promisedId = isPromise ? readStreamId(payload, start - 4) : undefined;
    const isEnd = !isPromise && (header.flags & FLAG.endStream) !== 0;
    const taker = this.#host.headers(this.side, header.streamId, promisedId);
    this.#open = { streamId: header.streamId, isEnd, taker };
    this.#blocks.begin();
  }

  #finishBlock(): void {
    const open = this.#open;
    this.#open = undefined;
    const { taker } = open ?? {};
    this.#blocks.onField = taker && ((field) => taker.field(field));
    this.#blocks.finish();
    this.#blocks.onField = undefined;
    taker?.done();
    if (open?.isEnd === true) this.#host.streamEnd(this.side, open.streamId);
  }
}
