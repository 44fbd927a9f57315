import type { RunningDigest } from "../../base/index.ts";
import { type ContentDecoder, originOf } from "../shared/http-content/index.ts";
import {
  type Conversation,
  type FileFeed,
  type FileStart,
  hexText,
  LineReader,
  type LineSink,
  type Side,
} from "../shared/index.ts";
import type { MimeHeader } from "../shared/mime/index.ts";
import type { BodyExpected } from "./entity-framing.ts";
import type { EntityHost, HttpEntity } from "./http-entity.ts";
import { HttpMessage } from "./http-message.ts";
import type { HttpShared } from "./http-shared.ts";
import { type OtherBody, OtherReading, type OtherSink, type SideLine } from "./other-reading.ts";
import { Transactions } from "./transactions.ts";

/** What a side is at: a message's first line, its rest, a document without headers, or nothing at all. */
type SideState = "line" | "message" | "raw" | "nothing";

/** What a side needs of its flow. */
export interface HttpFlow {
  readonly conversation: Conversation;
  readonly shared: HttpShared;
  readonly transactions: Transactions;
  /** Of the reply under way. */
  readonly replyCode: number;
  readonly isClosedAfter: boolean;
  /** Version that decides on chunks. */
  readonly messageVersion: number;
  /** True once another protocol is spoken. */
  readonly isChanged: boolean;
  requestLine(line: Uint8Array, position: number, side: HttpSide): void;
  statusLine(line: Uint8Array, position: number, side: HttpSide): void;
  beginBareReply(side: HttpSide): void;
  endOfReplyHeaders(side: HttpSide): void;
  header(side: HttpSide, header: MimeHeader, position: number): void;
  versionSeen(version: number): void;
  messageDone(side: HttpSide, isInterrupted: boolean): void;
  /** Gives bytes to who took the flow over; false when nobody did. */
  passOn(side: Side, bytes: Uint8Array, position: number): boolean;
}

/** One direction of an HTTP flow: its lines, and the message that they make. */
export class HttpSide implements EntityHost, LineSink {
  readonly side: Side;
  readonly reader: LineReader;
  message: HttpMessage | undefined;
  state: SideState = "line";
  version = 0;
  replyCodeSeen = 0;
  isOngoing = false;
  #isClosedAfter = false;
  /** The piece at hand, and its place in the side. */
  #piece: Uint8Array = EMPTY;
  #piecePosition = 0;
  #other: OtherReading | undefined;
  readonly #flow: HttpFlow;
  /** Packed bodies at work, the innermost last. */
  readonly #packed: FileFeed[] = [];

  constructor(flow: HttpFlow, side: Side) {
    this.side = side;
    this.#flow = flow;
    this.reader = new LineReader(this, flow.shared.lineLimit);
  }

  get replyCode(): number {
    return this.side === 1 ? this.replyCodeSeen : this.#flow.replyCode;
  }

  set replyCode(code: number) {
    this.replyCodeSeen = code;
  }

  get isClosedAfter(): boolean {
    return this.side === 1 ? this.#isClosedAfter : this.#flow.isClosedAfter;
  }

  set isClosedAfter(isClosed: boolean) {
    this.#isClosedAfter = isClosed;
  }

  /** See `HttpFlow.messageVersion`; the field itself is this side's. */
  get framingVersion(): number {
    return this.#flow.messageVersion;
  }

  data(bytes: Uint8Array, position: number): void {
    this.#piece = bytes;
    this.#piecePosition = position;
    this.#other?.data(bytes);
    this.#deliver(bytes, position);
    this.#piece = EMPTY;
    this.#piecePosition = Number.POSITIVE_INFINITY;
  }

