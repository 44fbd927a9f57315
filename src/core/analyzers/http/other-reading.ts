import type { FileFeed } from "../shared/index.ts";
import type { MimeHeader } from "../shared/mime/index.ts";

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

/** A line that is no header for whoever keeps to RFC 9112 5: folded, or without a colon. */
export function isNoHeader(line: Uint8Array): boolean {
  return line[0] === SPACE || line[0] === TAB || !line.includes(COLON);
}

/**
 * How long a body is by headers that were read to the letter: the first `Content-Length`'s digits, and
 * chunks only where `Transfer-Encoding` says `chunked` in these letters. Of the headers before a fault.
 */
export class StrictFraming {
  contentLength: number | undefined;
  isChunked = false;

  header({ name, value }: MimeHeader): void {
    if (name === "content-length") this.contentLength ??= digitsOf(value);
    else if (name === "transfer-encoding") this.isChunked = isText(value, CHUNKED);
  }

  /** Length of a body that is not in chunks. */
  get length(): number {
    return this.contentLength ?? Number.POSITIVE_INFINITY;
  }
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
