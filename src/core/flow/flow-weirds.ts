import type { Limit } from "../base/index.ts";
import { createDecodedPacket, type DecodedPacket, FAULT, REMARK_NAMES } from "../packet/index.ts";
import { F_NOW, KIND_RESIDUE, ORDINAL, PROTOCOL } from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import type { Layer } from "./packet-layers.ts";

/**
 * Something a protocol does not allow, or a limit that was reached, with the packets that show it.
 * One object, filled again for each.
 */
export interface WeirdRecord {
  /** Zeek's name where Zeek has one. */
  name: string;
  addl: string;
  /** The application protocol that says so; empty for what packets show. */
  analyzer: string;
  /** Nanoseconds from the table's base. */
  time: number;
  /** Flow it happened in, 0 when no flow is known. */
  flow: number;
  /** Addresses and ports as the packet had them; all zero where it was not IP. */
  readonly source: Int32Array;
  readonly destination: Int32Array;
  sourcePort: number;
  destinationPort: number;
  hasAddresses: boolean;
  /** Record offsets of the packets that show it, the younger first; -1 where there is only one. */
  offset: number;
  otherOffset: number;
}

/** The older packet that is contradicted, and what more there is to say. */
export interface WeirdDetails {
  readonly otherOffset?: number;
  readonly addl?: string;
}

const REMARK_DETAILS: Readonly<Record<string, WeirdDetails>> = {
  triple_tagged_vlan_unsupported: { addl: "inner VLAN tag overwritten" },
};

/** Names that Zeek logs once for each originator, since one broken host would fill the log. */
const ONCE_A_SOURCE = new Set([
  "bad_IP_checksum",
  "bad_TCP_checksum",
  "bad_UDP_checksum",
  "bad_ICMP_checksum",
  "excessively_small_fragment",
  "fragment_inconsistency",
  "fragment_overlap",
  "fragment_size_inconsistency",
  "SYN_with_data",
]);
/** Names of what no address can be blamed for: once for the whole capture, without addresses. */
const WITHOUT_ADDRESSES = new Set([
  "invalid_IP_header_size",
  "ip_hdr_len_zero",
  "triple_tagged_vlan_unsupported",
  "truncated_ethernet_frame",
  "unknown_ip_version",
]);
/** Names that are ours: every place counts, since each shows other packets. */
const EACH_TIME = new Set([
  "rexmit_inconsistency",
  "hop_limit_differs",
  "TCP_data_out_of_window",
  "TCP_urgent_data",
]);
/** Rows of one such name that one flow may write; a hostile flow is weird in every packet. */
const ROWS_PER_FLOW = 64;
/** Zeek writes others again after this, for a connection or a pair of addresses. */
const SILENCE_NANOSECONDS = 600e9;
const KNOWN_MAX = 65_536;
const TOLD_SLOTS = 512;

/** Zeek's name of a packet's fault. */
function faultWeird(packet: DecodedPacket): string {
  switch (packet.fault) {
    case FAULT.linkCut:
      return "truncated_ethernet_frame";
    case FAULT.linkAttribute:
      return "nflog_bad_tlv_len";
    case FAULT.ipVersion:
      return "unknown_ip_version";
    case FAULT.ipHeaderLength:
      return "invalid_IP_header_size";
    case FAULT.ipLengthZero:
      return "ip_hdr_len_zero";
    case FAULT.ipLength:
      return packet.ipVersion === 6 ? "truncated_IPv6" : "truncated_IP";
    case FAULT.ipCut:
      return "internally_truncated_header";
    case FAULT.tcpHeaderLength:
      return "bad_TCP_header_len";
    default:
      return "truncated_header";
  }
}

