import { ORIGIN_WORDS, RECORD_WORDS } from "./flow-layout.ts";

/**
 * The records of all live flows. The whole limit is reserved at once: untouched pages cost nothing
 * until a flow lies in them, and nothing is ever copied to grow. Record 0 is never given out: it
 * stands for packets that are not IP.
 */
export class FlowStore {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly maximum: number;
  live = 0;
  livePeak = 0;
  #used = 1;
  readonly #free: number[] = [];

  constructor(maximum: number) {
    this.maximum = maximum;
    const buffer = new ArrayBuffer((ORIGIN_WORDS + (maximum + 1) * RECORD_WORDS) * 4);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  get isFull(): boolean {
    return this.live >= this.maximum;
  }

  /** A cleared record's number. */
  take(): number {
    this.live++;
    if (this.live > this.livePeak) this.livePeak = this.live;
    const old = this.#free.pop();
    if (old === undefined) return this.#used++;
    const at = wordsOf(old);
    this.words.fill(0, at, at + RECORD_WORDS);
    return old;
  }

  release(flow: number): void {
    this.live--;
    this.#free.push(flow);
  }
}

/** First word of a flow's record. */
export function wordsOf(flow: number): number {
  return flow * RECORD_WORDS + ORIGIN_WORDS;
}

/** First double of a flow's record. */
export function doublesOf(flow: number): number {
  return wordsOf(flow) >> 1;
}