  #deliver(bytes: Uint8Array, position: number): void {
    if (this.state !== "raw") {
      this.reader.data(bytes, position);
      return;
    }
    if (this.message === undefined) this.#flow.beginBareReply(this);
    this.message?.deliver(bytes, false, position);
  }

  gap(length: number): boolean {
    this.#other?.gap(length);
    return this.message?.gap(length) ?? false;
  }

  finish(): void {
    this.reader.finish(0);
    this.message?.top.finishLines();
    this.endMessage({ isInterrupted: false });
  }

  setVersion(version: number): void {
    if (this.version !== 0 && this.version !== version) this.weird("HTTP_version_mismatch");
    this.version = version;
    this.#flow.versionSeen(version);
  }

  beginMessage(bodyExpected: BodyExpected): void {
    if (this.message?.isFinished === false) this.weird("HTTP_overlapping_messages");
    if (this.state !== "raw") this.state = "message";
    this.isOngoing = true;
    this.message = new HttpMessage(this, bodyExpected);
    this.begin();
  }

  endMessage({ isInterrupted }: { isInterrupted: boolean }): void {
    if (!this.isOngoing) return;
    this.isOngoing = false;
    if (this.message !== undefined) this.#finish(this.message);
    this.#flow.messageDone(this, isInterrupted);
  }

  weird(name: string, addl?: string): void {
    this.#flow.conversation.weird(name, addl);
  }

  header(header: MimeHeader, position: number): void {
    this.#flow.header(this, header, position);
  }

  begin(entity?: HttpEntity): void {
    if (entity !== undefined && this.message !== undefined) this.message.current = entity;
    this.#flow.transactions.touch(this.side).entity = { filename: undefined };
  }

  end(entity: HttpEntity): void {
    const { message } = this;
    if (message === undefined) return;
    message.ended(entity);
    const { current } = this.#flow.transactions;
    if (current !== undefined) current.entity = undefined;
    if (entity.parent?.isMultipart === true) {
      this.reader.isSilent = false;
      this.reader.endsAtSingle = true;
    }
    if (entity !== message.top) return;
    this.#finish(message);
    if (!this.isOngoing) return;
    this.isOngoing = false;
    this.#flow.messageDone(this, false);
  }

  openFile(start: Omit<FileStart, "source" | "side">): FileFeed | undefined {
    const { transactions, shared, conversation } = this.#flow;
    // The other side may have begun another exchange since.
    const transaction = transactions.touch(this.side);
    const filename = transaction.entity?.filename;
    const isRange = transaction.isRange && this.side === 1;
    const isKept = isRange || this.replyCode === 206;
    const feed = shared.files.open(conversation, {
      ...start,
      source: "HTTP",
      side: this.side,
      origin: originOf(transaction),
      ...(filename === undefined ? {} : { filename }),
      ...(isKept ? { handle: this.#handle(isRange) } : {}),
      onType: (mimeType) => Transactions.type(transaction, this.side, mimeType),
    });
    if (feed.isFirstHere !== false) transactions.file(this.side, feed.fuid, filename);
    return feed;
  }

  /** Parts of one resource that one client asks for are one file, whichever flows they come over. */
  #handle(isRange: boolean): string {
    const { transactions, conversation } = this.#flow;
    const { originator, uidHigh, uidLow, responder, responderPort } = conversation;
    const transaction = transactions.current!;
    if (!isRange) return `http ${uidHigh} ${uidLow} ${transaction.depth}`;
    const uri = transaction.texts.get("uri") ?? "/<missed_request>";
    if (uri.includes("://")) return `http ${originator} ${uri}`;
    const host = transaction.texts.get("host") ?? `${responder}`;
    return `http ${originator} ${host}:${responderPort}${uri}`;
  }

  createDecoder(emit: (bytes: Uint8Array) => void): ContentDecoder | undefined {
    // What was packed can be taken out as it travelled too: it may be broken on purpose.
    const { shared, conversation } = this.#flow;
    const packed = shared.files.open(conversation, {
      source: "HTTP",
      side: this.side,
      reading: "packed",
    });
    const decoder = shared.decoders.create(emit, (bytes) => packed.data(bytes));
    if (decoder === undefined) packed.end();
    else this.#packed.push(packed);
    return decoder;
  }

  readOtherwise({ line, position }: SideLine, body: OtherBody): void {
    const { reading, from } = body;
    if (body.length === 0 || this.#other?.isOver === false) return;
    const { shared, conversation, transactions } = this.#flow;
    const origin = transactions.originAt(this.side);
    const start = { source: "HTTP", side: this.side, reading, ...(origin && { origin }) };
    const feed = shared.files.open(conversation, start);
    const other = new OtherReading(body.isPacked ? this.#unpacking(feed) : feed, body);
    this.#other = other;
    // The line lies in the piece at hand, or it began in one before and ends in this one.
    const place = position - this.#piecePosition;
    if (from === "line" && place < 0) other.data(line);
    const behind = place < 0 || from === "behind line" ? place + line.length : place;
    if (behind < this.#piece.length) other.data(this.#piece.subarray(Math.max(0, behind)));
  }

  #unpacking(feed: FileFeed): OtherSink {
    const { decoders } = this.#flow.shared;
    const decoder = decoders.create((bytes) => feed.data(bytes));
    if (decoder === undefined) return feed;
    return {
      data: (bytes) => decoder.push(bytes),
      gap: (length) => feed.gap(length),
      end: () => {
        decoders.release();
        feed.end();
      },
    };
  }

  endsWithLf({ line, position }: SideLine): boolean {
    return this.#piece[position + line.length - this.#piecePosition] === LF;
  }

  /** Nothing of this side is read otherwise any more. */
  endOtherReading(): void {
    this.#other?.end();
    this.#other = undefined;
  }

  createDigest(): RunningDigest | undefined {
    return this.#flow.shared.createDigest?.("sha256");
  }

  releaseDecoder(): void {
    this.#packed.pop()?.end();
    this.#flow.shared.decoders.release();
  }

  #finish(message: HttpMessage): void {
    if (message.isFinished) return;
    message.isFinished = true;
    message.top.end();
    const digest = message.top.takeDigest();
    const isKnown = digest !== undefined && message.bodyLength > 0;
    this.#flow.transactions.done(this.side, {
      bodyLength: message.bodyLength,
      digest: isKnown ? hexText(digest) : undefined,
    });
  }

  line(line: Uint8Array, position: number): void {
    if (this.#flow.passOn(this.side, line, position)) return;
    switch (this.state) {
      case "line":
        if (this.side === 0) this.#flow.requestLine(line, position, this);
        else this.#flow.statusLine(line, position, this);
        break;
      case "message": {
        this.message?.deliver(line, true, position);
        if (this.side === 1 && line.length === 0) this.#flow.endOfReplyHeaders(this);
        break;
      }
      case "raw":
      case "nothing":
        break;
    }
    if (this.#flow.isChanged) this.reader.plainBytes = Number.POSITIVE_INFINITY;
  }

  /** Lines of a body that is read line by line may have any length. */
  part(bytes: Uint8Array, position: number): boolean {
    if (this.state !== "message" || this.message?.current?.takesParts !== true) return false;
    this.message.deliver(bytes, false, position);
    return true;
  }

  plain(bytes: Uint8Array, position: number): void {
    if (this.#flow.passOn(this.side, bytes, position)) return;
    if (this.message !== undefined) this.message.deliver(bytes, false, position);
    else this.weird(`unexpected_${this.side === 0 ? "client" : "server"}_HTTP_data`);
  }
}

const EMPTY = new Uint8Array(0);
const LF = 10;
