import type { Limit } from "../../base/index.ts";

/** Takes what a side says: lines without their ends, or bytes as they are. */
export interface LineSink {
  line(line: Uint8Array, position: number): void;
  /**
   * Takes the beginning of a long line, and true where its kind may come in parts: what comes behind it is
   * `isContinued`. Elsewhere a line is held up to the limit, cut there, and told of.
   */
  part?(bytes: Uint8Array, position: number): boolean;
  plain(bytes: Uint8Array, position: number): void;
  weird(name: string): void;
}

const CR = 13;
const LF = 10;
const STORE_BYTES_FIRST = 256;
/** A line that does not end within so many bytes is given in parts, to whom takes parts. */
const PART_BYTES = 4096;

/**
 * Cuts one side's bytes into lines, or gives so many as they are where the receiver said so. While lines
 * come whole nothing is copied.
 */
export class LineReader {
  /** Bytes to be given as they are. */
  plainBytes = 0;
  /** False inside multipart bodies: only CR LF ends a line. */
  endsAtSingle = true;
  isSilent = false;
  /** The line that is given goes on where a part of it ended. */
  isContinued = false;
  /** Nothing is looked at any more. */
  isStopped = false;
  /** Bytes of the piece at hand behind what is being given. */
  restBytes = 0;
  /** The byte behind the line that is being given, if it is there yet. */
  nextByte: number | undefined;
  readonly #sink: LineSink;
  readonly #limit: Limit;
  #linesLeft = -1;
  #isBoundQuiet = false;
  #owesLf = false;
  #store: Uint8Array = EMPTY;
  #held = 0;
  #heldPosition = 0;
  #last = 0;
  #hasSingle = false;

  constructor(sink: LineSink, limit: Limit) {
    this.#sink = sink;
    this.#limit = limit;
  }

  data(bytes: Uint8Array, position: number): void {
    if (this.#linesLeft > 0) this.#linesLeft -= bytes.length;
    // The LF of the line that set the bound came only now: it is none of what was counted.
    if (this.#owesLf && bytes[0] === LF) this.#linesLeft++;
    this.#owesLf = false;
    this.#deliver(bytes, position);
    if (this.#linesLeft !== 0) return;
    this.#linesLeft = -1;
    if (this.#held === 0) return;
    if (!this.#isBoundQuiet) this.#sink.weird("line_terminated_without_CRLF");
    this.#deliver(LINE_END, position + bytes.length);
  }

  /** Lines end, with or without a line end, after so many bytes from here on; -1 lifts the bound. */
  endLinesAfter(length: number): void {
    if (length <= 0) {
      this.#linesLeft = -1;
      return;
    }
    this.#linesLeft = length - this.restBytes;
    this.#isBoundQuiet = this.restBytes > 0;
    this.#owesLf = this.restBytes === 0 && this.#last === CR;
  }

  /** The side is over: a line that was begun ends here. */
  finish(position: number): void {
    if (this.#held > 0) this.data(LINE_END.subarray(1), position);
  }

  #deliver(bytes: Uint8Array, position: number): void {
    let at = 0;
    while (at < bytes.length && !this.isStopped) {
      // A CR ended the line before: its LF belongs to it, whatever comes now.
      if (this.endsAtSingle && this.#last === CR && bytes[at] === LF) {
        this.#last = LF;
        at++;
        continue;
      }
      if (this.plainBytes > 0) {
        const length = Math.min(this.plainBytes, bytes.length - at);
        this.#last = 0;
        this.plainBytes -= length;
        this.restBytes = bytes.length - at - length;
        this.#sink.plain(bytes.subarray(at, at + length), position + at);
        at += length;
        continue;
      }
      at = this.#scan(bytes, at, position);
    }
  }

  /** Gives the next line, or keeps what is one's beginning; returns where to go on. */
  #scan(bytes: Uint8Array, from: number, position: number): number {
    let last = this.#last;
    const end = Math.min(bytes.length, from + this.#limit.maximum - this.#held);
    for (let at = from; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === CR) {
        if (bytes[at + 1] === LF)
          return this.#line(bytes, { from, to: at, next: at + 2 }, position);
        if (this.endsAtSingle)
          return this.#line(bytes, { from, to: at, next: at + 1 }, position, CR);
      } else if (byte === LF) {
        if (last === CR) {
          // Only where a lone CR ends nothing: here came the second half of a line end.
          if (this.#held + at - from === 0) {
            this.#last = LF;
            return at + 1;
          }
          return this.#line(bytes, { from, to: at, next: at + 1, dropped: 1 }, position);
        }
        if (this.endsAtSingle) return this.#line(bytes, { from, to: at, next: at + 1 }, position);
      }
      if (last === CR) this.#tellSingle();
      last = byte;
    }
    this.#last = last;
    this.#keep(bytes.subarray(from, end), position + from);
    if (this.#held < PART_BYTES && end === bytes.length) return end;
    if (!this.#gavePart() && end < bytes.length) {
      this.#limit.reached++;
      this.#sink.weird("contentline_size_exceeded");
      return this.#line(EMPTY, { from: 0, to: 0, next: 0 }, position) + end;
    }
    return end;
  }

  /** Gives what is held of a line that does not end yet, if the sink takes it so. */
  #gavePart(): boolean {
    // What may be the first half of the line's end waits for the second.
    const waiting = this.#last === CR ? 1 : 0;
    const length = this.#held - waiting;
    if (this.#sink.part?.(this.#store.subarray(0, length), this.#heldPosition) !== true)
      return false;
    this.isContinued = true;
    this.#held = waiting;
    if (waiting > 0) {
      this.#store[0] = CR;
      this.#heldPosition += length;
    }
    return true;
  }

  #line(
    bytes: Uint8Array,
    cut: { from: number; to: number; next: number; dropped?: number },
    position: number,
    last = LF,
  ): number {
    this.#last = last;
    this.restBytes = Math.max(0, bytes.length - cut.next);
    this.nextByte = bytes[cut.next];
    const part = bytes.subarray(cut.from, cut.to);
    const dropped = cut.dropped ?? 0;
    if (this.#held === 0) {
      this.#sink.line(part.subarray(0, part.length - dropped), position + cut.from);
    } else {
      this.#keep(part, position);
      const length = this.#held - dropped;
      this.#held = 0;
      this.#sink.line(this.#store.subarray(0, length), this.#heldPosition);
      if (this.#store.length > 4096) this.#store = EMPTY;
    }
    this.isContinued = false;
    return cut.next;
  }

  #keep(bytes: Uint8Array, position: number): void {
    if (bytes.length === 0) return;
    if (this.#held === 0) this.#heldPosition = position;
    const length = this.#held + bytes.length;
    if (length > this.#store.length) {
      const store = new Uint8Array(Math.max(STORE_BYTES_FIRST, length * 2));
      store.set(this.#store.subarray(0, this.#held));
      this.#store = store;
    }
    this.#store.set(bytes, this.#held);
    this.#held = length;
  }

  #tellSingle(): void {
    if (this.#hasSingle || this.isSilent) return;
    this.#hasSingle = true;
    this.#sink.weird("line_terminated_with_single_CR");
  }
}

const EMPTY = new Uint8Array(0);
const LINE_END = Uint8Array.of(CR, LF);
