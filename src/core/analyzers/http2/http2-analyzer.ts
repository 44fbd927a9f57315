import { SoftwareHeaders, writeExchange } from "../shared/http-content/index.ts";
import type { Conversation, Session, Side } from "../shared/index.ts";
import { FrameFloods } from "./frame-floods.ts";
import type { HeaderLimits, PlacedField } from "./header-blocks.ts";
import { errorName, FLAG, FRAME, type Http2FrameHeader, PREFACE } from "./http2-parser.ts";
import type { Http2Shared } from "./http2-shared.ts";
import { type HeaderTaker, type Hole, Http2Side, type SideHost } from "./http2-side.ts";
import { Http2Stream, type StreamHost } from "./http2-stream.ts";
import { readUpgradeHead } from "./upgrade-head.ts";

/** A connection of HTTP/2 (RFC 9113): streams, each an exchange of the `http` log. */
export class Http2Session implements Session, SideHost, StreamHost {
  readonly conversation: Conversation;
  readonly shared: Http2Shared;
  readonly software: SoftwareHeaders;
  readonly #sides: readonly [Http2Side, Http2Side];
  readonly #streams = new Map<number, Http2Stream>();
  readonly #floods: FrameFloods;
  /** Bytes of the preface that came; more than it has, once it is behind. */
  #prefaceBytes = 0;
  #depth = 0;
  /** By who opens them: the highest id so far. */
  readonly #highest: [number, number] = [0, 0];
  #heldBytes = 0;
  #hasTold = false;

  constructor(conversation: Conversation, shared: Http2Shared) {
    this.conversation = conversation;
    this.shared = shared;
    this.software = new SoftwareHeaders(conversation, shared.software);
    this.#sides = [new Http2Side(0, this), new Http2Side(1, this)];
    this.#floods = new FrameFloods(shared.floods, (name) => this.weird(name));
  }

  get headerLimits(): HeaderLimits {
    return this.shared.headers;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    let start = 0;
    if (side === 0 && this.#prefaceBytes < PREFACE.length) {
      if (this.#prefaceBytes === 0 && this.#upgraded(bytes)) return;
      start = this.#preface(bytes);
      if (start < 0) return;
    }
    if (start < bytes.length) {
      this.#sides[side].data(start === 0 ? bytes : bytes.subarray(start), position + start);
    }
  }

  gap(side: Side, length: number, position: number): void {
    this.#sides[side].gap(length, position);
    if (side === 0) this.#prefaceBytes = PREFACE.length;
  }

  end(): void {
    for (const stream of this.#streams.values()) this.#write(stream);
    this.#streams.clear();
  }

  weird(name: string, addl?: string): void {
    this.conversation.weird(name, addl);
  }

  begun(side: Side): void {
    if (side === 0 || this.conversation.hasService("http2")) return;
    this.#confirm();
  }

  broken(weird: string): void {
    if (this.conversation.hasService("http2")) this.weird(weird);
    else this.conversation.reject(weird);
  }

  frame(_side: Side, { type, flags, length }: Http2FrameHeader): void {
    if (type === FRAME.settings && (flags & FLAG.ack) === 0) this.#floods.count("settings");
    else if (type === FRAME.ping && (flags & FLAG.ack) === 0) this.#floods.count("pings");
    else if (length === 0 && type <= FRAME.headers && (flags & FLAG.endStream) === 0) {
      this.#floods.count("emptyFrames");
    }
  }

  control(side: Side, header: Http2FrameHeader, payload: Uint8Array): void {
    if (header.type === FRAME.goAway) {
      const error = errorName(payload, 4);
      if (error !== undefined && error !== "NO_ERROR") this.weird("HTTP2_goaway", error);
      return;
    }
    const stream = this.#streams.get(header.streamId);
    if (stream === undefined) return;
    if (side === 0 && !stream.isAnswered) this.#floods.count("resets");
    const error = errorName(payload, 0);
    // RFC 9113 8.1: a server that has answered all may ask so for the rest not to be sent.
    if (error !== undefined && error !== "NO_ERROR")
      stream.exchange.texts.set("http2_reset", error);
    this.#finish(stream);
  }

  headers(side: Side, streamId: number, promisedId: number | undefined): HeaderTaker | undefined {
    if (promisedId !== undefined) return this.#promise(promisedId);
    const stream = this.#streams.get(streamId) ?? this.#openBy(side, streamId);
    if (stream === undefined) return undefined;
    return {
      field: (field) => this.#field(stream, field, { side, from: side }),
      done: () => stream.headersDone(side),
    };
  }

  streamData(side: Side, streamId: number, bytes: Uint8Array, position: number): void {
    if (streamId === 0) this.weird("HTTP2_data_without_stream");
    this.#streams.get(streamId)?.data(side, bytes, position);
  }

  streamGap(side: Side, streamId: number, hole: Hole): void {
    this.#streams.get(streamId)?.gap(side, hole);
  }

  streamEnd(side: Side, streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    stream.end(side);
    if (stream.isClosed) this.#finish(stream);
  }

  #confirm(): void {
    this.conversation.confirm("http");
    this.conversation.confirm("http2");
  }

  /** Bytes of the piece that are the preface's; -1 where it is none. */
  #preface(bytes: Uint8Array): number {
    const first = this.#prefaceBytes;
    const length = Math.min(bytes.length, PREFACE.length - first);
    for (let n = 0; n < length; n++) {
      if (bytes[n] === PREFACE[first + n]) continue;
      this.#noPreface();
      return -1;
    }
    this.#prefaceBytes += length;
    if (this.#prefaceBytes === PREFACE.length) this.#confirm();
    return length;
  }

  /** The server's side alone may tell what it is: the beginning of the client's was not captured. */
  #noPreface(): void {
    this.#prefaceBytes = PREFACE.length;
    this.#sides[0].isOver = true;
    if (!this.conversation.hasService("http2")) this.conversation.reject("no preface of HTTP/2");
  }

