import { LINK_TYPE } from "../packet/index.ts";
import { createPacketRecord, type PacketRecord } from "../pcap/index.ts";
import { LINK_PAIR } from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";

/** Source and destination of a frame, as text. */
export interface LinkPair {
  readonly source: string;
  readonly destination: string;
}

/** Different pairs known at once; a forger of link addresses makes no more than these. */
const PAIRS_MAX = 65_536;
const NONE: LinkPair = { source: "", destination: "" };

/**
 * Link-layer addresses of a flow's first packet, where its link has them (Ethernet II and VLANs). A
 * network has few of them, so a flow keeps the number of its pair.
 */
export class LinkAddresses {
  /** The packet at hand. */
  packet: PacketRecord = createPacketRecord();
  readonly #words: Int32Array;
  readonly #pairs: LinkPair[] = [NONE];
  readonly #numbers = new Map<number, Map<number, number>>();

  constructor(store: FlowStore) {
    this.#words = store.words;
  }

  /** Keeps the addresses of the packet at hand for a fresh flow; inner flows have none. */
  keep(flow: number, depth: number): void {
    const { linkType, capturedBytes, view, start } = this.packet;
    if (depth > 0 || linkType !== LINK_TYPE.ethernet || capturedBytes < 14) return;
    // An IEEE 802.3 frame (length, not type) is LLC: Zeek has no addresses for those.
    if (view.getUint16(start + 12) < 0x600) return;
    const destination = view.getUint16(start) * 4294967296 + view.getUint32(start + 2);
    const source = view.getUint16(start + 6) * 4294967296 + view.getUint32(start + 8);
    const number = this.#numbers.get(source)?.get(destination) ?? this.#add(source, destination);
    this.#words[wordsOf(flow) + LINK_PAIR] = number;
  }

  /** The pair of a flow; empty texts where there is none. */
  of(flowWords: number): LinkPair {
    return this.#pairs[this.#words[flowWords + LINK_PAIR]!] ?? NONE;
  }

  #add(source: number, destination: number): number {
    if (this.#pairs.length >= PAIRS_MAX) return 0;
    const number =
      this.#pairs.push({ source: textOf(source), destination: textOf(destination) }) - 1;
    const known = this.#numbers.get(source);
    if (known === undefined) this.#numbers.set(source, new Map([[destination, number]]));
    else known.set(destination, number);
    return number;
  }
}

/** Zeroes are no address: loopback and some tunnels write them. */
function textOf(address: number): string {
  if (address === 0) return "";
  const hex = address.toString(16).padStart(12, "0");
  return hex.replace(/..(?!$)/g, "$&:");
}
