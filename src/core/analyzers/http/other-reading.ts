import type { FileFeed } from "../shared/index.ts";
import { type MimeHeader, parseHeader } from "../shared/mime/index.ts";

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const COLON = 0x3a;

/** A line of a side, as the reader of lines gave it: its text without its end, and where that stands. */
export interface SideLine {
  readonly line: Uint8Array;
  readonly position: number;
}

/** What is taken for the body besides: from a line on or from behind it, so many bytes or all. */
export interface OtherBody {
  readonly reading: "strict" | "behind" | "message";
  readonly from: "line" | "behind line";
  readonly length: number;
  /** It is to be unpacked. */
  readonly isPacked?: boolean;
}

/** Takes the bytes of another reading. */
export type OtherSink = Pick<FileFeed, "data" | "gap" | "end">;

/**
 * Bytes of one side that are a file in another reading than the log's. Where a message breaks the grammar of RFC
 * 9112, receivers differ in where the headers end and how long the body is; what a tool or a browser took
 * out can be another file than the one in the log. Both are to be had.
 */
export class OtherReading {
  readonly #sink: OtherSink;
  #left: number;
  /** What is left of a line end that goes before. */
  #owed: "CR LF" | "LF" | "nothing";

  constructor(sink: OtherSink, { length, from }: OtherBody) {
    this.#sink = sink;
    this.#left = length;
    this.#owed = from === "line" ? "nothing" : "CR LF";
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  data(bytes: Uint8Array): void {
    let at = 0;
    if (this.#owed === "CR LF" && at < bytes.length) {
      this.#owed = bytes[at] === CR ? "LF" : "nothing";
      if (bytes[at] === CR || bytes[at] === LF) at++;
    }
    if (this.#owed === "LF" && at < bytes.length) {
      this.#owed = "nothing";
      if (bytes[at] === LF) at++;
    }
    const taken = Math.min(bytes.length - at, this.#left);
    if (taken <= 0) return;
    this.#sink.data(bytes.subarray(at, at + taken));
    this.#take(taken);
  }

  gap(length: number): void {
    if (this.isOver) return;
    const taken = Math.min(length, this.#left);
    this.#sink.gap(taken);
    this.#take(taken);
  }

  end(): void {
    if (this.isOver) return;
    this.#left = 0;
    this.#sink.end();
  }

  #take(length: number): void {
    this.#left -= length;
    if (this.isOver) this.#sink.end();
  }
}

/** Who can give another reading of the bytes at hand. */
export interface OtherHost {
  readOtherwise(at: SideLine, body: OtherBody): void;
  /** Whether a line that was just given ended with LF alone. */
  endsWithLf(at: SideLine): boolean;
}

/**
 * Headers as a reader takes them that keeps to the letter of RFC 9112 5: it is done with them at a line
 * that is folded or has no colon, and takes that for the body's first. A length is the first
 * `Content-Length`'s digits, chunks are where `Transfer-Encoding` says `chunked` in these letters.
 */
export class StrictHeaders {
  readonly #host: OtherHost;
  #contentLength: number | undefined;
  #isChunked = false;
  #isOver = false;

  constructor(host: OtherHost) {
    this.#host = host;
  }

  header({ name, value }: MimeHeader): void {
    if (this.#isOver) return;
    if (name === "content-length") this.#contentLength ??= digitsOf(value);
    else if (name === "transfer-encoding") this.#isChunked = isText(value, CHUNKED);
  }

  /** A line of the headers; `pending` is one before that a folded line would go on with. */
  line(at: SideLine, pending: Uint8Array | undefined, hasBody: boolean): void {
    if (this.#isOver || at.line.length === 0 || isHeader(at.line)) return;
    const header = pending && parseHeader(pending);
    if (header !== undefined) this.header(header);
    this.#isOver = true;
    // What is no header is no chunk's size either.
    if (hasBody && !this.#isChunked) this.#readBody(at, "line");
  }

  /** They end here for everybody; `isChunked` is what a reader says that does not look at letters. */
  done(at: SideLine, isChunked: boolean): void {
    if (!this.#isOver && isChunked && !this.#isChunked) this.#readBody(at, "behind line");
    this.#isOver = true;
  }

  #readBody(at: SideLine, from: OtherBody["from"]): void {
    const length = this.#contentLength ?? Number.POSITIVE_INFINITY;
    this.#host.readOtherwise(at, { reading: "strict", from, length });
  }
}

/** RFC 9112 7.1: a chunk's size ends with CR LF; who asks for both takes the first chunk alone. */
export function readFirstChunk(host: OtherHost, at: SideLine, size: number | undefined): void {
  if (size === undefined || size <= 0 || !host.endsWithLf(at)) return;
  host.readOtherwise(at, { reading: "strict", from: "behind line", length: size });
}

function isHeader(line: Uint8Array): boolean {
  return line[0] !== SPACE && line[0] !== TAB && line.includes(COLON);
}

const CHUNKED = "chunked";

function isText(value: Uint8Array, text: string): boolean {
  let end = value.length;
  while (end > 0 && (value[end - 1] === SPACE || value[end - 1] === TAB)) end--;
  if (end !== text.length) return false;
  for (let n = 0; n < end; n++) if (value[n] !== text.charCodeAt(n)) return false;
  return true;
}

function digitsOf(value: Uint8Array): number | undefined {
  let number = 0;
  let at = 0;
  for (; at < value.length && at < 15; at++) {
    const digit = value[at]! - 48;
    if (digit < 0 || digit > 9) break;
    number = number * 10 + digit;
  }
  return at === 0 ? undefined : number;
}
