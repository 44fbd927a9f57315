import { type Conversation, latinBytes, type Session, type Side } from "../shared/index.ts";
import { fileName, firstToken, type MimeHeader } from "../shared/mime/index.ts";
import type { BodyExpected } from "./entity-framing.ts";
import {
  KNOWN_METHODS,
  parseRequestLine,
  parseStatusLine,
  parseVersion,
  recognisesReply,
  recognisesRequest,
  versionText,
} from "./http-parser.ts";
import type { HttpShared } from "./http-shared.ts";
import { type HttpFlow, HttpSide } from "./http-side.ts";
import { keywordAt } from "./http-text.ts";
import type { SideLine } from "./other-reading.ts";
import { Transactions } from "./transactions.ts";
import { UpgradeHeaders } from "./upgrade-headers.ts";

/** Bytes of a flow after which a line that is no HTTP makes no difference (Zeek's DPD). */
const VIOLATION_BYTES_MAX = 10 * 1024;
/** Bytes of a flow joined in its middle after which no beginning is looked for any more. */
const UNKNOWN_BYTES_MAX = 256 * 1024;
/** Requests remembered without their reply. */
const METHODS_MAX = 1000;

/** One flow of HTTP/1 (RFC 9112), and of what it turns into: tunnels, upgraded protocols. */
export class HttpSession implements Session, HttpFlow {
  readonly conversation: Conversation;
  readonly shared: HttpShared;
  readonly transactions: Transactions;
  readonly #sides: [HttpSide, HttpSide];
  /** Methods of requests that wait for their reply. */
  readonly #unanswered: string[] = [];
  #requests = 0;
  #isKeptAlive = false;
  #isConnect = false;
  #isOver = false;
  #seenBytes = 0;
  /** By side: true once it is known where messages begin. */
  readonly #isInStep: [boolean, boolean];
  #passedBytes = 0;
  /** A request came before the reply to the one before had begun. */
  #isPipelined = false;
  #hasLostReplies = false;
  /** When it was seen that the flow is no HTTP. */
  #doomTime: number | undefined;
  /** Who takes the bytes since the protocol was changed. */
  #inner: Session | undefined;
  #upgrade: UpgradeHeaders | undefined;
  /** HTTP/2's first line was taken at its CR: the LF behind it was given on already. */
  #mayOweLineFeed = false;

  constructor(conversation: Conversation, shared: HttpShared) {
    this.conversation = conversation;
    this.shared = shared;
    this.transactions =
      (shared.carriers.size > 0 ? shared.carriers.get(flowKey(conversation)) : undefined) ??
      new Transactions(conversation, shared);
    this.transactions.trace = conversation.trace;
    this.#sides = [new HttpSide(this, 0), new HttpSide(this, 1)];
    this.#isInStep = [!conversation.isMidStream, !conversation.isMidStream];
  }

