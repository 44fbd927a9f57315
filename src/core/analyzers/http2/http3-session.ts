import type { Limit } from "../../base/index.ts";
import { SoftwareHeaders, writeExchange } from "../shared/http-content/index.ts";
import {
  type Conversation,
  type Session,
  type Side,
  type StreamPiece,
  takeVarint,
} from "../shared/index.ts";
import { NO_PLACE } from "./dns-body.ts";
import type { HpackField } from "./hpack-table.ts";
import type { Http2Shared } from "./http2-shared.ts";
import { Http2Stream, type StreamHost } from "./http2-stream.ts";
import { Http3Frames } from "./http3-frames.ts";
import { QpackDecoder } from "./qpack-decoder.ts";

/** What HTTP/3 bounds besides what HTTP/2 does. */
export interface Http3Shared extends Http2Shared {
  /** Field sections of a connection that wait for what their table lacks. */
  readonly blockedSections: Limit;
}

const HEADERS = 1;
const SETTINGS = 4;
const CONTROL_STREAM = 0;
const ENCODER_STREAM = 2;
const TABLE_CAPACITY = 1;

/** A field section that waits for its table. */
interface Blocked {
  readonly stream: Exchange3;
  readonly side: Side;
  readonly payload: Uint8Array;
}

/** A request stream: what it says, and the frames of both its sides. */
interface Exchange3 {
  readonly stream: Http2Stream;
  readonly frames: readonly [Http3Frames, Http3Frames];
  /** By side: it ended while a section of it waited. */
  readonly isEnding: [boolean, boolean];
}

/** A stream of one direction: what it is for says its first number. */
interface OneWay {
  type: number | undefined;
  frames: Http3Frames | undefined;
}

/** A connection of HTTP/3 (RFC 9114), given by QUIC once that was opened. */
export class Http3Session implements Session, StreamHost {
  readonly conversation: Conversation;
  readonly shared: Http3Shared;
  readonly software: SoftwareHeaders;
  readonly #exchanges = new Map<number, Exchange3>();
  readonly #oneWay = new Map<number, OneWay>();
  readonly #decoders: readonly [QpackDecoder, QpackDecoder];
  #blocked: Blocked[] = [];
  #depth = 0;

  constructor(conversation: Conversation, shared: Http3Shared) {
    this.conversation = conversation;
    this.shared = shared;
    this.software = new SoftwareHeaders(conversation, shared.software);
    const { headerTableBytes } = shared.headers;
    this.#decoders = [new QpackDecoder(headerTableBytes), new QpackDecoder(headerTableBytes)];
  }

  /** Only its streams say anything. */
  data(): void {}

  stream(piece: StreamPiece): void {
    if ((piece.streamId & 2) !== 0) this.#oneWayData(piece);
    else this.#exchangeData(piece);
  }

  end(): void {
    for (const exchange of [...this.#exchanges.values()]) this.#finish(exchange);
  }

  #exchangeData({ streamId, side, bytes, position, isLast }: StreamPiece): void {
    const exchange = this.#exchanges.get(streamId) ?? this.#open(streamId);
    exchange.frames[side].add(bytes, position);
    if (isLast) this.#end(exchange, side);
  }

  #open(streamId: number): Exchange3 {
    const { streams } = this.shared;
    if (this.#exchanges.size >= streams.maximum) {
      streams.reached++;
      // What waits longest is written as it is: whoever opens streams without end hides nothing.
      for (const oldest of this.#exchanges.values()) {
        this.#finish(oldest);
        break;
      }
    }
    const stream = new Http2Stream(this, streamId, ++this.#depth);
    stream.exchange.version = "3";
    const exchange: Exchange3 = {
      stream,
      frames: [this.#framesOf(streamId, 0), this.#framesOf(streamId, 1)],
      isEnding: [false, false],
    };
    this.#exchanges.set(streamId, exchange);
    return exchange;
  }

  #framesOf(streamId: number, side: Side): Http3Frames {
    const sink = {
      data: (bytes: Uint8Array, position: number) =>
        this.#exchanges.get(streamId)?.stream.data(side, bytes, position),
      frame: (type: number, payload: Uint8Array, position: number | undefined) => {
        const exchange = this.#exchanges.get(streamId);
        if (type !== HEADERS || exchange === undefined) return;
        this.#section(exchange, side, { payload, position });
      },
    };
    return new Http3Frames(sink, this.shared.headers.headerBytes);
  }

  #section(
    exchange: Exchange3,
    side: Side,
    { payload, position }: { payload: Uint8Array; position: number | undefined },
  ): void {
    const outcome = this.#decoders[side].section(payload);
    if (outcome === "blocked") {
      this.#wait({ stream: exchange, side, payload: payload.slice() });
    } else if (typeof outcome === "string") {
      this.conversation.weird("HTTP3_bad_field_section", outcome);
    } else {
      if (!this.conversation.hasService("http")) this.conversation.confirm("http");
      this.#fields(exchange, side, { fields: outcome, position, length: payload.length });
    }
  }

