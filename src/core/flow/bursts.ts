import type { Limit } from "../base/index.ts";
import { BURST_COUNT, BURST_RECORD, F_BURST_FIRST, F_BURST_LAST, F_NOW } from "./flow-layout.ts";
import { doublesOf, type FlowStore, wordsOf } from "./flow-store.ts";
import { RecordNumbers } from "./record-numbers.ts";

/** An originator's payload that comes this long after its last one begins a new burst. */
export const BURST_GAP_NANOSECONDS = 1e9;
/** Starts of bursts kept at each end of a flow. */
export const BURSTS_KEPT = 64;
/** Bins of the histogram of times between burst starts: bin n counts 2^n to 2^(n+1) - 1 ms. */
export const GAP_BINS = 32;

const PAGE_RECORDS = 256;
const TIMES = BURSTS_KEPT * 2;

/** Of a flow's burst starts the first `kept` and the last `kept`; beyond those the arrays hold old values. */
export interface BurstTimes {
  kept: number;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly bins: Uint32Array;
}

/**
 * Bursts of the originator inside one connection: what a beacon over a kept-open connection looks
 * like. Most flows have one burst or none, so a record is taken only at the second.
 */
export class Bursts {
  readonly #store: FlowStore;
  readonly #numbers: RecordNumbers;
  readonly #times: Float64Array[] = [];
  readonly #bins: Uint32Array[] = [];
  readonly #out: BurstTimes = {
    kept: 0,
    first: new Float64Array(BURSTS_KEPT),
    last: new Float64Array(BURSTS_KEPT),
    bins: new Uint32Array(GAP_BINS),
  };

  constructor(store: FlowStore, limit: Limit) {
    this.#store = store;
    this.#numbers = new RecordNumbers(limit);
  }

  /** The originator of a flow sent payload. */
  payload(flow: number): void {
    const words = this.#store.words;
    const doubles = this.#store.doubles;
    const at = wordsOf(flow);
    const f = at >> 1;
    const now = doubles[F_NOW]!;
    const count = words[at + BURST_COUNT]!;
    const last = doubles[f + F_BURST_LAST]!;
    doubles[f + F_BURST_LAST] = now;
    if (count === 0) {
      words[at + BURST_COUNT] = 1;
      doubles[f + F_BURST_FIRST] = now;
    } else if (now - last >= BURST_GAP_NANOSECONDS) {
      words[at + BURST_COUNT] = count + 1;
      this.#note(flow, count, now);
    }
  }

  /**
   * Burst starts, oldest first, and the histogram; undefined for fewer than two bursts. One object,
   * filled again at the next call.
   */
  read(flow: number): BurstTimes | undefined {
    const record = this.#store.words[wordsOf(flow) + BURST_RECORD]!;
    if (record === 0) return undefined;
    const count = this.#store.words[wordsOf(flow) + BURST_COUNT]!;
    const page = this.#times[Math.floor(record / PAGE_RECORDS)]!;
    const from = (record % PAGE_RECORDS) * TIMES;
    const out = this.#out;
    out.kept = Math.min(count, BURSTS_KEPT);
    for (let n = 0; n < out.kept; n++) {
      out.first[n] = page[from + n]!;
      out.last[n] = page[from + BURSTS_KEPT + ((count - out.kept + n) % BURSTS_KEPT)]!;
    }
    const bins = this.#bins[Math.floor(record / PAGE_RECORDS)]!;
    const binsFrom = (record % PAGE_RECORDS) * GAP_BINS;
    for (let n = 0; n < GAP_BINS; n++) out.bins[n] = bins[binsFrom + n]!;
    return out;
  }

  release(flow: number): void {
    this.#numbers.release(this.#store.words[wordsOf(flow) + BURST_RECORD]!);
  }

  #note(flow: number, index: number, now: number): void {
    const words = this.#store.words;
    const at = wordsOf(flow);
    let record = words[at + BURST_RECORD]!;
    let previous: number;
    if (record === 0) {
      // Only the second burst may take a record: a later one would miss the times before it.
      record = index === 1 ? this.#take() : 0;
      if (record === 0) return;
      words[at + BURST_RECORD] = record;
      previous = this.#store.doubles[doublesOf(flow) + F_BURST_FIRST]!;
      this.#keep(record, 0, previous);
    } else previous = this.#time(record, index - 1);
    this.#keep(record, index, now);
    const bin = Math.min(GAP_BINS - 1, Math.max(0, Math.floor(Math.log2((now - previous) / 1e6))));
    this.#bins[Math.floor(record / PAGE_RECORDS)]![(record % PAGE_RECORDS) * GAP_BINS + bin]!++;
  }

  #keep(record: number, index: number, time: number): void {
    const page = this.#times[Math.floor(record / PAGE_RECORDS)]!;
    const from = (record % PAGE_RECORDS) * TIMES;
    if (index < BURSTS_KEPT) page[from + index] = time;
    page[from + BURSTS_KEPT + (index % BURSTS_KEPT)] = time;
  }

  #time(record: number, index: number): number {
    const from = (record % PAGE_RECORDS) * TIMES + BURSTS_KEPT;
    return this.#times[Math.floor(record / PAGE_RECORDS)]![from + (index % BURSTS_KEPT)]!;
  }

  #take(): number {
    const record = this.#numbers.take();
    if (record === 0) return 0;
    if (Math.floor(record / PAGE_RECORDS) >= this.#times.length) {
      this.#times.push(new Float64Array(PAGE_RECORDS * TIMES));
      this.#bins.push(new Uint32Array(PAGE_RECORDS * GAP_BINS));
    }
    const bins = this.#bins[Math.floor(record / PAGE_RECORDS)]!;
    bins.fill(0, (record % PAGE_RECORDS) * GAP_BINS, ((record % PAGE_RECORDS) + 1) * GAP_BINS);
    return record;
  }
}
