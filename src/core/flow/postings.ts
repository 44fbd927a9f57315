import type { Limit } from "../base/index.ts";
import {
  F_NOW,
  F_POSTING_LAST,
  F_RUN_END,
  F_RUN_START,
  ORDINAL,
  POSTING_BYTES,
  POSTING_COUNT,
  POSTING_HEAD,
  POSTING_TAIL,
} from "./flow-layout.ts";
import { doublesOf, type FlowStore, wordsOf } from "./flow-store.ts";

const CHUNK_BYTES = 32;
const LINK_BYTES = 4;
const OUTPUT_BYTES = 65_536;
const FIRST_OUTPUT_BYTES = 1024;
/** Chunks there is room for at first. */
const FIRST_CHUNKS = 2048;
/** A varint of an offset below 2^53. */
const VARINT_BYTES_MAX = 8;

/** Told of each run written: packets of one flow, in the order they were captured. */
export interface RunSink {
  run(run: PostingRun): void;
  postings(bytes: Uint8Array): void;
}

/** Reused for every run. `first` is the byte offset in the posting file; times are those of the table. */
export interface PostingRun {
  flow: number;
  ordinal: number;
  first: number;
  count: number;
  bytes: number;
  firstTime: number;
  lastTime: number;
}

/**
 * Where each flow's packets lie: delta varints of record offsets in an arena of small chained chunks,
 * written out as a run when the flow ends or the arena is full. Memory is the arena whatever the
 * capture's size; a flow that outlives an arena has several runs.
 */
