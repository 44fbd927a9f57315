import { joinBytes, type Limit } from "../../base/index.ts";
import {
  type Conversation,
  DOUBTED_BYTES,
  hexText,
  type LogWriter,
  type Session,
  type Side,
} from "../shared/index.ts";
import { isReply, parseSip, type SipRequestLine, type SipVisitor } from "./sip-parser.ts";

/** What all flows of SIP share. */
export interface SipShared {
  readonly log: LogWriter;
  /** Hops of one message. */
  readonly hops: Limit;
}

const METHODS: ReadonlySet<string> = new Set([
  "REGISTER",
  "INVITE",
  "ACK",
  "CANCEL",
  "BYE",
  "OPTIONS",
  "NOTIFY",
  "SUBSCRIBE",
]);
const TEXT_MAX = 16_384;
const LF = 10;
const HELD_BYTES_MAX = 1024;
const EMPTY = new Uint8Array(0);

/** A request with its reply, as far as they were seen. */
interface Exchange {
  readonly time: number;
  readonly depth: number;
  readonly texts: Map<string, string>;
  readonly counts: Map<string, number>;
  readonly requestPath: string[];
  readonly responsePath: string[];
}

/** Fields that headers of requests and of replies go into. */
const REQUEST_FIELDS: ReadonlyMap<string, string> = new Map([
  ["CALL-ID", "call_id"],
  ["CSEQ", "seq"],
  ["DATE", "date"],
  ["FROM", "request_from"],
  ["F", "request_from"],
  ["REPLY-TO", "reply_to"],
  ["SUBJECT", "subject"],
  ["S", "subject"],
  ["TO", "request_to"],
  ["T", "request_to"],
  ["USER-AGENT", "user_agent"],
]);
const REPLY_FIELDS: ReadonlyMap<string, string> = new Map([
  ["CONTENT-TYPE", "content_type"],
  ["C", "content_type"],
  ["WARNING", "warning"],
  ["FROM", "response_from"],
  ["F", "response_from"],
  ["TO", "response_to"],
  ["T", "response_to"],
]);

/** SIP (RFC 3261) over UDP: a request and its reply are one row. */
export class SipAnalyzer implements Session, SipVisitor {
  readonly #conversation: Conversation;
  readonly #shared: SipShared;
  #exchange: Exchange | undefined;
  readonly #contentLength: [number, number] = [0, 0];
  #bytes = 0;
  #held: Uint8Array = EMPTY;
  /** The datagram at hand, or where in the stream the head at hand begins. */
  #side: Side = 0;
  #position = 0;
  #kind: 0 | 1 = 0;

  constructor(conversation: Conversation, shared: SipShared) {
    this.#conversation = conversation;
    this.#shared = shared;
  }

