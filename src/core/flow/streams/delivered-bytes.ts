import type { Limit } from "../../base/index.ts";

/** Deliveries remembered apart, at least; with more of them the oldest bytes are forgotten. */
const RUNS_MAX_MIN = 4096;
/** Bytes of a delivery on average below which deliveries, not bytes, are the bound. */
const RUN_BYTES = 256;
const RING_BYTES_MIN = 4096;

/** Told of a range that differs: what was delivered, and where the other bytes begin in the newcomer. */
export type DifferenceSink = (
  position: number,
  delivered: Uint8Array,
  recordOffset: number,
  at: number,
) => void;

/**
 * The last delivered bytes of one direction and the packets they came from, in a ring that grows with
 * what it holds. A late retransmission is compared with them.
 */
export class DeliveredBytes {
  readonly #limit: Limit;
  readonly #runsMax: number;
  #ring = new Uint8Array(0);
  /** Position behind the last byte, and how many bytes before it are remembered. */
  #end = 0;
  #kept = 0;
  /** Deliveries in order: position of the first byte, record offset (-1 for a gap). */
  #positions: number[] = [];
  #offsets: number[] = [];
  #firstRun = 0;

  constructor(limit: Limit) {
    this.#limit = limit;
    this.#runsMax = Math.max(RUNS_MAX_MIN, Math.ceil(limit.maximum / RUN_BYTES));
  }

  keep(bytes: Uint8Array, position: number, recordOffset: number): void {
    const max = this.#limit.maximum;
    if (max === 0) return;
    const length = Math.min(bytes.length, max);
    const from = bytes.length - length;
    this.#advance(position, bytes.length, recordOffset);
    const mask = this.#ring.length - 1;
    const at = (this.#end - length) & mask;
    const first = Math.min(length, this.#ring.length - at);
    this.#ring.set(bytes.subarray(from, from + first), at);
    if (first < length) this.#ring.set(bytes.subarray(from + first), 0);
  }

  /** A place of which nothing is known. */
  keepGap(position: number, length: number): void {
    if (this.#limit.maximum > 0) this.#advance(position, length, -1);
  }

  /** Compares a newcomer with what is remembered; returns how many of its bytes fall into gaps. */
  compare(bytes: Uint8Array, position: number, differs: DifferenceSink): number {
    const remembered = this.#end - this.#kept;
    const begin = Math.max(position, remembered);
    const end = Math.min(position + bytes.length, this.#end);
    let late = 0;
    if (remembered > Math.max(0, position)) this.#limit.reached++;
    if (begin >= end) return 0;
    for (let run = this.#runAt(begin); run < this.#positions.length; run++) {
      const from = Math.max(begin, this.#positions[run]!);
      const to = Math.min(end, this.#positions[run + 1] ?? this.#end);
      if (from >= end) break;
      const offset = this.#offsets[run]!;
      if (offset < 0) late += to - from;
      else this.#compareRun(bytes, { position, from, to, offset }, differs);
    }
    return late;
  }

  #compareRun(
    bytes: Uint8Array,
    run: { position: number; from: number; to: number; offset: number },
    differs: DifferenceSink,
  ): void {
    const ring = this.#ring;
    const mask = ring.length - 1;
    let from = run.from;
    let to = run.to;
    while (from < to && ring[from & mask] === bytes[from - run.position]) from++;
    while (to > from && ring[(to - 1) & mask] === bytes[to - 1 - run.position]) to--;
    if (from === to) return;
    const delivered = new Uint8Array(to - from);
    for (let n = 0; n < delivered.length; n++) delivered[n] = ring[(from + n) & mask]!;
    differs(from, delivered, run.offset, from - run.position);
  }

  /** The delivery that holds a position. */
  #runAt(position: number): number {
    let low = this.#firstRun;
    let high = this.#positions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#positions[middle]! <= position) low = middle + 1;
      else high = middle;
    }
    return Math.max(this.#firstRun, low - 1);
  }

  #advance(position: number, length: number, recordOffset: number): void {
    this.#end = position + length;
    this.#kept = Math.min(this.#kept + length, this.#limit.maximum);
    this.#grow();
    this.#positions.push(position);
    this.#offsets.push(recordOffset);
    const begin = this.#end - this.#kept;
    while ((this.#positions[this.#firstRun + 1] ?? this.#end) <= begin) this.#firstRun++;
    if (this.#positions.length - this.#firstRun > this.#runsMax) {
      this.#firstRun++;
      this.#kept = this.#end - this.#positions[this.#firstRun]!;
    }
    // Dropped from the front in one go, so that each costs its share once.
    if (this.#firstRun > this.#runsMax) {
      this.#positions.splice(0, this.#firstRun);
      this.#offsets.splice(0, this.#firstRun);
      this.#firstRun = 0;
    }
  }

  #grow(): void {
    if (this.#kept <= this.#ring.length) return;
    let size = Math.max(RING_BYTES_MIN, this.#ring.length);
    while (size < this.#kept) size *= 2;
    const old = this.#ring;
    const ring = new Uint8Array(size);
    // All of the old ring's places, under the new ring's numbering: what is stale is written next.
    const from = Math.max(0, this.#end - this.#kept);
    if (old.length > 0) {
      for (let n = 0; n < this.#kept; n++) {
        ring[(from + n) & (size - 1)] = old[(from + n) & (old.length - 1)]!;
      }
    }
    this.#ring = ring;
  }
}