  /** RFC 7540 3.2: stream 1 is the request that asked for HTTP/2, which HTTP/1.1 hands over. */
  #upgraded(bytes: Uint8Array): boolean {
    if (bytes[0] === PREFACE[0] && bytes[1] === PREFACE[1] && bytes[2] === PREFACE[2]) return false;
    const head = readUpgradeHead(bytes);
    if (head === undefined) return false;
    // The answer that changed the protocol was an exchange of its own.
    this.#depth++;
    const stream = this.#openStream(1, 0);
    stream.exchange.method = head.method;
    const texts = { uri: head.uri, host: head.host, user_agent: head.userAgent };
    for (const [column, text] of Object.entries(texts)) {
      if (text !== undefined) stream.exchange.texts.set(column, text);
    }
    stream.headersDone(0);
    stream.end(0);
    return true;
  }

  /** RFC 9113 8.4: the server says what would be asked, and answers it. */
  #promise(id: number): HeaderTaker | undefined {
    if (id === 0 || this.#streams.has(id)) return undefined;
    const stream = this.#openStream(id, 1);
    return {
      field: (field) => this.#field(stream, field, { side: 0, from: 1 }),
      done: () => {
        stream.headersDone(0);
        stream.end(0);
      },
    };
  }

  /** A stream begins; what belongs to one that is over has no taker. */
  #openBy(side: Side, id: number): Http2Stream | undefined {
    if (id === 0) {
      this.weird("HTTP2_headers_without_stream");
      return undefined;
    }
    const isNew = id > this.#highest[side === 0 || id % 2 === 1 ? 0 : 1];
    // The request was not captured: its answer tells of it.
    const isOrphan = side === 1 && this.#sides[0].isOver;
    if (!isNew && !isOrphan) return undefined;
    return this.#openStream(id, id % 2 === 1 ? 0 : 1);
  }

  #openStream(id: number, opener: Side): Http2Stream {
    const { streams } = this.shared;
    if (this.#streams.size >= streams.maximum) {
      streams.reached++;
      this.#tellOnce("HTTP2_too_many_streams");
      this.#finishOldest();
    }
    this.#highest[opener] = Math.max(this.#highest[opener], id);
    const stream = new Http2Stream(this, id, ++this.#depth);
    this.#streams.set(id, stream);
    return stream;
  }

  #field(
    stream: Http2Stream,
    field: PlacedField,
    { side, from }: { side: Side; from: Side },
  ): void {
    const before = stream.heldBytes;
    stream.field(side, field, from);
    // What makes room may have been this one.
    if (this.#streams.get(stream.id) !== stream) return;
    this.#heldBytes += stream.heldBytes - before;
    const { heldHeaderBytes } = this.shared;
    while (this.#heldBytes > heldHeaderBytes.maximum && this.#streams.size > 1) {
      heldHeaderBytes.reached++;
      this.#tellOnce("HTTP2_too_many_headers_held");
      this.#finishOldest();
    }
  }

  #tellOnce(weird: string): void {
    if (!this.#hasTold) this.weird(weird);
    this.#hasTold = true;
  }

  /** What waits longest is written as it is: whoever opens streams without end hides nothing. */
  #finishOldest(): void {
    for (const stream of this.#streams.values()) {
      this.#finish(stream);
      return;
    }
  }

  #finish(stream: Http2Stream): void {
    if (!this.#streams.delete(stream.id)) return;
    this.#heldBytes -= stream.heldBytes;
    this.#write(stream);
  }

  #write(stream: Http2Stream): void {
    stream.close();
    writeExchange(this.shared.log, this.conversation, stream.exchange);
  }
}