  data(side: Side, bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    // Keep-alives (RFC 5626 3.5.1) say nothing.
    if (bytes.length === 2 && bytes[0] === 13) return;
    this.#side = side;
    // Keep-alives come in other forms too: what is no line yet stands before the next message.
    if (!bytes.includes(LF)) {
      if (this.#held.length < HELD_BYTES_MAX) this.#held = joinBytes([this.#held, bytes]);
      return;
    }
    const message = this.#held.length > 0 ? joinBytes([this.#held, bytes]) : bytes;
    this.#held = EMPTY;
    this.#kind = isReply(message) ? 1 : 0;
    const body = parseSip(message, this);
    if (body === "incomplete") return;
    const isWhole =
      body !== "malformed" && message.length - body >= this.#contentLength[this.#kind];
    if (isWhole && this.#kind === 1) this.#replyDone();
    if (isWhole || this.#bytes > DOUBTED_BYTES) return;
    this.end();
    this.#conversation.reject("no whole message");
  }

  /** Over TCP: a message up to its blank line; how long its body is, undefined when it is none. */
  head(side: Side, bytes: Uint8Array, position: number): number | undefined {
    this.#side = side;
    this.#position = position;
    this.#kind = isReply(bytes) ? 1 : 0;
    this.#contentLength[this.#kind] = 0;
    if (typeof parseSip(bytes, this) !== "number") return undefined;
    this.#conversation.confirm("sip");
    if (this.#kind === 1) this.#replyDone();
    return Math.max(0, this.#contentLength[this.#kind]);
  }

  end(): void {
    if (this.#exchange !== undefined) this.#write(this.#exchange);
    this.#exchange = undefined;
  }

  request({ junk, method, uri, methodStart }: SipRequestLine): void {
    if (junk.length > 0) {
      const text = hexText(junk).replace(/../g, "\\x$&");
      this.#conversation.weird("sip_junk_before_request", text);
    }
    const { texts } = this.#current();
    texts.set("method", method);
    texts.set("uri", uri);
    this.#mark("method", methodStart, method.length);
    if (!METHODS.has(method)) this.#conversation.weird("unknown_SIP_method", method);
  }

  reply(code: number, reason: string): void {
    this.#conversation.confirm("sip");
    const { texts, counts } = this.#current();
    counts.set("status_code", code);
    texts.set("status_msg", reason);
    this.#mark("status_code", 8, 3);
  }

  header(name: string, value: string, at: number): void {
    const exchange = this.#current();
    if (name === "CONTENT-LENGTH" || name === "L") this.#length(exchange, value);
    else if (name === "VIA" || name === "V") this.#hop(exchange, value);
    else {
      const field = (this.#kind === 0 ? REQUEST_FIELDS : REPLY_FIELDS).get(name);
      if (field === undefined) return;
      const isNamed = field.endsWith("_from");
      const text = isNamed ? value.split(/; ?tag=/, 1)[0]! : value;
      exchange.texts.set(field, text.slice(0, TEXT_MAX));
      this.#mark(field, at, value.length);
    }
  }

  #current(): Exchange {
    this.#exchange ??= {
      time: this.#conversation.now,
      depth: 0,
      texts: new Map(),
      counts: new Map(),
      requestPath: [],
      responsePath: [],
    };
    return this.#exchange;
  }

  #length(exchange: Exchange, value: string): void {
    const number = /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
    this.#contentLength[this.#kind] = number ?? (Number.parseInt(value, 10) || 0);
    const side = this.#kind === 0 ? "request" : "response";
    if (number !== undefined) exchange.counts.set(`${side}_body_len`, number);
    else this.#conversation.weird(`invalid_SIP_${side}_body_len`, value);
  }

  #hop(exchange: Exchange, value: string): void {
    const path = this.#kind === 0 ? exchange.requestPath : exchange.responsePath;
    const { hops } = this.#shared;
    if (path.length < hops.maximum) {
      path.push(value.split(/; ?branch/, 1)[0]!.slice(0, TEXT_MAX));
      return;
    }
    hops.reached++;
    const side = this.#kind === 0 ? "request" : "response";
    this.#conversation.weird(`sip_max_${side}_path_length_exceeded`);
  }

  #replyDone(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#write(exchange);
    const code = exchange.counts.get("status_code") ?? 0;
    const method = exchange.texts.get("method");
    const isFinal = code < 100 || code >= 200;
    // Only a final reply ends the exchange (RFC 3261 7.2); after a call's end nothing is left.
    if (isFinal || method === undefined) this.#exchange = undefined;
  }

  #write(exchange: Exchange): void {
    const { log } = this.#shared;
    log
      .row(exchange.time, this.#conversation)
      .count("trans_depth", exchange.depth)
      .list("request_path", exchange.requestPath)
      .list("response_path", exchange.responsePath);
    for (const [field, text] of exchange.texts) log.text(field, text);
    for (const [field, count] of exchange.counts) log.count(field, count);
  }

  #mark(field: string, at: number, length: number): void {
    this.#conversation.trace?.mark("sip", field, this.#side, this.#position + at, length);
  }
}
