import { LINK_TYPE } from "../packet/index.ts";
import { createPacketRecord, type PacketRecord } from "../pcap/index.ts";
import { LINK_PAIR_SHIFT, WHEEL_BUCKET, WHEEL_BUCKET_MASK } from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";

/** Source and destination of a frame, as text. */
export interface LinkPair {
  readonly source: string;
  readonly destination: string;
}

/** Different pairs known at once; a forger of link addresses makes no more than these. */
const PAIRS_MAX = 32_768;
/** Places at first; twice as many as pairs are kept. */
const FIRST_SLOTS = 256;
/** A slot: the pair's 96 bits, and its number, 0 while the slot is free. */
const SLOT_WORDS = 4;
const NUMBER = 3;
const NONE: LinkPair = { source: "", destination: "" };

/**
 * Link-layer addresses of a flow's first packet, where its link has them (Ethernet II and VLANs). A
 * network has few of them, so a flow keeps the number of its pair.
 */
export class LinkAddresses {
  /** The packet at hand. */
  packet: PacketRecord = createPacketRecord();
  readonly #store: FlowStore;
  readonly #pairs: LinkPair[] = [NONE];
  #slots = new Int32Array(FIRST_SLOTS * SLOT_WORDS);

  constructor(store: FlowStore) {
    this.#store = store;
  }

  /** Keeps the addresses of the packet at hand for a fresh flow; inner flows have none. */
  keep(flow: number, depth: number): void {
    const { linkType, capturedBytes, view, start } = this.packet;
    if (depth > 0 || linkType !== LINK_TYPE.ethernet || capturedBytes < 14) return;
    // An IEEE 802.3 frame (length, not type) is LLC: Zeek has no addresses for those.
    if (view.getUint16(start + 12) < 0x600) return;
    const number = this.#numberOf(
      view.getInt32(start),
      view.getInt32(start + 4),
      view.getInt32(start + 8),
    );
    const words = this.#store.words;
    const at = wordsOf(flow) + WHEEL_BUCKET;
    words[at] = (words[at]! & WHEEL_BUCKET_MASK) | (number << LINK_PAIR_SHIFT);
  }

  /** The pair of a flow; empty texts where there is none. */
  of(flowWords: number): LinkPair {
    return this.#pairs[this.#store.words[flowWords + WHEEL_BUCKET]! >>> LINK_PAIR_SHIFT] ?? NONE;
  }

  /** By the frame's first twelve bytes: destination, then source. */
  #numberOf(a: number, b: number, c: number): number {
    const at = this.#place(a, b, c);
    if (at < 0) return 0;
    const number = this.#slots[at + NUMBER]!;
    return number === 0 ? this.#add(at, a, b, c) : number;
  }

  /** Where a pair is or belongs; -1 after some steps, as a forger's addresses may fall on one place. */
  #place(a: number, b: number, c: number): number {
    const slots = this.#slots;
    const mask = slots.length - SLOT_WORDS;
    let at = (Math.imul(a ^ Math.imul(b, 0x85ebca6b) ^ c, 0x9e3779b1) >>> 6) & mask;
    for (let probe = 0; probe <= PROBES_MAX; probe++) {
      if (slots[at + NUMBER] === 0) return at;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c) return at;
      at = (at + SLOT_WORDS) & mask;
    }
    return -1;
  }

  #add(at: number, a: number, b: number, c: number): number {
    if (this.#pairs.length >= PAIRS_MAX) return 0;
    const destination = textOf(a >>> 16, ((a & 0xffff) << 16) | (b >>> 16));
    const source = textOf(b & 0xffff, c);
    const number = this.#pairs.push({ source, destination }) - 1;
    this.#slots.set([a, b, c, number], at);
    if (number * 2 * SLOT_WORDS >= this.#slots.length) this.#grow();
    return number;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    for (let from = 0; from < old.length; from += SLOT_WORDS) {
      if (old[from + NUMBER] === 0) continue;
      const at = this.#place(old[from]!, old[from + 1]!, old[from + 2]!);
      if (at >= 0) this.#slots.set(old.subarray(from, from + SLOT_WORDS), at);
    }
  }
}

const PROBES_MAX = 64;

/** Zeroes are no address: loopback and some tunnels write them. */
function textOf(high: number, low: number): string {
  if (high === 0 && low === 0) return "";
  const hex = high.toString(16).padStart(4, "0") + (low >>> 0).toString(16).padStart(8, "0");
  return hex.replace(/..(?!$)/g, "$&:");
}
