import type { Limit } from "../base/index.ts";
import { type DecodedPacket, FAULT, IP_PROTOCOL } from "../packet/index.ts";
import type { PacketRecord } from "../pcap/index.ts";
import { Bursts } from "./bursts.ts";
import { DuplicateCounts, PacketDuplicates } from "./duplicates.ts";
import { FlowCounter } from "./flow-counter.ts";
import { FlowDescriber } from "./flow-describer.ts";
import { FlowHistory } from "./flow-history.ts";
import { FlowIndex, seedOf } from "./flow-index.ts";
import { createFlowKey, keyFlow, keyResidue, vlansOf } from "./flow-key.ts";
import {
  DUPLICATES,
  F_ACKS,
  F_GAPS,
  F_LAST,
  F_NOW,
  KIND_RESIDUE,
  ORDINAL,
  PROTOCOL,
} from "./flow-layout.ts";
import { FlowLocations } from "./flow-locations.ts";
import {
  type FlowTableOptions,
  type ResolvedFlowOptions,
  resolveFlowOptions,
} from "./flow-options.ts";
import { FlowPayload, type OpenReceiver } from "./flow-payload.ts";
import { createFlowRecord, type FlowRecord } from "./flow-record.ts";
import { FlowStore, wordsOf } from "./flow-store.ts";
import { CLOSE_NANOSECONDS, TIMEOUT, TimeoutRules } from "./flow-timeouts.ts";
import { FlowTunnels, type TunnelAction } from "./flow-tunnels.ts";
import { FlowWeirds, type WeirdRecord } from "./flow-weirds.ts";
import { HistoryTree } from "./history.ts";
import { LinkAddresses } from "./link-addresses.ts";
import { type ChecksumErrors, PacketJudge, VERDICT } from "./packet-judge.ts";
import { type Layer, PacketLayers } from "./packet-layers.ts";
import type { RunSink } from "./postings.ts";
import { ServerPorts } from "./server-ports.ts";
import { TcpTracker } from "./tcp-tracker.ts";
import { TcpWeirds } from "./tcp-weirds.ts";
import { TimerWheel } from "./timer-wheel.ts";
import { TunnelContexts } from "./tunnel-contexts.ts";

/** Where the table puts what it knows; records are reused after the call returns. */
export interface FlowSink extends RunSink {
  /** A flow ended by its close, its time-out, a limit or the end of the capture. */
  flowEnded(record: FlowRecord): void;
  /** Packets of an address pair and protocol that belong to no flow. */
  residueEnded(record: FlowRecord): void;
  /** A flow or residue was found to be a tunnel of a kind, or such a one ended. */
  tunnel(record: FlowRecord, kind: number, action: TunnelAction): void;
  weird(weird: WeirdRecord): void;
  /** At a flow's first payload: who takes it. Without this nobody is asked. */
  readonly openReceiver?: OpenReceiver;
}

/**
 * Sorts packets into flows with Zeek's meaning of a connection, by packet time alone. Every packet is in
 * a list of locations: its flow's, a residue's (bad IP header, fragments, protocols that only carry
 * others), or list 0 for what is not IP; and in that of every flow inside it.
 */
export class FlowTable {
  readonly checksumErrors: ChecksumErrors;
  /** The last packet was captured before, by another port of the same mirror. */
  lastWasDuplicate = false;
  /** Seconds since 1970 from which the table counts its nanoseconds. */
  baseSeconds = 0;
  flows = 0;
  residues = 0;
  readonly weirds: FlowWeirds;
  readonly history: FlowHistory;
  readonly #options: ResolvedFlowOptions;
  readonly #sink: FlowSink;
  readonly #store: FlowStore;
  readonly #index: FlowIndex;
  readonly #timeouts: TimeoutRules;
  readonly #wheel: TimerWheel;
  readonly #tcp: TcpTracker;
  readonly #tcpWeirds: TcpWeirds;
  readonly #bursts: Bursts;
  readonly #counter: FlowCounter;
  readonly #describer: FlowDescriber;
  readonly #locations: FlowLocations;
  readonly #payload: FlowPayload | undefined;
  readonly #judge: PacketJudge;
  readonly #layers: PacketLayers;
  readonly #tunnels: FlowTunnels;
  readonly #links: LinkAddresses;
  readonly #duplicates = new PacketDuplicates();
  readonly #duplicateCounts: DuplicateCounts;
  readonly #record = createFlowRecord();
  readonly #look: (flow: number) => void;
  readonly #key = createFlowKey();
  #clock = Number.NEGATIVE_INFINITY;
  #hasBase = false;

