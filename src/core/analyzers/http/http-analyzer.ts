import type { Limit } from "../../base/index.ts";
import type {
  Conversation,
  FileAnalysis,
  FileFeed,
  FileStart,
  LogWriter,
  Session,
  Side,
} from "../shared/index.ts";
import { asciiText } from "../shared/index.ts";
import { ContentDecoder } from "./content-decoder.ts";
import type { BodyExpected, EntityHost, HttpEntity } from "./http-entity.ts";
import { HttpMessage } from "./http-message.ts";
import { parseRequestLine, parseStatusLine, versionText } from "./http-parser.ts";
import { LineReader } from "./line-reader.ts";
import { fileName, firstToken, type MimeHeader } from "./mime-header.ts";
import { Transactions } from "./transactions.ts";
import type { Tunnels } from "./tunnels.ts";
import { UpgradeHeaders } from "./upgrade-headers.ts";

/** What all HTTP flows of a capture share. */
export interface HttpShared {
  readonly log: LogWriter;
  readonly files: FileAnalysis;
  readonly tunnels: Tunnels;
  readonly pendingLimit: Limit;
  readonly lineLimit: Limit;
  readonly decoderLimit: Limit;
  readonly decodedLimit: Limit;
  /** Decoders at work. */
  decoders: number;
}

/** Bytes of a flow after which a line that is no HTTP makes no difference (Zeek's DPD). */
const VIOLATION_BYTES_MAX = 10 * 1024;
/** Requests remembered without their reply. */
const METHODS_MAX = 1000;

type SideState = "line" | "message" | "raw" | "nothing";

/** One flow of HTTP/1 (RFC 9112), and of what it turns into: tunnels, upgraded protocols. */
export class HttpSession implements Session {
  readonly conversation: Conversation;
  readonly shared: HttpShared;
  readonly transactions: Transactions;
  readonly #sides: readonly [HttpSide, HttpSide];
  /** Methods of requests that wait for their reply. */
  readonly #unanswered: string[] = [];
  #requests = 0;
  #isKeptAlive = false;
  #isConnect = false;
  #isOver = false;
  #seenBytes = 0;
  /** Who takes the bytes since the protocol was changed. */
  #inner: Session | undefined;
  readonly #upgrade = new UpgradeHeaders();

