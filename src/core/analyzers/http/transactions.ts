import type { Limit } from "../../base/index.ts";
import {
  createExchange,
  type Exchange,
  isInformational,
  listFile,
  listFileType,
  originOf,
  SoftwareHeaders,
  takeHeader,
  writeExchange,
} from "../shared/http-content/index.ts";
import type {
  Conversation,
  FieldTrace,
  LogWriter,
  Side,
  SoftwareInventory,
} from "../shared/index.ts";
import { bytesToText } from "../shared/index.ts";
import type { MimeHeader } from "../shared/mime/index.ts";
import { KNOWN_METHODS } from "./http-parser.ts";

/** A request and its reply as far as they are known. */
export interface Transaction extends Exchange {
  /** The name that the entity at hand was given; no entity, no headers. */
  entity: { filename: string | undefined } | undefined;
}

const DIGEST_COLUMNS = ["request_body_sha256", "response_body_sha256"] as const;

/** Pairs requests with replies in their order and writes the `http` log, as Zeek's script does. */
export class Transactions {
  /** The exchange that something was last said about, whichever side it was. */
  current: Transaction | undefined;
  /** Of the session at work: one inside a tunnel goes on with the same exchanges. */
  trace: FieldTrace | undefined;
  readonly #pending = new Map<number, Transaction>();
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #limit: Limit;
  readonly #software: SoftwareHeaders;
  #request = 0;
  #reply = 0;
  #depth = 0;

  constructor(
    conversation: Conversation,
    shared: { log: LogWriter; pendingLimit: Limit; software: SoftwareInventory },
  ) {
    this.#conversation = conversation;
    this.trace = conversation.trace;
    this.#log = shared.log;
    this.#limit = shared.pendingLimit;
    this.#software = new SoftwareHeaders(conversation, shared.software);
  }

  request(
    method: string,
    uri: string,
    line: { position: number; start: number; end: number },
  ): void {
    if (this.#request < this.#reply) {
      this.#conversation.weird("HTTP_response_before_request");
      this.#request = this.#reply;
    }
    if (this.#pending.size > this.#limit.maximum) this.#flushPending();
    this.#request++;
    const transaction = this.touch(0);
    transaction.method = method;
    transaction.texts.set("uri", uri);
    this.#mark("method", 0, line.position, method.length);
    this.#mark("uri", 0, line.position + line.start, line.end - line.start);
    if (!KNOWN_METHODS.has(method)) this.#conversation.weird("unknown_HTTP_method", method);
  }

  reply(version: string, code: number, reason: Uint8Array | undefined, position: number): void {
    const before = this.#pending.get(this.#reply);
    const isInterim = before?.statusCode === undefined || isInformational(before.statusCode);
    if (before === undefined || !isInterim) this.#reply++;
    const transaction = this.touch(1);
    transaction.statusCode = code;
    transaction.statusText = reason === undefined ? "<empty>" : bytesToText(reason);
    transaction.version = version;
    this.#mark("status_code", 1, position, 12);
    if (isInformational(code)) {
      transaction.infoCode = code;
      transaction.infoText = transaction.statusText;
    }
  }

  /** The exchange that a side is at; begins one where there is none. */
  touch(side: Side): Transaction {
    const number = side === 0 ? this.#request : this.#reply;
    let transaction = this.#pending.get(number);
    if (transaction === undefined) {
      const exchange = createExchange(this.#conversation.now, ++this.#depth);
      transaction = Object.assign(exchange, { entity: undefined });
      this.#pending.set(number, transaction);
    }
    this.current = transaction;
    return transaction;
  }

  /** Where the exchange that a side is at came from, if one is under way. */
  originAt(side: Side): string | undefined {
    const transaction = this.#pending.get(side === 0 ? this.#request : this.#reply);
    return transaction && originOf(transaction);
  }

  header(side: Side, header: MimeHeader, position: number): void {
    const transaction = this.touch(side);
    const { name, value, valueStart } = header;
    this.#software.header(side, name, () => bytesToText(value));
    const column = takeHeader(transaction, side, header);
    if (column !== undefined) this.#mark(column, side, position + valueStart, value.length);
  }

  /** A file of the exchange at hand: listed with its name, later its type. */
  file(side: Side, fuid: string, filename: string | undefined): void {
    if (this.current !== undefined) listFile(this.current, side, { fuid, filename });
  }

  static type(transaction: Transaction, side: Side, mimeType: string): void {
    listFileType(transaction, side, mimeType);
  }

  /** A message is over: after a final reply the exchange is written. */
  done(side: Side, body: { bodyLength: number; digest: string | undefined }): void {
    const transaction = this.touch(side);
    transaction.bodyLengths[side] = body.bodyLength;
    if (body.digest !== undefined) transaction.texts.set(DIGEST_COLUMNS[side], body.digest);
    if (side === 0) return;
    if (transaction.statusCode !== undefined && isInformational(transaction.statusCode)) return;
    this.#write(transaction);
    this.#pending.delete(this.#reply);
  }

  /** Replies were lost: what comes next answers the last request, the others are written without. */
  skipReplies(): void {
    for (let number = Math.max(1, this.#reply); number < this.#request; number++) {
      const transaction = this.#pending.get(number);
      if (transaction !== undefined) this.#write(transaction);
      this.#pending.delete(number);
    }
    this.#reply = Math.max(0, this.#request - 1);
  }

  /** The flow is over: what waits for a reply is written without. */
  end(): void {
    for (const [number, transaction] of this.#pending) if (number > 0) this.#write(transaction);
    this.#pending.clear();
  }

  #flushPending(): void {
    this.#limit.reached++;
    this.#conversation.weird("HTTP_excessive_pipelining");
    if (this.#reply === 0) this.#reply = 1;
    for (; this.#reply < this.#request; this.#reply++) {
      const transaction = this.#pending.get(this.#reply);
      if (transaction === undefined) continue;
      this.#write(transaction);
      this.#pending.delete(this.#reply);
    }
  }

  #mark(name: string, side: Side, position: number, length: number): void {
    const { trace, current } = this;
    if (trace === undefined || current === undefined) return;
    current.marks ??= [];
    current.marks.push(trace.later("http", name, side, position, length));
  }

  #write(transaction: Transaction): void {
    writeExchange(this.#log, this.#conversation, transaction);
  }
}