  get isChanged(): boolean {
    return this.#inner !== undefined;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    this.#rejectIfDoomed();
    if (this.#isOver) return;
    if (!this.#isInStep[side] && !this.#findStep(side, bytes)) return;
    this.#seenBytes += bytes.length;
    // What a request may still hold is over once its reply begins.
    if (side === 1) this.#sides[0].endOtherReading();
    if (this.#inner === undefined) this.#sides[side].data(bytes, position);
    else if (this.#mayOweLineFeed && side === 0) this.#passOwed(bytes, position);
    else this.#inner.data(side, bytes, position);
  }

  gap(side: Side, length: number, position: number): void {
    this.#rejectIfDoomed();
    if (this.#isOver || !this.#isInStep[side]) return;
    if (this.#inner !== undefined) this.#inner.gap?.(side, length, position);
    else if (!this.#sides[side].gap(length)) {
      // What a reply's body is depends on the request: without one there is no other.
      this.interrupt(side === 0);
      this.#sides[side].reader.isStopped = true;
      if (side === 1 && !this.#isPipelined) this.#awaitReply();
    }
  }

  /**
   * Bytes of replies are lost: the next that begins with a packet is read again. As long as the client
   * waited for each reply it answers the last request.
   */
  #awaitReply(): void {
    this.#sides[1] = new HttpSide(this, 1);
    this.#isInStep[1] = false;
    this.#hasLostReplies = true;
  }

  finished(side: Side): void {
    this.#rejectIfDoomed();
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
    for (const side of this.#sides) side.endOtherReading();
    this.#isOver = true;
    if (this.#inner !== undefined) {
      this.#inner.end?.();
      this.shared.carriers.delete(flowKey(this.conversation));
    }
    this.transactions.end();
    if (this.#doomTime !== undefined) this.conversation.reject("not HTTP");
  }

  /** Messages under way end here; both, or the reply alone. */
  interrupt(both: boolean): void {
    if (both) this.#sides[0].endMessage({ isInterrupted: true });
    this.#sides[1].endMessage({ isInterrupted: true });
  }

  /** A line that is no HTTP: early in a flow it says that the flow is something else. */
  violation(): void {
    if (this.#seenBytes > VIOLATION_BYTES_MAX) return;
    // What came with the same packet is still read, the other side's beginning among it.
    this.#doomTime ??= this.conversation.now;
  }

  /** Whoever was not there at the start has to see where a message begins, at the start of a piece. */
  #findStep(side: Side, bytes: Uint8Array): boolean {
    this.#isInStep[side] = beginsMessage(side, bytes);
    this.#passedBytes += bytes.length;
    if (this.#isInStep[side]) {
      if (side === 1 && this.#hasLostReplies) {
        this.#hasLostReplies = false;
        this.#unanswered.splice(0, this.#unanswered.length - 1);
        this.transactions.skipReplies();
      }
      return true;
    }
    if (this.#passedBytes > UNKNOWN_BYTES_MAX && !this.#isInStep[0] && !this.#isInStep[1]) {
      this.#isOver = true;
      this.conversation.done();
    }
    return false;
  }

  #rejectIfDoomed(): void {
    if (this.#doomTime !== undefined && this.conversation.now !== this.#doomTime) this.end();
  }

  /** Takes a request's first line. */
  requestLine(line: Uint8Array, position: number, side: HttpSide): void {
    if (this.#requests === 0 && beginsHttp2(line) && this.#beginHttp2(position)) return;
    const request = parseRequestLine(line, (name) => this.conversation.weird(name), side.version);
    if (request === undefined) {
      if (this.#requests > 0 && !this.#isKeptAlive) return;
      if (line.length === 0) this.conversation.weird("empty_http_request");
      else {
        side.state = "nothing";
        this.violation();
      }
      return;
    }
    side.setVersion(request.version);
    this.#requests++;
    if (!this.#isKeptAlive && this.#requests > 1) {
      this.conversation.weird("unexpected_multiple_HTTP_requests");
    }
    // A reply under way may be over already, behind a hole that nobody knows of yet.
    const answering = this.#sides[1].isOngoing ? 1 : 0;
    if (this.#unanswered.length > answering && !this.#hasLostReplies) this.#isPipelined = true;
    if (this.#unanswered.length < METHODS_MAX) this.#unanswered.push(request.method);
    // A line of HTTP/0.9 is two words: the first lines of other protocols look like that too.
    if (request.version !== 9 || KNOWN_METHODS.has(request.method)) {
      this.conversation.confirm("http");
    }
    if (request.method.toUpperCase() === "CONNECT") this.#isConnect = true;
    this.transactions.request(request.method, request.uri, {
      position,
      start: request.uriStart,
      end: request.uriEnd,
    });
    this.#upgrade = undefined;
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
    const method = this.#unanswered.shift();
    if (method !== undefined && KNOWN_METHODS.has(method)) this.conversation.confirm("http");
    side.isClosedAfter = true;
    this.transactions.reply(versionText(9), 0, undefined, 0);
    side.beginMessage(this.#replyBody(0));
    side.message?.deliver(EMPTY, true, 0);
  }

  statusLine(line: Uint8Array, position: number, side: HttpSide): void {
    const status = parseStatusLine(line, (name) => this.conversation.weird(name));
    if (status === undefined) {
      if (line.length === 0) return;
      this.#readBehind({ line, position }, side);
      side.state = "nothing";
      this.violation();
      return;
    }
    // RFC 9112 2.3: HTTP's name has capital letters.
    if (line[0] === SMALL_H) this.#readBehind({ line, position }, side);
    side.setVersion(status.version);
    if (this.#unanswered.length > 0) this.conversation.confirm("http");
    side.replyCode = status.code;
    this.transactions.reply(versionText(status.version), status.code, status.reason, position);
    if (status.code !== 200) this.#isConnect = false;
    side.beginMessage(this.#replyBody(status.code));
  }

  /** Bytes where a reply should begin, and none does: HTTP/0.9, or more than the length stated. */
  #readBehind(at: SideLine, side: HttpSide): void {
    if (this.#requests === 0) return;
    const isFirstWord = parseVersion(at.line, 5) !== 0 && keywordAt(at.line, 0) === "exact";
    const from = isFirstWord ? "behind line" : "line";
    side.readOtherwise(at, { reading: "behind", from, length: Number.POSITIVE_INFINITY });
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
    this.#carry();
    this.#inner = this.conversation.innerByContent();
  }

  header(side: HttpSide, header: MimeHeader, position: number): void {
    const { name, value } = header;
    if (UpgradeHeaders.concerns(side.side, name)) {
      this.#upgrade ??= new UpgradeHeaders();
      this.#upgrade.header(side.side, header);
    }
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
    const protocol = this.#upgrade?.acceptedProtocol;
    if (code === 101 && this.#unanswered.length === 1 && protocol !== undefined) {
      this.#changeProtocol(protocol, side);
    }
    side.replyCode = 0;
    this.#upgrade?.replyDone();
    side.state = isInterrupted || this.#inner !== undefined ? "nothing" : "line";
  }

  /** RFC 9110 7.8: from here on both sides speak something else. */
  #changeProtocol(protocol: string, side: HttpSide): void {
    if (side.reader.restBytes > 0) {
      this.conversation.weird("protocol_data_with_HTTP_upgrade_reply", `${side.reader.restBytes}`);
    }
    // No final reply comes any more.
    this.transactions.end();
    this.#carry();
    const named = this.conversation.inner(protocol === "h2c" ? "http2" : protocol);
    this.#inner = named ?? this.conversation.innerByContent();
    if ((protocol !== "websocket" && protocol !== "h2c") || named === undefined) return;
    // The handshake is WebSocket's own (RFC 6455 4), and HTTP/2 answers the request (RFC 7540 3.2):
    // it is given on as it was read.
    const heads = this.#upgrade?.handshake(this.transactions.current);
    if (heads === undefined) return;
    named.data(0, heads[0], 0);
    if (protocol === "websocket") named.data(1, heads[1], 0);
  }

  /** RFC 9113 3.3: who knows that the server speaks HTTP/2 begins with it. */
  #beginHttp2(position: number): boolean {
    this.#inner = this.conversation.inner("http2");
    this.#inner?.data(0, HTTP2_LINE, position);
    this.#mayOweLineFeed = true;
    return this.#inner !== undefined;
  }

  /** Behind the first line of the preface stands a CR: an LF is that line's own. */
  #passOwed(bytes: Uint8Array, position: number): void {
    this.#mayOweLineFeed = false;
    const start = bytes[0] === HTTP2_LINE[HTTP2_LINE.length - 1] ? 1 : 0;
    if (start < bytes.length) this.#inner?.data(0, bytes.subarray(start), position + start);
  }

  #carry(): void {
    for (const side of this.#sides) side.endOtherReading();
    this.shared.carriers.set(flowKey(this.conversation), this.transactions);
  }

  /** Bytes behind the one that changed the protocol, in the same piece. */
  passOn(side: Side, bytes: Uint8Array, position: number): boolean {
    if (this.#inner === undefined) return false;
    if (side === 0) this.#mayOweLineFeed = false;
    this.#inner.data(side, bytes, position);
    return true;
  }
}

const EMPTY = new Uint8Array(0);
const SMALL_H = 0x68;
/** The first line of HTTP/2's preface (RFC 9113 3.4), which no version before takes for a request. */
const HTTP2_LINE = latinBytes("PRI * HTTP/2.0\r\n");

function beginsHttp2(line: Uint8Array): boolean {
  if (line.length !== HTTP2_LINE.length - 2) return false;
  return line.every((byte, at) => byte === HTTP2_LINE[at]);
}

function beginsMessage(side: Side, bytes: Uint8Array): boolean {
  return (side === 0 ? recognisesRequest(bytes) : recognisesReply(bytes)) === "yes";
}

function flowKey({ uidHigh, uidLow }: Conversation): string {
  return `${uidHigh} ${uidLow}`;
}
