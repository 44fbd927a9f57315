import {
  createDecodedPacket,
  createInnerPacket,
  type DecodedPacket,
  decodePacket,
  findInner,
  findNextInner,
  type InnerPacket,
  mayTunnel,
  type PacketBytes,
  TUNNEL_FAULTS,
} from "../packet/index.ts";
import type { PacketRecord } from "../pcap/index.ts";
import type { ResolvedFlowOptions } from "./flow-options.ts";
import { type Datagram, Defragmenter } from "./fragments/index.ts";

/** An original length above every snap length in use is not believed (tcpdump's own bound). */
const FRAME_BYTES_MAX = 262_144;
/**
 * A datagram of n fragments can hold n packets (A-MSDU), and each of them came in all n frames. An
 * honest one has at most 2,000 pairs: 260 packets in 8 frames. Beyond this the packet is put under its
 * flow with one frame; all of them lie under the datagram's addresses.
 */
const PAIRS_MAX = 4096;

/** One IP packet of a captured frame: the outermost, or one inside a tunnel. Reused at each depth. */
export interface Layer {
  source: PacketBytes;
  packet: DecodedPacket;
  /** How many tunnels it lies in. */
  depth: number;
  /** The frames it came in: one, or several that held fragments. */
  readonly frame: { count: number; bytes: number };
  /** Record offsets of those frames. */
  offsets: Float64Array;
  /** Kind and id of the tunnel around it, the packet that carried it and its flow or residue. */
  kind: number;
  id: number;
  outer: DecodedPacket;
  parent: number;
  /** The parent's ordinal: when room was needed its place may be another's by now. */
  parentOrdinal: number;
  /** The layer that carried it. */
  above: Layer | undefined;
  /** Flow or residue it was put under, and its ordinal. */
  flow: number;
  ordinal: number;
}

/** What the layers of a packet are given to. */
export interface LayerSink {
  /** Puts the layer into its flow; false when what it carries is not to be believed. */
  place(layer: Layer): boolean;
  /** Puts a fragment under its addresses; false when it is too broken to be put together. */
  fragment(layer: Layer): boolean;
  weird(name: string, layer: Layer, more?: { otherOffset?: number; addl?: string }): void;
  remarks(layer: Layer): void;
  /** What `layer` carries lies too deep to be opened. */
  tooDeep(layer: Layer): void;
  /** `layer` turned out to be a tunnel of a kind. */
  tunnel(layer: Layer, kind: number): void;
}

/**
 * Takes a captured packet apart: fragments are put together, tunnels are opened, and each IP packet
 * found goes to the sink with the frames it came in. Depth has a limit.
 */
export class PacketLayers {
  readonly #sink: LayerSink;
  readonly #limits: ResolvedFlowOptions["limits"];
  readonly #defragmenter: Defragmenter;
  readonly #layers: Layer[];
  readonly #inners: InnerPacket[];
  readonly #decoded: DecodedPacket[];
  readonly #wholes: DecodedPacket[];
  readonly #offset = new Float64Array(1);
  #now = 0.5;
  /** Pairs of inner packet and frame that the captured packet at hand may still make. */
  #pairs = 0;
  #current: Layer;

