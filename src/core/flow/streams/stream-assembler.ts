import type { OverlapPolicy } from "../overlap-policy.ts";
import { DeliveredBytes } from "./delivered-bytes.ts";
import { insertSegment, type NewSegment } from "./insert-segment.ts";
import { PieceList } from "./piece-list.ts";
import type { StreamBudget, StreamLimits } from "./stream-limits.ts";
import {
  createStreamCounts,
  type GapKind,
  type StreamConflict,
  type StreamCounts,
  type StreamSink,
} from "./stream-sink.ts";

/** The largest window that TCP can have (RFC 7323 2.3): what lies further ahead was never sent here. */
const WINDOW_BYTES_MAX = 2 ** 30;
/** SYNs with different numbers that one side may send before an answer tells which counts. */
const STARTS_MAX = 8;

export interface StreamAssemblerOptions {
  readonly policy: OverlapPolicy;
  readonly limits: StreamLimits;
  readonly sink: StreamSink;
  /** Shared by all streams of a pass, to bound what they hold together. */
  readonly budget?: StreamBudget;
  /**
   * Bytes in order that are held back, so that a policy can still decide about them: a host reads at
   * once (0), a person who asks what `last` would have seen does not.
   */
  readonly heldBytes?: number;
}

/**
 * One direction of a TCP connection put back into order. Bytes come out in order, each once; gaps are
 * told as gaps. A hole is given up when the peer acknowledged it and later data waits, when a limit
 * is reached, or at the end.
 */
export class StreamAssembler {
  readonly counts: StreamCounts = createStreamCounts();
  readonly #policy: OverlapPolicy;
  readonly #limits: StreamLimits;
  readonly #sink: StreamSink;
  readonly #budget: StreamBudget;
  readonly #heldBytesMax: number;
  readonly #pieces = new PieceList();
  readonly #delivered: DeliveredBytes;
  readonly #starts: number[] = [];
  #started = false;
  #ended = false;
  /** Sequence number of position 0. */
  #base = 0;
  /** Positions: of the next byte to deliver, behind the last byte seen, behind the last acknowledged. */
  #next = 0;
  #highest = 0;
  #acknowledged = 0;
  /** Position of the FIN, -1 before it. */
  #fin = -1;
  #heldBytes = 0;

  constructor(options: StreamAssemblerOptions) {
    this.#policy = options.policy;
    this.#limits = options.limits;
    this.#sink = options.sink;
    this.#budget = options.budget ?? { heldBytes: 0 };
    this.#heldBytesMax = options.heldBytes ?? 0;
    this.#delivered = new DeliveredBytes(options.limits.rememberedBytes);
  }

  /** Position of the next byte to come out: what was delivered, gaps included. */
  get position(): number {
    return this.#next;
  }

  /** Bytes that wait. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** True while pieces wait behind a hole. */
  get isWaiting(): boolean {
    return this.#pieces.count > 0;
  }

  /** Steps that the interval structure has taken. */
  get steps(): number {
    return this.#pieces.steps;
  }

