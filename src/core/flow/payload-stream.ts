import { StreamAssembler } from "./streams/stream-assembler.ts";
import type { StreamBudget, StreamLimits } from "./streams/stream-limits.ts";

/** Takes one direction's bytes in order, each once. */
export interface PayloadSink {
  /** The captured record that the bytes came in, and the sequence number of their first. */
  data(
    bytes: Uint8Array,
    position: number,
    from: { readonly record: number; readonly sequence: number },
  ): void;
  gap(length: number, position: number): void;
}

/** What the streams of a pass share. */
export interface StreamRoom {
  readonly limits: StreamLimits;
  readonly budget: StreamBudget;
}

/**
 * One direction of a TCP connection in order, as the pass needs it: while nothing is missing nothing is
 * copied or kept; an assembler lives only from a hole until it is filled or given up.
 */
export class PayloadStream {
  readonly #sink: PayloadSink;
  readonly #room: StreamRoom;
  #assembler: StreamAssembler | undefined;
  /** Stream position at which the assembler's count begins. */
  #assemblerStart = 0;
  #started = false;
  #next = 0;
  #position = 0;
  readonly #from = { record: 0, sequence: 0 };
  /** Sequence number of a FIN that waits for the bytes before it. */
  #fin: number | undefined;

  constructor(sink: PayloadSink, room: StreamRoom) {
    this.#sink = sink;
    this.#room = room;
  }

  /** A SYN: the first byte has the number after it. A later SYN does not move what has begun. */
  start(sequence: number): void {
    if (this.#started && this.#position > 0) return;
    this.#started = true;
    this.#next = (sequence + 1) | 0;
  }

  /** `bytes` may be fewer than `wireBytes`: the rest is a gap. */
  segment(sequence: number, bytes: Uint8Array, wireBytes: number, recordOffset: number): void {
    if (!this.#started) {
      this.#started = true;
      this.#next = sequence;
    }
    if (this.#assembler !== undefined) {
      this.#assembler.segment(sequence, bytes, recordOffset, wireBytes);
      this.#rest();
      return;
    }
    const behind = (this.#next - sequence) | 0;
    if (behind < 0) {
      // RFC 9293 3.10.7.4: a number outside any window is not this stream's.
      if (behind < -WINDOW_BYTES_MAX) return;
      this.#assemble();
      this.#assembler!.segment(sequence, bytes, recordOffset, wireBytes);
      return;
    }
    if (behind >= wireBytes) return;
    if (bytes.length > behind) this.#deliver(bytes.subarray(behind), recordOffset);
    const missing = wireBytes - Math.max(bytes.length, behind);
    if (missing > 0) this.#gap(missing);
  }

  /** The peer has everything before this number: a hole before it will not be filled. */
  acknowledged(sequence: number): void {
    if (this.#assembler === undefined) return;
    this.#assembler.acknowledged(sequence);
    this.#rest();
  }

  /** The number of a FIN, or of a RST, behind the last byte. */
  finish(sequence: number): void {
    this.#fin = sequence;
  }

  /** True once, when all bytes before the FIN were given. */
  takeFinished(): boolean {
    if (this.#fin === undefined || this.#assembler !== undefined) return false;
    if (this.#started && ((this.#fin - this.#next) | 0) > 0) return false;
    this.#fin = undefined;
    return true;
  }

  /** No more comes: what waits is given with the holes before it. */
  end(): void {
    this.#assembler?.end();
    this.#assembler = undefined;
  }

  #assemble(): void {
    this.#assemblerStart = this.#position;
    const { limits, budget } = this.#room;
    const assembler = new StreamAssembler({
      policy: "first",
      limits,
      budget,
      sink: {
        data: (bytes, _position, recordOffset) => this.#deliver(bytes, recordOffset),
        gap: (_position, length) => this.#gap(length),
      },
    });
    assembler.start((this.#next - 1) | 0);
    this.#assembler = assembler;
  }

  /** Nothing waits any more: the stream is in order again. */
  #rest(): void {
    const assembler = this.#assembler;
    if (assembler === undefined || assembler.isWaiting) return;
    if (assembler.position === this.#position - this.#assemblerStart) this.#assembler = undefined;
  }

  #deliver(bytes: Uint8Array, recordOffset: number): void {
    const position = this.#position;
    const from = this.#from;
    from.record = recordOffset;
    from.sequence = this.#next;
    this.#position += bytes.length;
    this.#next = (this.#next + bytes.length) | 0;
    this.#sink.data(bytes, position, from);
  }

  #gap(length: number): void {
    const position = this.#position;
    this.#position += length;
    this.#next = (this.#next + length) | 0;
    this.#sink.gap(length, position);
  }
}

/** The largest window that TCP can have (RFC 7323 2.3). */
const WINDOW_BYTES_MAX = 2 ** 30;
