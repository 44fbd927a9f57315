import { type FlowKey, vlansOf } from "./flow-key.ts";
import {
  ADDRESS_0,
  ADDRESS_1,
  DEPTH_SHIFT,
  F_FIRST_OFFSET,
  F_LAST,
  F_NOW,
  F_START,
  FLAGS,
  ORDINAL,
  ORIGIN_WORDS,
  PORTS,
  PROTOCOL,
  RECORD_WORDS,
  VLANS,
} from "./flow-layout.ts";
import type { Layer } from "./packet-layers.ts";

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
  #ordinals = 0;
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

  /** A record for the flow that `layer` begins, with its key and its place in the capture. */
  begin(key: FlowKey, layer: Layer): number {
    const flow = this.#take();
    const { words, doubles } = this;
    const at = wordsOf(flow);
    const { packet } = layer;
    words[at + ADDRESS_0] = key.a0;
    words[at + ADDRESS_0 + 1] = key.a1;
    words[at + ADDRESS_0 + 2] = key.a2;
    words[at + ADDRESS_0 + 3] = key.a3;
    words[at + ADDRESS_1] = key.b0;
    words[at + ADDRESS_1 + 1] = key.b1;
    words[at + ADDRESS_1 + 2] = key.b2;
    words[at + ADDRESS_1 + 3] = key.b3;
    words[at + PORTS] = key.ports;
    words[at + PROTOCOL] = key.protocol;
    words[at + FLAGS] = layer.depth << DEPTH_SHIFT;
    words[at + ORDINAL] = ++this.#ordinals;
    words[at + VLANS] = vlansOf(packet);
    const now = doubles[F_NOW]!;
    doubles[(at >> 1) + F_START] = now;
    doubles[(at >> 1) + F_LAST] = now;
    doubles[(at >> 1) + F_FIRST_OFFSET] = layer.offsets[0]!;
    return flow;
  }

  /** A cleared record's number. */
  #take(): number {
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
