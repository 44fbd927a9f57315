import type { Limit } from "../../base/index.ts";
import type { Conversation, LogWriter, Side, SoftwareInventory } from "../shared/index.ts";
import { asciiText, bytesToText } from "../shared/index.ts";
import type { MimeHeader } from "../shared/mime/index.ts";
import { decodeBase64 } from "../shared/mime/index.ts";
import { KNOWN_METHODS } from "./http-parser.ts";
import { SoftwareHeaders } from "./software-headers.ts";

/** Files of one direction of an exchange. */
export interface SideFiles {
  readonly fuids: string[];
  readonly filenames: string[];
  readonly mimeTypes: string[];
}

interface Mark {
  readonly field: string;
  readonly side: Side;
  readonly position: number;
  readonly length: number;
}

/** A request and its reply as far as they are known. */
export interface Transaction {
  readonly time: number;
  readonly depth: number;
  method?: string;
  /** By column, what headers say. */
  readonly texts: Map<string, string>;
  statusCode?: number;
  statusText?: string;
  infoCode?: number;
  infoText?: string;
  version?: string;
  readonly bodyLengths: [number, number];
  proxied?: string[];
  isRange: boolean;
  readonly files: [SideFiles | undefined, SideFiles | undefined];
  /** The name that the entity at hand was given; no entity, no headers. */
  entity: { filename: string | undefined } | undefined;
  marks: Mark[] | undefined;
}

/** Files listed of one exchange and direction (Zeek's HTTP::max_files_orig, max_files_resp). */
const FILES_MAX = 15;
const PROXY_HEADERS_MAX = 64;

const REQUEST_COLUMNS: ReadonlyMap<string, string> = new Map([
  ["referer", "referrer"],
  ["host", "host"],
  ["origin", "origin"],
  ["user-agent", "user_agent"],
  ["content-type", "request_content_type"],
]);
const REPLY_COLUMNS: ReadonlyMap<string, string> = new Map([
  ["content-type", "content_type"],
  ["location", "redirect"],
  ["server", "server"],
]);
const DIGEST_COLUMNS = ["request_body_sha256", "response_body_sha256"] as const;
const PROXY_HEADERS: ReadonlySet<string> = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-from",
  "client-ip",
  "via",
  "xroxy-connection",
  "proxy-connection",
]);

/** Pairs requests with replies in their order and writes the `http` log, as Zeek's script does. */
export class Transactions {
  /** The exchange that something was last said about, whichever side it was. */
  current: Transaction | undefined;
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
      transaction = {
        time: this.#conversation.now,
        depth: ++this.#depth,
        texts: new Map(),
        bodyLengths: [0, 0],
        isRange: false,
        files: [undefined, undefined],
        entity: undefined,
        marks: undefined,
      };
      this.#pending.set(number, transaction);
    }
    this.current = transaction;
    return transaction;
  }

  header(side: Side, { name, writtenName, value, valueStart }: MimeHeader, position: number): void {
    const transaction = this.touch(side);
    this.#software.header(side, name, () => bytesToText(value));
    const column = (side === 0 ? REQUEST_COLUMNS : REPLY_COLUMNS).get(name);
    if (column !== undefined) {
      transaction.texts.set(column, bytesToText(value));
      this.#mark(column, side, position + valueStart, value.length);
    }
    if (side === 1) return;
    if (name === "range") transaction.isRange = true;
    else if (name === "authorization" || name === "proxy-authorization") {
      const username = basicUser(asciiText(value));
      if (username === undefined) return;
      transaction.texts.set("username", username);
      this.#mark("username", side, position + valueStart, value.length);
    } else if (PROXY_HEADERS.has(name)) {
      transaction.proxied ??= [];
      const text = `${writtenName.toUpperCase()} -> ${bytesToText(value)}`;
      const isNew = !transaction.proxied.includes(text);
      if (isNew && transaction.proxied.length < PROXY_HEADERS_MAX) transaction.proxied.push(text);
    }
  }

  /** A file of the exchange at hand: listed with its name, later its type. */
  file(side: Side, fuid: string, filename: string | undefined): void {
    const files = this.#files(side);
    if (files === undefined || files.fuids.length >= FILES_MAX) return;
    files.fuids.push(fuid);
    if (filename !== undefined) files.filenames.push(filename);
  }

  #files(side: Side): SideFiles | undefined {
    if (this.current === undefined) return undefined;
    this.current.files[side] ??= { fuids: [], filenames: [], mimeTypes: [] };
    return this.current.files[side];
  }

  static type(transaction: Transaction, side: Side, mimeType: string): void {
    const files = transaction.files[side];
    if (files !== undefined && files.mimeTypes.length < FILES_MAX) files.mimeTypes.push(mimeType);
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

  /** Marks wait with their exchange: with pipelining rows are written in another order than read. */
  #mark(name: string, side: Side, position: number, length: number): void {
    if (this.#conversation.trace === undefined || this.current === undefined) return;
    this.current.marks ??= [];
    this.current.marks.push({ field: name, side, position, length });
  }

  #write(transaction: Transaction): void {
    const { trace } = this.#conversation;
    for (const mark of transaction.marks ?? []) {
      trace?.mark("http", mark.field, mark.side, mark.position, mark.length);
    }
    const [sent, received] = transaction.files;
    const log = this.#log
      .row(transaction.time, this.#conversation)
      .count("trans_depth", transaction.depth)
      .text("method", transaction.method)
      .text("version", transaction.version)
      .count("request_body_len", transaction.bodyLengths[0])
      .count("response_body_len", transaction.bodyLengths[1])
      .count("status_code", transaction.statusCode)
      .text("status_msg", transaction.statusText)
      .count("info_code", transaction.infoCode)
      .text("info_msg", transaction.infoText)
      .list("tags", [])
      .list("proxied", transaction.proxied)
      .list("orig_fuids", filled(sent?.fuids))
      .list("orig_filenames", filled(sent?.filenames))
      .list("orig_mime_types", filled(sent?.mimeTypes))
      .list("resp_fuids", filled(received?.fuids))
      .list("resp_filenames", filled(received?.filenames))
      .list("resp_mime_types", filled(received?.mimeTypes));
    for (const [column, text] of transaction.texts) log.text(column, text);
  }
}

function filled(list: string[] | undefined): string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}

function isInformational(code: number): boolean {
  return code >= 100 && code <= 199;
}

/** The user of Basic authentication (RFC 7617); undefined for other schemes. */
function basicUser(value: string): string | undefined {
  if (!/^basic /i.test(value)) return undefined;
  const decoded = decodeBase64(value.replace(/^basic[\t ]+/i, ""));
  const colon = decoded === undefined ? -1 : decoded.indexOf(0x3a);
  if (decoded === undefined || colon < 0) return `<problem-decoding> (${value})`;
  return bytesToText(decoded.subarray(0, colon));
}
