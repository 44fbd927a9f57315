import type { Limit } from "../base/index.ts";
import { type DecodedPacket, FAULT, IP_PROTOCOL } from "../packet/index.ts";
import type { PacketRecord } from "../pcap/index.ts";
import { Bursts } from "./bursts.ts";
import { FlowDescriber } from "./flow-describer.ts";
import { FlowHistory } from "./flow-history.ts";
import { FlowIndex } from "./flow-index.ts";
import { createFlowKey, keyFlow, keyResidue } from "./flow-key.ts";
import {
  ACTIVE,
  ADDRESS_0,
  ADDRESS_1,
  BAD_CHECKSUMS,
  ENDPOINT_0,
  ENDPOINT_WORDS,
  F_FIRST_OFFSET,
  F_IP_BYTES,
  F_LAST,
  F_NOW,
  F_SIZE,
  F_START,
  F_TIMER,
  FLAGS,
  FLIPPED,
  KIND_RESIDUE,
  ORDINAL,
  PACKETS,
  PORTS,
  PROTOCOL,
  RARE_0,
  RARE_WORDS,
  STATE,
  TIMER_ATTEMPT,
  TIMER_DELETE,
  VLANS,
} from "./flow-layout.ts";
import {
  type FlowTableOptions,
  type ResolvedFlowOptions,
  resolveFlowOptions,
} from "./flow-options.ts";
import { createFlowRecord, type FlowRecord } from "./flow-record.ts";
import { FlowStore, wordsOf } from "./flow-store.ts";
import { CLOSE_NANOSECONDS, TIMEOUT, TimeoutRules } from "./flow-timeouts.ts";
import { HistoryTree } from "./history.ts";
import { type ChecksumErrors, PacketJudge } from "./packet-judge.ts";
import { Postings, type RunSink } from "./postings.ts";
import { ServerPorts } from "./server-ports.ts";
import { TcpTracker } from "./tcp-tracker.ts";
import { TimerWheel } from "./timer-wheel.ts";

const DATA_BIT = 1;

/** Where the table puts what it knows; records are reused after the call returns. */
export interface FlowSink extends RunSink {
  /** A flow ended by its close, its time-out, a limit or the end of the capture. */
  flowEnded(record: FlowRecord): void;
  /** Packets of an address pair and protocol that belong to no flow. */
  residueEnded(record: FlowRecord): void;
}

/**
 * Sorts packets into flows with Zeek's meaning of a connection. Driven by packet time alone. Every
 * packet ends up in exactly one list of locations: its flow's, a residue's (bad IP header, later
 * fragments, protocols that only carry others), or list 0 for what is not IP.
 */
export class FlowTable {
  readonly checksumErrors: ChecksumErrors;
  /** Flow and sender (endpoint 0 sent the first packet) of the last packet; flow 0 is none. */
  currentFlow = 0;
  currentEndpoint: 0 | 1 = 0;
  /** Seconds since 1970 from which the table counts its nanoseconds. */
  baseSeconds = 0;
  flows = 0;
  residues = 0;
  readonly #options: ResolvedFlowOptions;
  readonly #sink: FlowSink;
  readonly #store: FlowStore;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #index: FlowIndex;
  readonly #history: FlowHistory;
  readonly #timeouts: TimeoutRules;
  readonly #wheel: TimerWheel;
  readonly #tcp: TcpTracker;
  readonly #bursts: Bursts;
  readonly #describer: FlowDescriber;
  readonly #postings: Postings | undefined;
  readonly #judge: PacketJudge;
  readonly #ports: ServerPorts;
  readonly #record = createFlowRecord();
  readonly #look: (flow: number) => void;
  readonly #key = createFlowKey();
  #ordinals = 0;
  #clock = Number.NEGATIVE_INFINITY;
  #hasBase = false;