/** Decides which weirds are written, counts all of them by name. */
export class FlowWeirds {
  readonly #store: FlowStore;
  /** Rows or time of the last row, by name and place. */
  readonly #known = new Map<number, number>();
  /** Some keys of `#known` that are silent until a time, found without a search; later ones take over. */
  readonly #toldKeys = new Float64Array(TOLD_SLOTS).fill(-1);
  readonly #toldTimes = new Float64Array(TOLD_SLOTS);
  readonly #numbers = new Map<string, number>();
  readonly #counts: number[] = [];
  readonly #rules: ("source" | "each" | "capture" | "pair")[] = [];
  readonly #nobody = createDecodedPacket();
  #limitsTold = 0;
  #rows = 0;
  #lastName = "";
  #lastNumber = -1;
  readonly #sink: (record: WeirdRecord) => void;
  readonly #limit: Limit;
  readonly #seed: number;
  readonly #record: WeirdRecord = {
    name: "",
    addl: "",
    analyzer: "",
    time: 0.5,
    flow: 0,
    source: new Int32Array(4),
    destination: new Int32Array(4),
    sourcePort: 0,
    destinationPort: 0,
    hasAddresses: false,
    offset: -1,
    otherOffset: -1,
  };

  constructor(
    store: FlowStore,
    { limit, seed }: { limit: Limit; seed: number },
    sink: (record: WeirdRecord) => void,
  ) {
    this.#seed = seed;
    this.#store = store;
    this.#limit = limit;
    this.#sink = sink;
  }

  /** How often each name came, written or not. */
  get counts(): Map<string, number> {
    return new Map([...this.#numbers].map(([name, number]) => [name, this.#counts[number]!]));
  }

  /** A weird of the connection that a packet belongs to. */
  ofFlow(name: string, layer: Layer, more: WeirdDetails = {}): void {
    const at = wordsOf(layer.flow);
    const isFlow = layer.flow !== 0 && (this.#store.words[at + PROTOCOL]! & KIND_RESIDUE) === 0;
    const ordinal = isFlow ? this.#store.words[at + ORDINAL]! : 0;
    if (!this.#isWritten(name, layer.packet, ordinal)) return;
    this.#write(name, layer.packet, layer.offsets[0]!, { flow: isFlow ? layer.flow : 0, ...more });
  }

  /** A weird that an application analyzer found in a flow; `offset` is the packet's at hand. */
  ofConversation(
    name: string,
    flow: number,
    more: { offset: number; addl: string; analyzer: string },
  ): void {
    const ordinal = this.#store.words[wordsOf(flow) + ORDINAL]!;
    if (!this.#isWritten(name, this.#nobody, ordinal)) return;
    this.#write(name, this.#nobody, more.offset, { flow, ...more });
  }

  /** A weird of a packet as such, not of the connection it may belong to. */
  ofPacket(name: string, layer: Layer, more: WeirdDetails = {}): void {
    const said = layer.depth > 0 ? `${name}_in_tunnel` : name;
    if (!this.#isWritten(said, layer.packet, 0)) return;
    this.#write(said, layer.packet, layer.offsets[0]!, { flow: 0, ...more });
  }

  /** What the decoder remarked on headers that it could read. */
  ofRemarks(layer: Layer): void {
    let { remarks } = layer.packet;
    for (let bit = 0; remarks !== 0; bit++, remarks >>>= 1) {
      if ((remarks & 1) === 0) continue;
      const name = REMARK_NAMES[bit]!;
      this.ofPacket(name, layer, REMARK_DETAILS[name]);
    }
  }

  /** A limit that was reached in the pass, told once at its end. */
  ofLimit(limit: Limit): void {
    const none = this.#nobody;
    const addl = `${limit.name}: ${limit.reached} times, at ${limit.maximum}`;
    this.#isWritten("limit_reached", none, ++this.#limitsTold);
    this.#write("limit_reached", none, -1, { flow: 0, addl });
  }

  /** A packet whose headers are broken. */
  ofFault(packet: DecodedPacket, offset: number): void {
    const name = faultWeird(packet);
    if (this.#isWritten(name, packet, 0)) this.#write(name, packet, offset, { flow: 0 });
  }

  #write(
    name: string,
    packet: DecodedPacket,
    offset: number,
    more: WeirdDetails & { flow: number; analyzer?: string },
  ): void {
    // That rows are left out is told in a row that is not.
    if (this.#rows >= this.#limit.maximum && name !== "limit_reached") {
      this.#limit.reached++;
      return;
    }
    this.#rows++;
    const record = this.#record;
    record.name = name;
    record.addl = more.addl ?? "";
    record.analyzer = more.analyzer ?? "";
    record.time = this.#store.doubles[F_NOW]!;
    record.flow = more.flow;
    record.hasAddresses = packet.ipVersion !== 0 && !WITHOUT_ADDRESSES.has(name);
    record.source.set([packet.src0, packet.src1, packet.src2, packet.src3]);
    record.destination.set([packet.dst0, packet.dst1, packet.dst2, packet.dst3]);
    record.sourcePort = packet.hasPorts ? packet.sourcePort : 0;
    record.destinationPort = packet.hasPorts ? packet.destinationPort : 0;
    record.offset = offset;
    record.otherOffset = more.otherOffset ?? -1;
    this.#sink(record);
  }

  /** Keys are numbers: in a capture full of broken packets this runs for every one. */
  #isWritten(name: string, packet: DecodedPacket, ordinal: number): boolean {
    const number = this.#numberOf(name);
    this.#counts[number]!++;
    const rule = this.#rules[number]!;
    const place =
      rule === "source"
        ? sourceOf(packet)
        : rule === "capture"
          ? 0
          : ordinal === 0
            ? pairOf(packet)
            : ordinal;
    // With the capture's seed, so that nobody can choose addresses whose keys fall on one place.
    const hash = mix(mix(this.#seed, place), number) >>> 0;
    const key = number * 4294967296 + hash;
    const now = this.#store.doubles[F_NOW]!;
    // Most of what comes was told shortly before: this spares those the look into the map.
    const slot = hash & (TOLD_SLOTS - 1);
    if (this.#toldKeys[slot] === key && now - this.#toldTimes[slot]! < SILENCE_NANOSECONDS) {
      return false;
    }
    const known = this.#known.get(key);
    if (rule !== "each") {
      this.#toldKeys[slot] = key;
      // A source is told once for all.
      this.#toldTimes[slot] = rule === "source" ? Number.POSITIVE_INFINITY : (known ?? now);
    }
    if (known === undefined) {
      if (this.#known.size >= KNOWN_MAX) {
        this.#known.clear();
        this.#toldKeys.fill(-1);
      }
      this.#known.set(key, rule === "each" ? 1 : now);
      return true;
    }
    if (rule === "each" && known < ROWS_PER_FLOW) {
      this.#known.set(key, known + 1);
      return true;
    }
    if ((rule === "pair" || rule === "capture") && now - known >= SILENCE_NANOSECONDS) {
      this.#known.set(key, now);
      this.#toldTimes[slot] = now;
      return true;
    }
    if (rule === "each") this.#limit.reached++;
    return false;
  }

  #numberOf(name: string): number {
    if (name === this.#lastName) return this.#lastNumber;
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(name, number);
      this.#counts.push(0);
      this.#rules.push(ONCE_A_SOURCE.has(name) ? "source" : EACH_TIME.has(name) ? "each" : "pair");
    }
    this.#lastName = name;
    this.#lastNumber = number;
    return number;
  }
}

/** The source address as 32 bits: itself in IPv4, mixed in IPv6, where two hosts may share a row. */
function sourceOf({ src0, src1, src2, src3 }: DecodedPacket): number {
  return src0 === 0 ? src3 : mix(mix(mix(src0, src1), src2), src3);
}

/** Both addresses as 32 bits; packets that are not IP share one place. */
function pairOf(packet: DecodedPacket): number {
  if (packet.ipVersion === 0) return 0;
  const { dst0, dst1, dst2, dst3 } = packet;
  return mix(mix(mix(mix(sourceOf(packet), dst0), dst1), dst2), dst3);
}

function mix(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, 0x9e3779b1);
  return Math.imul(h ^ (h >>> 15), 0x85ebca6b) ^ (h >>> 13);
}