  constructor(options: FlowTableOptions, sink: FlowSink) {
    this.#options = resolveFlowOptions(options);
    const { limits } = this.#options;
    this.#sink = sink;
    this.#store = new FlowStore(limits.liveFlows.maximum);
    const seed = seedOf(this.#options.captureId);
    this.#index = new FlowIndex(this.#store, seed);
    const ports = new ServerPorts(this.#options.serverPorts);
    this.#judge = new PacketJudge(ports, this.#options);
    this.checksumErrors = this.#judge.errors;
    this.history = new FlowHistory(this.#store, new HistoryTree(limits.histories));
    this.#timeouts = new TimeoutRules(this.#store, ports);
    this.#wheel = new TimerWheel(this.#store);
    this.#tcp = new TcpTracker(this.#store, this.history, this.#timeouts, limits.gapIntervals);
    this.#bursts = new Bursts(this.#store, limits.burstRecords);
    this.#counter = new FlowCounter(this.#store, this.history, this.#tcp, this.#bursts);
    const contexts = new TunnelContexts(limits.tunnelContexts);
    this.#links = new LinkAddresses(this.#store);
    this.#duplicateCounts = new DuplicateCounts(limits.duplicateRecords);
    this.#describer = new FlowDescriber(this.#store, {
      history: this.history,
      tunnels: contexts,
      links: this.#links,
      duplicates: this.#duplicateCounts,
      captureId: this.#options.captureId,
    });
    this.#tunnels = new FlowTunnels(
      this.#store,
      { contexts, describer: this.#describer, timeouts: this.#timeouts },
      (record, kind, action) => sink.tunnel(record, kind, action),
    );
    const postingBytes = this.#options.locate ? limits.postingBytes : undefined;
    this.#locations = new FlowLocations(this.#store, sink, postingBytes);
    if (sink.openReceiver !== undefined)
      this.#payload = new FlowPayload(this.#store, sink.openReceiver, limits.analysedFlows);
    this.weirds = new FlowWeirds(this.#store, { limit: limits.weirdRows, seed }, (weird) =>
      sink.weird(weird),
    );
    this.#tcpWeirds = new TcpWeirds(this.#store, (name, layer, more) =>
      this.weirds.ofFlow(name, layer, more),
    );
    this.#layers = new PacketLayers(limits, {
      place: (layer) => this.#place(layer),
      fragment: (layer) => this.#addFragment(layer),
      weird: (name, layer, more) => this.weirds.ofPacket(name, layer, more),
      tooDeep: ({ flow }) => this.history.violation(flow),
      remarks: (layer) => this.weirds.ofRemarks(layer),
      tunnel: (layer, kind) => this.#tunnels.found(layer.flow, kind),
    });
    this.#look = (flow) => {
      const deadline = this.#timeouts.deadline(flow);
      if (deadline <= this.#clock) this.#end(flow, "expire");
      else this.#wheel.add(flow, deadline);
    };
  }

  get limits(): readonly Limit[] {
    return [...Object.values(this.#options.limits), ...(this.#payload?.limits ?? [])];
  }

  /** The payload that receivers are being given; undefined where nobody asked for any. */
  get payload(): FlowPayload | undefined {
    return this.#payload;
  }

  /** Nanoseconds of packet time from the base. */
  get now(): number {
    return this.#store.doubles[F_NOW]!;
  }

  /** Packets captured twice. */
  get duplicates(): number {
    return this.#duplicates.count;
  }

  /** Acknowledgements seen between established sides, and those that showed a gap. */
  get ackCounts(): { acks: number; gaps: number } {
    return { acks: this.#store.doubles[F_ACKS]!, gaps: this.#store.doubles[F_GAPS]! };
  }

  get liveFlowsPeak(): number {
    return this.#store.livePeak;
  }

  /** Flows that the last packet reached, the outermost first; the first `touchedCount` hold. */
  get touched(): Int32Array {
    return this.#locations.touched;
  }

  get touchedCount(): number {
    return this.#locations.touchedCount;
  }

  /** Number of the innermost flow or residue that the last packet reached; 0 is none. */
  get currentOrdinal(): number {
    const { touched, touchedCount } = this.#locations;
    const flow = touchedCount === 0 ? 0 : touched[touchedCount - 1]!;
    return flow === 0 ? 0 : this.#store.words[wordsOf(flow) + ORDINAL]!;
  }

  /** Burst starts and gap histogram of a flow that is being ended. */
  bursts(flow: number): ReturnType<Bursts["read"]> {
    return this.#bursts.read(flow);
  }

  /** Ids, addresses and start of a live flow: the part of `describe` that never changes but by a flip. */
  identify(flow: number, out: FlowRecord): void {
    this.#describer.identify(flow, out);
  }

  /** Fills `out` with what is known of a live flow now. */
  describe(flow: number, out: FlowRecord): void {
    this.#describer.describe(flow, out);
  }

  /** Takes one packet, decoded. */
  packet(record: PacketRecord, packet: DecodedPacket): void {
    if (!this.#hasBase) {
      this.#hasBase = true;
      this.baseSeconds = record.seconds;
    }
    const now = (record.seconds - this.baseSeconds) * 1e9 + record.nanoseconds;
    this.#store.doubles[F_NOW] = now;
    if (now > this.#clock) {
      this.#clock = now;
      if (this.#wheel.isDue(now)) this.#wheel.advance(now, this.#look);
    }
    this.#locations.touchedCount = 0;
    this.lastWasDuplicate = false;
    if (packet.fault !== FAULT.none) this.weirds.ofFault(packet, record.recordOffset);
    if (packet.ipVersion === 0) {
      this.#locations.locateOther(record.recordOffset);
      return;
    }
    this.#links.packet = record;
    this.#layers.packet(record, packet, now);
  }

  /** Ends every flow and writes what is left. */
  end(): void {
    const words = this.#store.words;
    for (let flow = 1, left = this.#store.live; left > 0; flow++) {
      if (words[wordsOf(flow) + ORDINAL] === 0) continue;
      left--;
      this.#end(flow);
    }
    this.#locations.end();
    // The depth of tunnels has a weird of its own, with its packets.
    const { tunnelDepth, ...limits } = this.#options.limits;
    const payload = this.#payload?.limits ?? [];
    for (const limit of [...Object.values(limits), ...payload])
      if (limit.reached > 0) this.weirds.ofLimit(limit);
  }

  /** Puts one layer of a packet where it belongs; true when what it carries is to be believed. */
  #place(layer: Layer): boolean {
    const { packet, source } = layer;
    switch (this.#judge.judge(source, packet)) {
      case VERDICT.flow:
        return this.#addToFlow(layer);
      case VERDICT.carrier:
        this.#addResidue(layer);
        return true;
      case VERDICT.badChecksum:
        this.weirds.ofFlow("bad_IP_checksum", layer);
        if (!this.#locateOnly(layer)) this.#addResidue(layer);
        return false;
      default:
        this.#addResidue(layer);
        return false;
    }
  }

  /**
   * A packet whose IP header checksum is wrong is not counted, but where its ports name a flow that is
   * open it is one of that flow's packets to whoever asks for them.
   */
  #locateOnly(layer: Layer): boolean {
    if (!layer.packet.hasPorts || layer.packet.fragmentOffset !== 0) return false;
    const key = this.#key;
    keyFlow(key, layer.packet);
    if (this.#options.vlansInKey) key.vlans = vlansOf(layer.packet);
    const flow = this.#index.find(key, this.#index.hash(key));
    if (flow === 0) return false;
    this.#locations.locate(layer, flow);
    this.#counter.uncounted(flow, this.#index.direction, layer.frame);
    return true;
  }

  /** A fragment whose own header is whole; that its transport header is cut is in its nature. */
  #addFragment(layer: Layer): boolean {
    this.#addResidue(layer);
    const { fault } = layer.packet;
    if (
      fault !== FAULT.none &&
      fault !== FAULT.transportCut &&
      !this.#judge.isTransportBroken(layer.packet)
    )
      return false;
    if (this.#judge.isHeaderGood(layer.source, layer.packet)) return true;
    this.weirds.ofFlow("bad_IP_checksum", layer);
    return false;
  }

  #addResidue(layer: Layer): void {
    const key = this.#key;
    keyResidue(key, layer.packet);
    const hash = this.#index.hash(key);
    let flow = this.#index.find(key, hash);
    if (flow === 0) {
      flow = this.#begin(layer, hash);
      this.residues++;
      this.#timeouts.set(flow, TIMEOUT.residue);
      this.#wheel.add(flow, this.#timeouts.deadline(flow));
    }
    this.#store.doubles[(wordsOf(flow) >> 1) + F_LAST] = this.#store.doubles[F_NOW]!;
    this.#locations.locate(layer, flow);
  }

  #addToFlow(layer: Layer): boolean {
    const { packet } = layer;
    const key = this.#key;
    keyFlow(key, packet);
    if (this.#options.vlansInKey) key.vlans = vlansOf(packet);
    const hash = this.#index.hash(key);
    let flow = this.#index.find(key, hash);
    if (flow !== 0 && this.#isOver(flow, packet)) {
      this.#end(flow);
      flow = 0;
    }
    let endpoint: 0 | 1 = this.#index.direction;
    if (flow === 0) {
      endpoint = 0;
      flow = this.#begin(layer, hash);
      this.flows++;
      if (this.#judge.isFlippedAtStart(packet)) this.history.flip(flow);
      if (packet.protocol === IP_PROTOCOL.tcp) this.#tcp.begin(flow);
      else if (this.#judge.isDns(packet)) this.#timeouts.set(flow, TIMEOUT.dns);
      this.#wheel.add(flow, this.#store.doubles[F_NOW]! + CLOSE_NANOSECONDS);
    } else if (layer.depth > 0) this.#tunnels.noteCarrier(layer, flow);
    this.#locations.locate(layer, flow);
    if (this.#duplicates.isDuplicate(layer.source, packet, this.#store.doubles[F_NOW]!)) {
      // A copy from a second mirror port: counted like any other, as Zeek does, and told apart.
      this.lastWasDuplicate = true;
      const at = wordsOf(flow) + DUPLICATES;
      this.#store.words[at] = this.#duplicateCounts.add(this.#store.words[at]!, endpoint);
    }
    const isBroken = this.#judge.isTransportBroken(packet);
    if (!isBroken && this.#judge.isTransportGood(layer.source, packet)) {
      if (packet.protocol === IP_PROTOCOL.tcp) this.#tcpWeirds.segment(layer, endpoint);
      this.#counter.count(flow, endpoint, packet, layer.frame);
      this.#payload?.packet(layer, endpoint);
      return true;
    }
    this.#counter.uncounted(flow, endpoint, layer.frame);
    if (isBroken) return false;
    if (packet.icmpType < 0) this.#counter.badChecksum(flow, endpoint);
    this.weirds.ofFlow(this.#judge.noteBadTransport(packet), layer);
    return false;
  }

  /** True when the flow found had ended by time before this packet, or a SYN begins a new one. */
  #isOver(flow: number, packet: DecodedPacket): boolean {
    if (this.#timeouts.isOver(flow)) return true;
    return (
      packet.protocol === IP_PROTOCOL.tcp &&
      !this.#judge.isTransportBroken(packet) &&
      this.#tcp.isReuse(flow, packet)
    );
  }

  #begin(layer: Layer, hash: number): number {
    if (this.#store.isFull) {
      this.#options.limits.liveFlows.reached++;
      this.#end(this.#wheel.nearest());
    }
    const flow = this.#store.begin(this.#key, layer);
    this.#links.keep(flow, layer.depth);
    this.#index.add(flow, hash);
    if (layer.depth > 0) this.#tunnels.begin(layer, flow);
    return flow;
  }

  #end(flow: number, why: "over" | "expire" = "over"): void {
    const words = this.#store.words;
    const at = wordsOf(flow);
    this.#index.remove(flow);
    this.#wheel.remove(flow);
    this.#locations.endRun(flow);
    this.#payload?.end(flow);
    const kind = words[at + PROTOCOL]!;
    this.#describer.describe(flow, this.#record);
    if ((kind & KIND_RESIDUE) !== 0) this.#sink.residueEnded(this.#record);
    else this.#sink.flowEnded(this.#record);
    if ((kind & (0xff | KIND_RESIDUE)) === IP_PROTOCOL.tcp) this.#tcp.end(flow);
    this.#bursts.release(flow);
    this.#duplicateCounts.release(words[at + DUPLICATES]!);
    this.#tunnels.end(flow, this.#record, why);
    words[at + ORDINAL] = 0;
    this.#store.release(flow);
  }
}
