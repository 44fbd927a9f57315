import { createLimit } from "../base/index.ts";
import { RecordNumbers } from "./record-numbers.ts";

/** Events that few flows have, as places in a side's counts. */
export const RETRANSMISSIONS = 0;
export const OUT_OF_ORDER = 1;
export const DUPLICATE_ACKS = 2;
export const ZERO_WINDOWS = 3;
export const GAPS = 4;
export const BAD_CHECKSUMS = 5;
/** Frames located under the flow that its packet count leaves out. */
export const UNCOUNTED = 6;
/** Where the last RST stood in the sequence space, for the history; no count. */
export const HISTORY_RST = 7;

const SIDE_WORDS = 8;
const RECORD_WORDS = SIDE_WORDS * 2;
const FIRST_RECORDS = 64;

/**
 * Counts of rare events, beside the flows' records: a flow takes a place with its first one, so that
 * the other flows are a cache line shorter. Place 0 is none and reads as zeroes. There are no more
 * places than live flows, whose limit is this one's.
 */
export class RareEvents {
  readonly #numbers = new RecordNumbers(createLimit("flow.rareEvents", Number.POSITIVE_INFINITY));
  #words = new Int32Array(FIRST_RECORDS * RECORD_WORDS);

  /** A place with nothing in it. */
  take(): number {
    const place = this.#numbers.take();
    const at = place * RECORD_WORDS;
    if (at === this.#words.length) {
      const words = new Int32Array(at * 2);
      words.set(this.#words);
      this.#words = words;
    } else this.#words.fill(0, at, at + RECORD_WORDS);
    return place;
  }

  /** Gives the place of an ended flow back; 0 may be given too. */
  release(place: number): void {
    this.#numbers.release(place);
  }

  read(place: number, endpoint: 0 | 1, event: number): number {
    return this.#words[place * RECORD_WORDS + endpoint * SIDE_WORDS + event]!;
  }

  write(place: number, endpoint: 0 | 1, event: number, value: number): void {
    this.#words[place * RECORD_WORDS + endpoint * SIDE_WORDS + event] = value;
  }
}