export class Postings {
  /** Chunks written out so far, for tests of the cost. */
  steps = 0;
  readonly #store: FlowStore;
  readonly #sink: RunSink;
  readonly #limit: Limit;
  /** Chunks that the limit allows. */
  readonly #chunks: number;
  #arena: Uint8Array;
  #links: Int32Array;
  #output = new Uint8Array(FIRST_OUTPUT_BYTES);
  readonly #run: PostingRun = {
    flow: 0,
    ordinal: 0,
    first: 0,
    count: 0,
    bytes: 0,
    firstTime: 0.5,
    lastTime: 0.5,
  };
  #free = 0;
  #used = 1;
  #outputBytes = 0;
  #written = 0;

  constructor(store: FlowStore, sink: RunSink, limit: Limit) {
    this.#store = store;
    this.#sink = sink;
    this.#limit = limit;
    this.#chunks = Math.max(64, Math.floor(limit.maximum / CHUNK_BYTES));
    this.#arena = new Uint8Array(Math.min(FIRST_CHUNKS, this.#chunks) * CHUNK_BYTES);
    this.#links = new Int32Array(this.#arena.buffer);
  }

  /** Bytes of the posting file so far. */
  get writtenBytes(): number {
    return this.#written + this.#outputBytes;
  }

  /** True when the arena may not hold another packet: write all runs out first (`endRun` for each). */
  get isFull(): boolean {
    return this.#free === 0 && this.#used + 2 > this.#chunks;
  }

  /** Notes a packet of a flow. */
  add(flow: number, recordOffset: number): void {
    const words = this.#store.words;
    const doubles = this.#store.doubles;
    const at = wordsOf(flow);
    const f = at >> 1;
    const now = doubles[F_NOW]!;
    let delta = recordOffset;
    if (words[at + POSTING_COUNT] === 0) {
      words[at + POSTING_HEAD] = this.#take();
      words[at + POSTING_TAIL] = words[at + POSTING_HEAD]! * CHUNK_BYTES + LINK_BYTES;
      words[at + POSTING_BYTES] = 0;
      doubles[f + F_RUN_START] = now;
    } else delta = recordOffset - doubles[f + F_POSTING_LAST]!;
    doubles[f + F_RUN_END] = now;
    // A packet can reach one flow twice: two datagrams in one frame.
    if (delta === 0) return;
    doubles[f + F_POSTING_LAST] = recordOffset;
    words[at + POSTING_COUNT]!++;
    let tail = words[at + POSTING_TAIL]!;
    let length = 0;
    if (delta < 0) {
      // Back to an earlier fragment: a zero, which no step forward is, then the way back.
      delta = -delta;
      tail = this.#room(tail);
      this.#arena[tail++] = 0;
      length++;
    }
    for (;;) {
      if ((tail & (CHUNK_BYTES - 1)) === 0) tail = this.#room(tail);
      length++;
      if (delta < 128) {
        this.#arena[tail++] = delta;
        break;
      }
      this.#arena[tail++] = (delta & 127) | 128;
      delta = delta < 0x80000000 ? delta >>> 7 : Math.floor(delta / 128);
    }
    // A chunk filled to its end is told by a tail at the next chunk's start, even across the arena.
    words[at + POSTING_TAIL] = tail;
    words[at + POSTING_BYTES]! += length;
  }

  /** Writes a flow's packets as a run and forgets them. */
  endRun(flow: number): void {
    const words = this.#store.words;
    const doubles = this.#store.doubles;
    const at = wordsOf(flow);
    const count = words[at + POSTING_COUNT]!;
    if (count === 0) return;
    const f = doublesOf(flow);
    const run = this.#run;
    run.flow = flow;
    run.ordinal = words[at + ORDINAL]! >>> 0;
    run.first = this.writtenBytes;
    run.count = count;
    run.bytes = words[at + POSTING_BYTES]!;
    run.firstTime = doubles[f + F_RUN_START]!;
    run.lastTime = doubles[f + F_RUN_END]!;
    words[at + POSTING_COUNT] = 0;
    this.#copy(words[at + POSTING_HEAD]!, run.bytes);
    this.#sink.run(run);
  }

  /** Notes that the arena was full and everything in it was written early. */
  countFull(): void {
    this.#limit.reached++;
  }

  end(): void {
    if (this.#outputBytes > 0) this.#flush();
  }

  #copy(head: number, bytes: number): void {
    let chunk = head;
    let left = bytes;
    while (chunk !== 0) {
      this.steps++;
      const length = Math.min(left, CHUNK_BYTES - LINK_BYTES);
      if (this.#outputBytes + CHUNK_BYTES > this.#output.length) this.#makeRoom();
      const from = chunk * CHUNK_BYTES + LINK_BYTES;
      for (let n = 0; n < length; n++) this.#output[this.#outputBytes + n] = this.#arena[from + n]!;
      this.#outputBytes += length;
      left -= length;
      const next = this.#links[(chunk * CHUNK_BYTES) >> 2]!;
      this.#links[(chunk * CHUNK_BYTES) >> 2] = this.#free;
      this.#free = chunk;
      chunk = left > 0 ? next : 0;
    }
  }

  /** Where the next byte of a list goes, in a chunk of its own if the last one is full. */
  #room(tail: number): number {
    if ((tail & (CHUNK_BYTES - 1)) !== 0) return tail;
    const next = this.#take();
    this.#links[(tail - CHUNK_BYTES) >> 2] = next;
    return next * CHUNK_BYTES + LINK_BYTES;
  }

  /** A small capture's postings need little room; from the first full output on they have all. */
  #makeRoom(): void {
    if (this.#output.length === OUTPUT_BYTES) {
      this.#flush();
      return;
    }
    const output = new Uint8Array(OUTPUT_BYTES);
    output.set(this.#output);
    this.#output = output;
  }

  /** The whole limit at once: pages that nobody writes to cost nothing. */
  #grow(): void {
    const arena = new Uint8Array(this.#chunks * CHUNK_BYTES);
    arena.set(this.#arena);
    this.#arena = arena;
    this.#links = new Int32Array(arena.buffer);
  }

  #flush(): void {
    this.#sink.postings(this.#output.subarray(0, this.#outputBytes));
    this.#written += this.#outputBytes;
    this.#outputBytes = 0;
  }

  #take(): number {
    let chunk = this.#free;
    if (chunk !== 0) this.#free = this.#links[(chunk * CHUNK_BYTES) >> 2]!;
    else {
      if ((this.#used + 1) * CHUNK_BYTES > this.#arena.length) this.#grow();
      chunk = this.#used++;
    }
    this.#links[(chunk * CHUNK_BYTES) >> 2] = 0;
    return chunk;
  }
}

/**
 * Record offsets of a run: `count` packets from byte `first` of the posting file. Stops at its end.
 * Fragments put together late stand behind younger packets, so offsets do not always rise.
 */
export function readPostings(bytes: Uint8Array, first: number, count: number): number[] {
  const offsets: number[] = [];
  let at = first;
  let offset = 0;
  while (offsets.length < count) {
    let sign = 1;
    if (bytes[at] === 0) {
      at++;
      sign = -1;
    }
    let value = 0;
    let scale = 1;
    let byte = 128;
    for (let n = 0; n < VARINT_BYTES_MAX && byte >= 128; n++) {
      if (at >= bytes.length) return offsets;
      byte = bytes[at++]!;
      value += (byte & 127) * scale;
      scale *= 128;
    }
    offset += sign * value;
    offsets.push(offset);
  }
  return offsets;
}