  constructor(limits: ResolvedFlowOptions["limits"], sink: LayerSink) {
    this.#limits = limits;
    this.#sink = sink;
    const depths = Array.from({ length: limits.tunnelDepth.maximum + 1 }, (_, depth) => depth);
    this.#layers = depths.map((depth) => createLayer(depth));
    this.#inners = depths.map(() => createInnerPacket());
    this.#decoded = depths.map(() => createDecodedPacket());
    this.#wholes = depths.map(() => createDecodedPacket());
    this.#current = this.#layers[0]!;
    this.#defragmenter = new Defragmenter(limits, {
      weird: (name, _offset, otherOffset) =>
        sink.weird(name, this.#current, otherOffset >= 0 ? { otherOffset } : {}),
    });
  }

  /** Takes one captured IP packet apart; `now` in nanoseconds from the table's base. */
  packet(record: PacketRecord, packet: DecodedPacket, now: number): void {
    this.#now = now;
    this.#pairs = PAIRS_MAX;
    this.#offset[0] = record.recordOffset;
    const layer = this.#layers[0]!;
    layer.frame.count = 1;
    layer.frame.bytes = Math.max(
      record.capturedBytes,
      record.originalBytes > FRAME_BYTES_MAX ? 0 : record.originalBytes,
    );
    layer.offsets = this.#offset;
    this.#take(layer, record, packet);
  }

  #take(layer: Layer, source: PacketBytes, packet: DecodedPacket): void {
    layer.source = source;
    layer.packet = packet;
    if (packet.remarks !== 0) this.#sink.remarks(layer);
    if (packet.moreFragments || packet.fragmentOffset !== 0) {
      this.#fragment(layer);
      return;
    }
    if (!this.#sink.place(layer) || !mayTunnel(source, packet)) return;
    this.#enter(layer);
  }

  /** Every fragment lies under its addresses; the last to come brings the whole datagram. */
  #fragment(layer: Layer): void {
    if (!this.#sink.fragment(layer)) return;
    this.#current = layer;
    const whole = this.#defragmenter.add(layer.source, layer.offsets[0]!, layer.packet, this.#now);
    if (whole === undefined) return;
    const decoded = this.#wholes[layer.depth]!;
    decodePacket(whole, decoded);
    if (decoded.moreFragments || decoded.fragmentOffset !== 0) return;
    decoded.outerVlan = layer.packet.outerVlan;
    decoded.innerVlan = layer.packet.innerVlan;
    this.#takeWhole(layer, whole, decoded);
  }

  #takeWhole(layer: Layer, whole: Datagram, decoded: DecodedPacket): void {
    layer.frame.count = whole.fragments;
    layer.frame.bytes = whole.frameBytes;
    layer.offsets = whole.recordOffsets;
    this.#take(layer, whole, decoded);
  }

  /** How many of the frames a further packet of the same datagram is put under its flow with. */
  #framesFor(layer: Layer): number {
    const { count } = layer.frame;
    if (count === 1) return 1;
    if (this.#pairs >= count) {
      this.#pairs -= count;
      return count;
    }
    if (this.#pairs > 0) this.#sink.weird("many_packets_in_fragments", layer);
    this.#pairs = 0;
    return 1;
  }

  /** Opens a tunnel, if the packet is one. */
  #enter(layer: Layer): void {
    const { depth, packet } = layer;
    const inner = this.#inners[depth]!;
    const isFound = findInner(layer.source, packet, inner);
    if (inner.fault !== 0) this.#sink.weird(TUNNEL_FAULTS[inner.fault]!, layer);
    if (!isFound) return;
    const { tunnelDepth } = this.#limits;
    if (depth >= tunnelDepth.maximum) {
      tunnelDepth.reached++;
      this.#sink.weird("exceeded_tunnel_max_depth", layer);
      this.#sink.tooDeep(layer);
      return;
    }
    this.#sink.tunnel(layer, inner.kind);
    const parent = layer.flow;
    const parentOrdinal = layer.ordinal;
    let isFirst = true;
    do {
      const decoded = this.#decoded[depth]!;
      decodePacket(inner, decoded);
      if (decoded.ipVersion === 0) continue;
      if (decoded.outerVlan < 0) {
        // What comes through a tunnel came over the frame's VLAN, unless the tunnel says another.
        decoded.outerVlan = inner.vlan < 0 ? packet.outerVlan : inner.vlan;
        decoded.innerVlan = inner.vlan < 0 ? packet.innerVlan : -1;
      }
      const below = this.#layers[depth + 1]!;
      below.frame.count = isFirst ? layer.frame.count : this.#framesFor(layer);
      isFirst = false;
      below.frame.bytes = layer.frame.bytes;
      below.offsets = layer.offsets;
      below.kind = inner.kind;
      below.id = inner.id;
      below.outer = packet;
      below.parent = parent;
      below.parentOrdinal = parentOrdinal;
      below.above = layer;
      this.#take(below, inner, decoded);
    } while (findNextInner(inner));
  }
}

function createLayer(depth: number): Layer {
  const packet = createDecodedPacket();
  return {
    source: createInnerPacket(),
    packet,
    depth,
    frame: { count: 1, bytes: 0 },
    offsets: new Float64Array(1),
    kind: 0,
    id: -1,
    outer: packet,
    parent: 0,
    parentOrdinal: 0,
    above: undefined,
    flow: 0,
    ordinal: 0,
  };
}
