import type { RunningDigest } from "../../base/index.ts";
import { type FileFeed, type FileStart, hexText, type Side } from "../shared/index.ts";
import { ContentDecoder } from "./content-decoder.ts";
import type { BodyExpected } from "./entity-framing.ts";
import type { HttpSession } from "./http-analyzer.ts";
import type { EntityHost, HttpEntity } from "./http-entity.ts";
import { HttpMessage } from "./http-message.ts";
import { LineReader, type LineSink } from "./line-reader.ts";
import type { MimeHeader } from "./mime-header.ts";
import { Transactions } from "./transactions.ts";

/** What a side is at: a message's first line, its rest, a document without headers, or nothing at all. */
type SideState = "line" | "message" | "raw" | "nothing";

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
  readonly #session: HttpSession;

  constructor(session: HttpSession, side: Side) {
    this.side = side;
    this.#session = session;
    this.reader = new LineReader(this, session.shared.lineLimit);
  }

  get replyCode(): number {
    return this.side === 1 ? this.replyCodeSeen : this.#session.replyCode;
  }

  set replyCode(code: number) {
    this.replyCodeSeen = code;
  }

  get isClosedAfter(): boolean {
    return this.side === 1 ? this.#isClosedAfter : this.#session.isClosedAfter;
  }

  set isClosedAfter(isClosed: boolean) {
    this.#isClosedAfter = isClosed;
  }

  /** See `HttpSession.messageVersion`; the field itself is this side's. */
  get framingVersion(): number {
    return this.#session.messageVersion;
  }

  data(bytes: Uint8Array, position: number): void {
    if (this.state !== "raw") {
      this.reader.data(bytes, position);
      return;
    }
    if (this.message === undefined) this.#session.beginBareReply(this);
    this.message?.deliver(bytes, false, position);
  }

  gap(length: number): boolean {
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
    this.#session.versionSeen(version);
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
    this.#session.messageDone(this, isInterrupted);
  }

  weird(name: string, addl?: string): void {
    this.#session.conversation.weird(name, addl);
  }

  header(header: MimeHeader, position: number): void {
    this.#session.header(this, header, position);
  }

  begin(entity?: HttpEntity): void {
    if (entity !== undefined && this.message !== undefined) this.message.current = entity;
    this.#session.transactions.touch(this.side).entity = { filename: undefined };
  }

  end(entity: HttpEntity): void {
    const { message } = this;
    if (message === undefined) return;
    message.ended(entity);
    const { current } = this.#session.transactions;
    if (current !== undefined) current.entity = undefined;
    if (entity.parent?.isMultipart === true) {
      this.reader.isSilent = false;
      this.reader.endsAtSingle = true;
    }
    if (entity !== message.top) return;
    this.#finish(message);
    if (!this.isOngoing) return;
    this.isOngoing = false;
    this.#session.messageDone(this, false);
  }

  openFile(start: Omit<FileStart, "source" | "side">): FileFeed | undefined {
    const { transactions, shared, conversation } = this.#session;
    const transaction = transactions.current;
    if (transaction === undefined) return undefined;
    const filename = transaction.entity?.filename;
    const isRange = transaction.isRange && this.side === 1;
    const isKept = isRange || this.replyCode === 206;
    const feed = shared.files.open(conversation, {
      ...start,
      source: "HTTP",
      side: this.side,
      ...(filename === undefined ? {} : { filename }),
      ...(isKept ? { handle: this.#handle(isRange) } : {}),
      onType: (mimeType) => Transactions.type(transaction, this.side, mimeType),
    });
    if (feed.isFirstHere !== false) transactions.file(this.side, feed.fuid, filename);
    return feed;
  }

  /** Parts of one resource that one client asks for are one file, whichever flows they come over. */
  #handle(isRange: boolean): string {
    const { transactions, conversation } = this.#session;
    const { originator, uidHigh, uidLow, responder, responderPort } = conversation;
    const transaction = transactions.current!;
    if (!isRange) return `http ${uidHigh} ${uidLow} ${transaction.depth}`;
    const uri = transaction.texts.get("uri") ?? "/<missed_request>";
    if (uri.includes("://")) return `http ${originator} ${uri}`;
    const host = transaction.texts.get("host") ?? `${responder}`;
    return `http ${originator} ${host}:${responderPort}${uri}`;
  }

  createDecoder(emit: (bytes: Uint8Array) => void): ContentDecoder | undefined {
    const { shared } = this.#session;
    if (shared.decoders >= shared.decoderLimit.maximum) {
      shared.decoderLimit.reached++;
      return undefined;
    }
    shared.decoders++;
    let emitted = 0;
    return new ContentDecoder((bytes) => {
      emitted += bytes.length;
      if (emitted <= shared.decodedLimit.maximum) emit(bytes);
      else shared.decodedLimit.reached++;
    });
  }

  createDigest(): RunningDigest | undefined {
    return this.#session.shared.createDigest?.("sha256");
  }

  releaseDecoder(): void {
    this.#session.shared.decoders--;
  }

  #finish(message: HttpMessage): void {
    if (message.isFinished) return;
    message.isFinished = true;
    message.top.end();
    const digest = message.top.takeDigest();
    const isKnown = digest !== undefined && message.bodyLength > 0;
    this.#session.transactions.done(this.side, {
      bodyLength: message.bodyLength,
      digest: isKnown ? hexText(digest) : undefined,
    });
  }

  line(line: Uint8Array, position: number): void {
    if (this.#session.passOn(this.side, line, position)) return;
    switch (this.state) {
      case "line":
        if (this.side === 0) this.#session.requestLine(line, position, this);
        else this.#session.statusLine(line, position, this);
        break;
      case "message": {
        this.message?.deliver(line, true, position);
        if (this.side === 1 && line.length === 0) this.#session.endOfReplyHeaders(this);
        break;
      }
      case "raw":
      case "nothing":
        break;
    }
    if (this.#session.isChanged) this.reader.plainBytes = Number.POSITIVE_INFINITY;
  }

  plain(bytes: Uint8Array, position: number): void {
    if (this.#session.passOn(this.side, bytes, position)) return;
    if (this.message !== undefined) this.message.deliver(bytes, false, position);
    else this.weird(`unexpected_${this.side === 0 ? "client" : "server"}_HTTP_data`);
  }
}