  constructor(conversation: Conversation, shared: HttpShared) {
    this.conversation = conversation;
    this.shared = shared;
    this.transactions = new Transactions(conversation, shared.log, shared.pendingLimit);
    this.#sides = [new HttpSide(this, 0), new HttpSide(this, 1)];
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    // Whoever was not there at the start cannot tell where a message begins.
    if (this.conversation.isMidStream || this.#isOver) return;
    this.#seenBytes += bytes.length;
    if (this.#inner !== undefined) this.#inner.data(side, bytes, position);
    else this.#sides[side].data(bytes, position);
  }

  gap(side: Side, length: number, position: number): void {
    if (this.#isOver) return;
    if (this.#inner !== undefined) this.#inner.gap?.(side, length, position);
    else if (!this.#sides[side].gap(length)) {
      // What a reply's body is depends on the request: without one there is no other.
      this.interrupt(side === 0);
      this.#sides[side].reader.isStopped = true;
    }
  }

  finished(side: Side): void {
    if (this.#isOver) return;
    if (this.#inner !== undefined) {
      this.#inner.finished?.(side);
      return;
    }
    this.#sides[side].finish();
  }

  end(): void {
    if (this.#isOver) return;
    this.interrupt(true);
    this.#inner?.end?.();
    this.#isOver = true;
    this.transactions.end();
  }

  /** Messages under way end here; both, or the reply alone. */
  interrupt(both: boolean): void {
    if (both) this.#sides[0].endMessage({ isInterrupted: true });
    this.#sides[1].endMessage({ isInterrupted: true });
  }

  /** A line that is no HTTP: early in a flow it says that the flow is something else. */
  violation(reason: string): void {
    if (this.#seenBytes > VIOLATION_BYTES_MAX) return;
    this.interrupt(true);
    this.transactions.end();
    this.#isOver = true;
    this.conversation.reject(reason);
  }

  /** Takes a request's first line. */
  requestLine(line: Uint8Array, position: number, side: HttpSide): void {
    const request = parseRequestLine(line, (name) => this.conversation.weird(name), side.version);
    if (request === undefined) {
      if (this.#requests > 0 && !this.#isKeptAlive) return;
      if (line.length === 0) this.conversation.weird("empty_http_request");
      else {
        side.state = "nothing";
        this.violation("not a request line");
      }
      return;
    }
    side.setVersion(request.version);
    this.#requests++;
    if (!this.#isKeptAlive && this.#requests > 1) {
      this.conversation.weird("unexpected_multiple_HTTP_requests");
    }
    if (this.#unanswered.length < METHODS_MAX) this.#unanswered.push(request.method);
    this.conversation.confirm("http");
    if (request.method.toUpperCase() === "CONNECT") this.#isConnect = true;
    this.transactions.request(request.method, request.uri, {
      position,
      start: request.uriStart,
      end: request.uriEnd,
    });
    this.#upgrade.request(request.uri);
    side.beginMessage("maybe");
    if (request.version === 9) this.#expectBareReply(request.method);
  }

  #expectBareReply(method: string): void {
    if (method !== "GET") this.conversation.weird("invalid_http_09_request_method", method);
    const reply = this.#sides[1];
    if (reply.message !== undefined) {
      this.conversation.weird("http_09_reply_before_request");
      reply.endMessage({ isInterrupted: false });
      reply.message = undefined;
    }
    reply.state = "raw";
  }

  /** HTTP/0.9: the reply is the document, from its first byte on. */
  beginBareReply(side: HttpSide): void {
    side.setVersion(9);
    if (this.#unanswered.length > 0) {
      this.conversation.confirm("http");
      this.#unanswered.shift();
    }
    side.isClosedAfter = true;
    this.transactions.reply(versionText(9), 0, undefined, 0);
    side.beginMessage(this.#replyBody(0));
    side.message?.deliver(EMPTY, true, 0);
  }

  statusLine(line: Uint8Array, position: number, side: HttpSide): void {
    const status = parseStatusLine(line, (name) => this.conversation.weird(name));
    if (status === undefined) {
      if (line.length === 0) return;
      side.state = "nothing";
      this.violation("not a reply line");
      return;
    }
    side.setVersion(status.version);
    if (this.#unanswered.length > 0) this.conversation.confirm("http");
    side.replyCode = status.code;
    this.transactions.reply(versionText(status.version), status.code, status.reason, position);
    if (status.code !== 200) this.#isConnect = false;
    side.beginMessage(this.#replyBody(status.code));
  }

  #replyBody(code: number): BodyExpected {
    const method = this.#unanswered[0];
    if (method?.toUpperCase() === "HEAD") return "no";
    return (code >= 100 && code < 200) || code === 204 || code === 304 ? "no" : "yes";
  }

  /** True when the headers of a reply to CONNECT are over: what follows is another protocol's. */
  endOfReplyHeaders(side: HttpSide): void {
    if (!this.#isConnect) return;
    if (side.reader.restBytes > 0) {
      this.conversation.weird("protocol_data_with_HTTP_CONNECT_reply", `${side.reader.restBytes}`);
    }
    this.shared.tunnels.found(this.conversation);
    this.#inner = this.conversation.innerByContent();
  }

  header(side: HttpSide, header: MimeHeader, position: number): void {
    const { name, value } = header;
    this.#upgrade.header(side.side, header);
    if (name === "connection") {
      const token = firstToken(value)?.folded;
      if (side.side === 0) this.#isKeptAlive ||= token === "keep-alive";
      else if (token === "close") side.isClosedAfter = true;
    }
    this.transactions.header(side.side, header, position);
    const { current } = this.transactions;
    if (current?.entity === undefined) this.conversation.weird("missing_HTTP_entity");
    else if (name === "content-disposition" || name === "content-type") {
      current.entity.filename = fileName(name, value) ?? current.entity.filename;
    }
  }

  versionSeen(version: number): void {
    if (version > 10) this.#isKeptAlive = true;
  }

  /** Version that decides on chunks: the request's while one is under way. */
  get messageVersion(): number {
    return this.#sides[0].isOngoing ? this.#sides[0].version : this.#sides[1].version;
  }

  get replyCode(): number {
    return this.#sides[1].replyCode;
  }

  get isClosedAfter(): boolean {
    return this.#sides[1].isClosedAfter;
  }

  messageDone(side: HttpSide, isInterrupted: boolean): void {
    if (side.side === 0) {
      side.state = isInterrupted ? "nothing" : "line";
      return;
    }
    const code = side.replyCode;
    if (code < 100 || code >= 200) this.#unanswered.shift();
    const protocol = this.#upgrade.acceptedProtocol;
    if (code === 101 && this.#unanswered.length === 1 && protocol !== undefined) {
      this.#changeProtocol(protocol, side);
    }
    side.replyCode = 0;
    this.#upgrade.replyDone();
    side.state = isInterrupted || this.#inner !== undefined ? "nothing" : "line";
  }

  /** RFC 9110 7.8: from here on both sides speak something else. */
  #changeProtocol(protocol: string, side: HttpSide): void {
    if (side.reader.restBytes > 0) {
      this.conversation.weird("protocol_data_with_HTTP_upgrade_reply", `${side.reader.restBytes}`);
    }
    const named = this.conversation.inner(protocol === "h2c" ? "http2" : protocol);
    this.#inner = named ?? this.conversation.innerByContent();
    if (protocol !== "websocket" || named === undefined) return;
    // The handshake is WebSocket's own (RFC 6455 4): it is given on as it was read.
    const [request, reply] = this.#upgrade.handshake(this.transactions.current?.texts);
    named.data(0, request, 0);
    named.data(1, reply, 0);
  }

  /** Bytes behind the one that changed the protocol, in the same piece. */
  passOn(side: Side, bytes: Uint8Array, position: number): boolean {
    if (this.#inner === undefined) return false;
    this.#inner.data(side, bytes, position);
    return true;
  }
}

const EMPTY = new Uint8Array(0);

/** One direction of an HTTP flow: its lines, and the message that they make. */
class HttpSide implements EntityHost {
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
    this.reader = new LineReader(
      {
        line: (line, position) => this.#line(line, position),
        plain: (bytes, position) => this.#plain(bytes, position),
        weird: (name) => this.weird(name),
      },
      session.shared.lineLimit,
    );
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
    let emitted = 0;
    return new ContentDecoder((bytes) => {
      emitted += bytes.length;
      if (emitted <= shared.decodedLimit.maximum) emit(bytes);
      else shared.decodedLimit.reached++;
    });
  }

  #finish(message: HttpMessage): void {
    if (message.isFinished) return;
    message.isFinished = true;
    message.top.end();
    this.#session.transactions.done(this.side, message.bodyLength);
  }

  #line(line: Uint8Array, position: number): void {
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

  #plain(bytes: Uint8Array, position: number): void {
    if (this.#session.passOn(this.side, bytes, position)) return;
    if (this.message !== undefined) this.message.deliver(bytes, false, position);
    else this.weird(`unexpected_${this.side === 0 ? "client" : "server"}_HTTP_data`);
  }
}

/** Text of a header's value for comparisons. */
export function foldedValue(value: Uint8Array): string {
  return asciiText(value).trim().toLowerCase();
}
