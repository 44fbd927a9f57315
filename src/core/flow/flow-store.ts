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
  RARE_RECORD,
  RECORD_WORDS,
  VLANS,
} from "./flow-layout.ts";
import type { Layer } from "./packet-layers.ts";
import { RareEvents } from "./rare-events.ts";

/** Records there is room for at first, then up to the second number, then for the whole limit. */
const ROOM = [256, 2048] as const;

/**
 * The records of all live flows. A small capture should not pay for the limit, so there is little room
 * at first; beyond a few thousand flows the whole limit is reserved at once: untouched pages cost
 * nothing until a flow lies in them. So little is ever copied. `words` and `doubles` are others after
 * `begin`. Record 0 is never given out: it stands for packets that are not IP.
 */
export class FlowStore {
  words: Int32Array;
  doubles: Float64Array;
  readonly maximum: number;
  /** Record numbers below this have room. */
  #room: number;
  /** Beside the records: what few flows need. */
  readonly rare = new RareEvents();
  live = 0;
  livePeak = 0;
  #used = 1;
  #ordinals = 0;
  readonly #followers: (() => void)[] = [];
  /** The record given back last; each holds the one before in its first word. */
  #free = 0;

  constructor(maximum: number) {
    this.maximum = maximum;
    this.#room = Math.min(ROOM[0], maximum + 1);
    const buffer = new ArrayBuffer(wordsOf(this.#room) * 4);
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
    const old = this.#free;
    if (old === 0) {
      if (this.#used === this.#room) this.reserve(this.#used);
      return this.#used++;
    }
    const at = wordsOf(old);
    this.#free = this.words[at]!;
    this.words.fill(0, at, at + RECORD_WORDS);
    return old;
  }

  /** A flow's place among the rare events, taken now if it has none yet. */
  rareOf(flow: number): number {
    const at = wordsOf(flow) + RARE_RECORD;
    const known = this.words[at]!;
    if (known !== 0) return known;
    const place = this.rare.take();
    this.words[at] = place;
    return place;
  }

  release(flow: number): void {
    this.live--;
    this.rare.release(this.words[wordsOf(flow) + RARE_RECORD]!);
    this.words[wordsOf(flow)] = this.#free;
    this.#free = flow;
  }

  /** Makes room for a record and those before it. */
  reserve(record: number): void {
    if (record < this.#room) return;
    this.#room = Math.min(record < ROOM[1] ? ROOM[1] : this.maximum + 1, this.maximum + 1);
    const buffer = new ArrayBuffer(wordsOf(this.#room) * 4);
    const words = new Int32Array(buffer);
    words.set(this.words);
    this.words = words;
    this.doubles = new Float64Array(buffer);
    for (const follow of this.#followers) follow();
  }

  /** Is called whenever `words` and `doubles` are others, for who keeps them at hand (2 % of the pass). */
  onGrow(follow: () => void): void {
    this.#followers.push(follow);
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