  #fields(
    { stream }: Exchange3,
    side: Side,
    about: { fields: readonly HpackField[]; position: number | undefined; length: number },
  ): void {
    const { headerListBytes } = this.shared.headers;
    let bytes = 0;
    for (const { name, value } of about.fields) {
      bytes += name.length + value.length;
      if (bytes > headerListBytes.maximum) {
        headerListBytes.reached++;
        break;
      }
      // The section as a whole is the place: a field may stand in the table alone.
      const place = { position: about.position ?? NO_PLACE, length: about.length };
      stream.field(side, { name, value, ...place }, side);
    }
    stream.headersDone(side);
  }

  #wait(blocked: Blocked): void {
    const { blockedSections } = this.shared;
    if (this.#blocked.length < blockedSections.maximum) this.#blocked.push(blocked);
    else blockedSections.reached++;
  }

  #unblock(side: Side): void {
    const waiting = this.#blocked;
    this.#blocked = [];
    for (const one of waiting) {
      if (one.side !== side) this.#blocked.push(one);
      else this.#section(one.stream, side, { payload: one.payload, position: undefined });
    }
    for (const { stream } of waiting) {
      for (const ended of [0, 1] as const) if (stream.isEnding[ended]) this.#end(stream, ended);
    }
  }

  #end(exchange: Exchange3, side: Side): void {
    const { stream } = exchange;
    exchange.isEnding[side] = this.#blocked.some((one) => one.stream === exchange);
    if (exchange.isEnding[side]) return;
    stream.end(side);
    if (stream.isClosed) this.#finish(exchange);
  }

  #oneWayData({ streamId, side, bytes, position }: StreamPiece): void {
    let stream = this.#oneWay.get(streamId);
    if (stream === undefined) {
      if (this.#oneWay.size >= this.shared.streams.maximum) return;
      stream = { type: undefined, frames: undefined };
      this.#oneWay.set(streamId, stream);
    }
    let at = 0;
    if (stream.type === undefined && bytes.length > 0) {
      // The types that are read are numbers of one byte.
      stream.type = bytes[at++]!;
      if (stream.type === CONTROL_STREAM) stream.frames = this.#controlFrames(side);
    }
    const rest = bytes.subarray(at);
    if (stream.type === CONTROL_STREAM) stream.frames?.add(rest, position + at);
    else if (stream.type === ENCODER_STREAM && this.#decoders[side].instructions(rest)) {
      this.#unblock(side);
    }
  }

  /** What a side says of itself bounds what the other may do. */
  #controlFrames(side: Side): Http3Frames {
    const frame = (type: number, payload: Uint8Array): void => {
      if (type !== SETTINGS) return;
      const capacity = settingOf(payload, TABLE_CAPACITY);
      if (capacity !== undefined) this.#decoders[side === 0 ? 1 : 0].capacityMax = capacity;
    };
    return new Http3Frames({ data: () => {}, frame }, this.shared.headers.headerBytes);
  }

  #finish({ stream }: Exchange3): void {
    if (!this.#exchanges.delete(stream.id)) return;
    stream.close();
    writeExchange(this.shared.log, this.conversation, stream.exchange);
  }
}

/** A setting's value (RFC 9114 7.2.4); undefined where it is not there. */
function settingOf(payload: Uint8Array, wanted: number): number | undefined {
  const cursor = { at: 0, isShort: false };
  while (cursor.at < payload.length && !cursor.isShort) {
    const id = takeVarint(payload, cursor);
    const value = takeVarint(payload, cursor);
    if (id === wanted && !cursor.isShort) return value;
  }
  return undefined;
}