  constructor(options: FlowTableOptions, sink: FlowSink) {
    this.#options = resolveFlowOptions(options);
    const { limits } = this.#options;
    this.#sink = sink;
    this.#store = new FlowStore(limits.liveFlows.maximum);
    this.#words = this.#store.words;
    this.#doubles = this.#store.doubles;
    this.#index = new FlowIndex(this.#store);
    this.#ports = new ServerPorts(this.#options.serverPorts);
    this.#judge = new PacketJudge(this.#ports, this.#options);
    this.checksumErrors = this.#judge.errors;
    this.#history = new FlowHistory(this.#store, new HistoryTree(limits.histories));
    this.#timeouts = new TimeoutRules(this.#store, this.#ports);
    this.#wheel = new TimerWheel(this.#store);
    this.#tcp = new TcpTracker(this.#store, this.#history, this.#timeouts, limits.gapIntervals);
    this.#bursts = new Bursts(this.#store, limits.burstRecords);
    this.#describer = new FlowDescriber(this.#store, this.#history, options.captureId);
    if (this.#options.locate) this.#postings = new Postings(this.#store, sink, limits.postingBytes);
    this.#look = (flow) => {
      const deadline = this.#timeouts.deadline(flow);
      if (deadline <= this.#clock) this.#end(flow);
      else this.#wheel.add(flow, deadline);
    };
  }

  get limits(): readonly Limit[] {
    return Object.values(this.#options.limits);
  }

  get liveFlowsPeak(): number {
    return this.#store.livePeak;
  }

  /** Burst starts and gap histogram of a flow that is being ended. */
  bursts(flow: number): ReturnType<Bursts["read"]> {
    return this.#bursts.read(flow);
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
    this.#doubles[F_NOW] = now;
    if (now > this.#clock) {
      this.#clock = now;
      if (this.#wheel.isDue(now)) this.#wheel.advance(now, this.#look);
    }
    if (this.#postings?.isFull) this.#writeRuns();
    this.currentFlow = 0;
    if (packet.ipVersion === 0) {
      this.#postings?.add(0, record.recordOffset);
      return;
    }
    if (!this.#judge.isResidue(record, packet)) this.#addToFlow(record, packet);
    else if (!this.#locateOnly(record, packet)) this.#addResidue(record, packet);
  }

  /** Ends every flow and writes what is left. */
  end(): void {
    const words = this.#words;
    for (let flow = 1, left = this.#store.live; left > 0; flow++) {
      if (words[wordsOf(flow) + ORDINAL] === 0) continue;
      left--;
      this.#end(flow);
    }
    this.#postings?.endRun(0);
    this.#postings?.end();
  }

  /**
   * A packet whose IP header checksum is wrong is not counted, but where its ports name a flow that is
   * open it is one of that flow's packets to whoever asks for them.
   */
  #locateOnly(record: PacketRecord, packet: DecodedPacket): boolean {
    if (!packet.hasPorts || packet.fault !== FAULT.none || packet.fragmentOffset !== 0)
      return false;
    const key = this.#key;
    keyFlow(key, packet);
    const flow = this.#index.find(key, this.#index.hash(key));
    if (flow === 0) return false;
    this.#postings?.add(flow, record.recordOffset);
    return true;
  }

  #addResidue(record: PacketRecord, packet: DecodedPacket): void {
    const key = this.#key;
    keyResidue(key, packet);
    const hash = this.#index.hash(key);
    let flow = this.#index.find(key, hash);
    if (flow === 0) {
      flow = this.#begin(record, packet, hash);
      this.residues++;
      this.#timeouts.set(flow, TIMEOUT.residue);
      this.#wheel.add(flow, this.#timeouts.deadline(flow));
    }
    this.#doubles[(wordsOf(flow) >> 1) + F_LAST] = this.#doubles[F_NOW]!;
    this.#postings?.add(flow, record.recordOffset);
  }

  #addToFlow(record: PacketRecord, packet: DecodedPacket): void {
    const key = this.#key;
    keyFlow(key, packet);
    const hash = this.#index.hash(key);
    let flow = this.#index.find(key, hash);
    if (flow !== 0 && this.#isOver(flow, packet)) {
      this.#end(flow);
      flow = 0;
    }
    let endpoint: 0 | 1 = this.#index.direction;
    if (flow === 0) {
      endpoint = 0;
      flow = this.#begin(record, packet, hash);
      this.flows++;
      if (this.#judge.isFlippedAtStart(packet)) this.#history.flip(flow);
      if (packet.protocol === IP_PROTOCOL.tcp) this.#tcp.begin(flow);
      this.#wheel.add(flow, this.#doubles[F_NOW]! + CLOSE_NANOSECONDS);
    }
    this.currentFlow = flow;
    this.currentEndpoint = endpoint;
    this.#postings?.add(flow, record.recordOffset);
    if (packet.fault === FAULT.tcpHeaderLength) return;
    if (!this.#judge.isTransportGood(record, packet)) {
      this.#countBadChecksum(flow, endpoint, packet);
      return;
    }
    this.#count(flow, endpoint, packet);
  }

  /** True when the flow found had ended by time before this packet, or a SYN begins a new one. */
  #isOver(flow: number, packet: DecodedPacket): boolean {
    const words = this.#words;
    const doubles = this.#doubles;
    const now = doubles[F_NOW]!;
    const at = wordsOf(flow);
    const f = at >> 1;
    const timed = (words[at + FLAGS]! & (TIMER_ATTEMPT | TIMER_DELETE)) !== 0;
    // Nothing ends sooner than this after the last packet, except by a timer.
    const isFresh =
      now < doubles[f + F_LAST]! + CLOSE_NANOSECONDS && !(timed && now >= doubles[f + F_TIMER]!);
    if (!isFresh) {
      if (now >= this.#timeouts.deadline(flow)) return true;
      if (timed && now >= doubles[f + F_TIMER]!) words[at + FLAGS]! &= ~TIMER_ATTEMPT;
    }
    return (
      packet.protocol === IP_PROTOCOL.tcp &&
      packet.fault === FAULT.none &&
      this.#tcp.isReuse(flow, packet)
    );
  }

  #begin(record: PacketRecord, packet: DecodedPacket, hash: number): number {
    if (this.#store.isFull) {
      this.#options.limits.liveFlows.reached++;
      this.#end(this.#wheel.nearest());
    }
    const flow = this.#store.take();
    const words = this.#words;
    const key = this.#key;
    const at = wordsOf(flow);
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
    words[at + ORDINAL] = ++this.#ordinals;
    words[at + VLANS] = ((packet.outerVlan + 1) << 16) | (packet.innerVlan + 1);
    const doubles = this.#doubles;
    const now = doubles[F_NOW]!;
    doubles[(at >> 1) + F_START] = now;
    doubles[(at >> 1) + F_LAST] = now;
    doubles[(at >> 1) + F_FIRST_OFFSET] = record.recordOffset;
    this.#index.add(flow, hash);
    return flow;
  }

  #countBadChecksum(flow: number, endpoint: 0 | 1, packet: DecodedPacket): void {
    const rare = wordsOf(flow) + RARE_0 + endpoint * RARE_WORDS;
    if (packet.protocol === IP_PROTOCOL.tcp) this.checksumErrors.tcp++;
    else if (packet.protocol === IP_PROTOCOL.udp) this.checksumErrors.udp++;
    else {
      this.checksumErrors.icmp++;
      return;
    }
    this.#history.scaled(flow, endpoint, 0x43, rare + BAD_CHECKSUMS);
  }

  #count(flow: number, endpoint: 0 | 1, packet: DecodedPacket): void {
    const words = this.#words;
    const doubles = this.#doubles;
    const now = doubles[F_NOW]!;
    const at = wordsOf(flow);
    const side = at + ENDPOINT_0 + endpoint * ENDPOINT_WORDS;
    let isCounted = true;
    switch (packet.protocol) {
      case IP_PROTOCOL.tcp:
        this.#tcp.packet(flow, endpoint, packet);
        break;
      case IP_PROTOCOL.udp:
        doubles[(at >> 1) + F_LAST] = now;
        this.#history.once(flow, endpoint, DATA_BIT, 0x44);
        this.#addSize(side, packet.udpLength - 8);
        break;
      case IP_PROTOCOL.icmp:
      case IP_PROTOCOL.icmp6:
        doubles[(at >> 1) + F_LAST] = now;
        this.#addSize(side, packet.transportLength - 8);
        isCounted = packet.transportBytes >= packet.transportLength;
        break;
      default:
        doubles[(at >> 1) + F_LAST] = now;
    }
    if (isCounted) {
      words[side + PACKETS]!++;
      doubles[(side >> 1) + F_IP_BYTES]! += packet.ipTotalBytes;
    }
    const isOriginator = (words[at + FLAGS]! & FLIPPED) === endpoint;
    if (isOriginator && packet.payloadLength > 0) this.#bursts.payload(flow);
  }

  /** A length field below the header's own size leaves the side silent. */
  #addSize(side: number, bytes: number): void {
    const words = this.#words;
    const size =
      (words[side + STATE]! & ACTIVE) === 0 ? bytes : this.#doubles[(side >> 1) + F_SIZE]! + bytes;
    this.#doubles[(side >> 1) + F_SIZE] = size;
    if (size < 0) words[side + STATE]! &= ~ACTIVE;
    else words[side + STATE]! |= ACTIVE;
  }

  #end(flow: number): void {
    const words = this.#words;
    const at = wordsOf(flow);
    this.#index.remove(flow);
    this.#wheel.remove(flow);
    this.#postings?.endRun(flow);
    const kind = words[at + PROTOCOL]!;
    this.#describer.describe(flow, this.#record);
    if ((kind & KIND_RESIDUE) !== 0) this.#sink.residueEnded(this.#record);
    else this.#sink.flowEnded(this.#record);
    if ((kind & (0xff | KIND_RESIDUE)) === IP_PROTOCOL.tcp) this.#tcp.end(flow);
    this.#bursts.release(flow);
    words[at + ORDINAL] = 0;
    this.#store.release(flow);
  }

  /** The arena of locations is full: everything in it goes out, flows begin new runs. */
  #writeRuns(): void {
    const words = this.#words;
    this.#postings!.countFull();
    this.#postings!.endRun(0);
    for (let flow = 1, left = this.#store.live; left > 0; flow++) {
      if (words[wordsOf(flow) + ORDINAL] === 0) continue;
      left--;
      this.#postings!.endRun(flow);
    }
  }
}