  /** A SYN was seen. Until data came, another SYN replaces it, and the peer's answer says which counts. */
  start(sequence: number): void {
    const base = (sequence + 1) | 0;
    if (this.#starts.length < STARTS_MAX && !this.#starts.includes(base)) this.#starts.push(base);
    if (this.#started && (this.#highest > 0 || this.#next > 0 || this.#acknowledged > 0)) return;
    this.#started = true;
    this.#base = base;
  }

  /** The FIN's own number: the stream ends before it. */
  finish(sequence: number): void {
    if (!this.#started || this.#fin >= 0) return;
    const position = this.#positionOf(sequence);
    if (position >= 0 && position <= this.#highest + WINDOW_BYTES_MAX) this.#fin = position;
  }

  /** Takes a segment; with fewer bytes than were on the wire the rest is a gap of kind `cut`. */
  segment(
    sequence: number,
    bytes: Uint8Array,
    recordOffset: number,
    wireBytes: number = bytes.length,
  ): void {
    if (wireBytes === 0 || this.#ended) return;
    this.counts.segments++;
    if (!this.#started) {
      this.#started = true;
      this.#base = sequence | 0;
    }
    const position = this.#positionOf(sequence);
    const end = position + wireBytes;
    if (position > Math.max(this.#highest, this.#acknowledged) + WINDOW_BYTES_MAX) {
      this.counts.outOfWindow++;
      return;
    }
    if (this.#fin >= 0 && end > this.#fin) {
      this.counts.afterFin += end - Math.max(position, this.#fin);
    }
    const isNext =
      position === this.#next && this.#pieces.count === 0 && bytes.length === wireBytes;
    if (isNext && this.#heldBytesMax === 0) {
      this.#highest = end;
      this.#deliver(bytes, recordOffset);
      return;
    }
    // RFC 9293 3.8.4: a keep-alive repeats the number before the next one with a byte of rubbish, which
    // is zero wherever it was seen.
    const isRead = end === this.#next || this.#heldBytesMax > 0;
    if (wireBytes === 1 && end === this.#highest && isRead && bytes[0] === 0) {
      this.counts.keepAlives++;
      return;
    }
    this.#highest = Math.max(this.#highest, end);
    this.#makeRoom(position, bytes.length);
    this.#takeOld(bytes, position, recordOffset);
    const skipped = Math.min(wireBytes, Math.max(0, this.#next - position));
    if (skipped === wireBytes) return;
    this.#insert({
      start: position + skipped,
      dataEnd: position + Math.max(skipped, bytes.length),
      end,
      bytes: bytes.subarray(skipped),
      recordOffset,
    });
    this.#drain();
  }

  /** The peer acknowledged all before this number. */
  acknowledged(sequence: number): void {
    if (!this.#started || this.#ended) return;
    if (this.#highest === 0 && this.#acknowledged === 0 && this.#starts.includes(sequence | 0)) {
      this.#base = sequence | 0;
      return;
    }
    const position = this.#positionOf(sequence);
    if (position <= this.#acknowledged || position > this.#highest + WINDOW_BYTES_MAX) return;
    this.#acknowledged = position;
    if (this.#pieces.count > 0) this.#drain();
  }

  /** No more comes: what waits is delivered with the holes before it, then what was missed at the end. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#drain();
    const missing = this.#fin >= this.#next ? this.#fin : this.#acknowledged;
    // One number acknowledged behind the data is a FIN that nobody saw.
    if (missing - this.#next > (this.#fin >= 0 ? 0 : 1)) this.#gap(missing - this.#next, "lost");
  }

  /** Position of a sequence number: the one nearest to what was delivered, so wraps do not matter. */
  #positionOf(sequence: number): number {
    return this.#next + ((sequence - (this.#base + this.#next)) | 0);
  }

  /** Compares what was delivered already with what came now. */
  #takeOld(bytes: Uint8Array, position: number, recordOffset: number): void {
    const { counts } = this;
    if (position < 0) counts.beforeStart += Math.min(bytes.length, -position);
    const old = Math.min(this.#next, position + bytes.length) - Math.max(0, position);
    if (old <= 0) return;
    const late = this.#delivered.compare(bytes, position, (at, first, firstOffset, from) => {
      this.#conflict({
        position: at,
        length: first.length,
        firstOffset,
        secondOffset: recordOffset,
        first,
        second: bytes.subarray(from, from + first.length),
      });
    });
    counts.lateBytes += late;
    counts.duplicateBytes += old - late;
  }

  #insert(segment: NewSegment): void {
    const change = insertSegment(this.#pieces, segment, {
      policy: this.#policy,
      conflict: (conflict) => this.#conflict(conflict),
    });
    this.counts.duplicateBytes += change.duplicateBytes;
    this.#charge(change.heldBytes);
  }

  /** Delivers what is in order, and gives holes up that the peer does not wait for. */
  #drain(): void {
    for (;;) {
      const first = this.#pieces.first;
      if (first === undefined) return;
      if (!this.#ended) {
        if (first.start > this.#next && this.#acknowledged <= this.#next) return;
        if (this.#heldBytes <= this.#heldBytesMax && this.#heldBytesMax > 0) return;
      }
      if (first.start > this.#next) {
        const end = this.#ended ? first.start : Math.min(first.start, this.#acknowledged);
        this.#gap(end - this.#next, "lost");
      } else this.#deliverFirst();
    }
  }

  /** Gives the first hole up and delivers behind it until one more segment has its place. */
  #makeRoom(position: number, length: number): void {
    const { bufferedBytes, pieces, totalBytes } = this.#limits;
    for (;;) {
      const limit =
        this.#pieces.count >= pieces.maximum
          ? pieces
          : this.#heldBytes + length > bufferedBytes.maximum
            ? bufferedBytes
            : this.#budget.heldBytes + length > totalBytes.maximum
              ? totalBytes
              : undefined;
      if (limit === undefined) return;
      const first = this.#pieces.first;
      const start = Math.min(first?.start ?? position, position);
      if (start > this.#next) {
        limit.reached++;
        this.#gap(start - this.#next, "lost");
      }
      // The newcomer is the first: it is delivered at once and takes no room.
      if (first === undefined || first.start > this.#next) return;
      this.#deliverFirst();
    }
  }

  #deliverFirst(): void {
    const first = this.#pieces.first!;
    this.#pieces.removeFirst();
    if (first.bytes === undefined) this.#gap(first.end - first.start, "cut");
    else {
      this.#charge(-first.bytes.length);
      this.#deliver(first.bytes, first.recordOffset);
    }
  }

  #deliver(bytes: Uint8Array, recordOffset: number): void {
    const position = this.#next;
    this.#delivered.keep(bytes, position, recordOffset);
    this.#next += bytes.length;
    this.counts.bytes += bytes.length;
    this.#sink.data(bytes, position, recordOffset);
  }

  #gap(length: number, kind: GapKind): void {
    const position = this.#next;
    this.#delivered.keepGap(position, length);
    this.#next += length;
    this.counts.gaps++;
    if (kind === "cut") this.counts.cutBytes += length;
    else this.counts.lostBytes += length;
    this.#sink.gap(position, length, kind);
  }

  #conflict(conflict: StreamConflict): void {
    this.counts.conflicts++;
    this.#sink.conflict?.(conflict);
  }

  #charge(bytes: number): void {
    this.#heldBytes += bytes;
    this.#budget.heldBytes += bytes;
  }
}
