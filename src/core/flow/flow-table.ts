import type { Limit } from "../base/index.ts";
import { Checksums, type DecodedPacket, FAULT, IP_PROTOCOL, TCP_ACK, TCP_SYN } from "../packet/index.ts";
import type { PacketRecord } from "../pcap/index.ts";
import { Bursts } from "./bursts.ts";
import { FlowDescriber } from "./flow-describer.ts";
import { FlowHistory } from "./flow-history.ts";
import { FlowIndex, type FlowKey } from "./flow-index.ts";
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
  F_SIZE,
  F_START,
  F_TIMER,
  FLAGS,
  FLIPPED,
  KIND_ONE_WAY,
  KIND_RESIDUE,
  ORDINAL,
  PACKETS,
  PORTS,
  PROTOCOL,
  STATE,
  TIMER_ATTEMPT,
  TIMER_DELETE,
  VLANS,
} from "./flow-layout.ts";
import { type FlowTableOptions, type ResolvedFlowOptions, resolveFlowOptions } from "./flow-options.ts";
import { createFlowRecord, type FlowRecord } from "./flow-record.ts";
import { FlowStore, wordsOf } from "./flow-store.ts";
import { CLOSE_NANOSECONDS, TIMEOUT, TimeoutRules } from "./flow-timeouts.ts";
import { HistoryTree } from "./history.ts";
import { icmpCounterpart } from "./icmp-pairs.ts";
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

/** Packets whose checksums were wrong, by layer. */
export interface ChecksumErrors {
  ip: number;
  tcp: number;
  udp: number;
  icmp: number;
}

/**
 * Sorts packets into flows with Zeek's meaning of a connection. Driven by packet time alone. Every
 * packet ends up in exactly one list of locations: its flow's, a residue's (bad IP header, later
 * fragments, protocols that only carry others), or list 0 for what is not IP.
 */
export class FlowTable {
  readonly checksumErrors: ChecksumErrors = { ip: 0, tcp: 0, udp: 0, icmp: 0 };
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
  readonly #index: FlowIndex;
  readonly #history: FlowHistory;
  readonly #timeouts: TimeoutRules;
  readonly #wheel: TimerWheel;
  readonly #tcp: TcpTracker;
  readonly #bursts: Bursts;
  readonly #describer: FlowDescriber;
  readonly #postings: Postings | undefined;
  readonly #checksums = new Checksums();
  readonly #ports: ServerPorts;
  readonly #record = createFlowRecord();
  readonly #look: (flow: number) => void;
  readonly #key: FlowKey = {
    a0: 0xffffffff,
    a1: 0xffffffff,
    a2: 0xffffffff,
    a3: 0xffffffff,
    b0: 0xffffffff,
    b1: 0xffffffff,
    b2: 0xffffffff,
    b3: 0xffffffff,
    ports: 0xffffffff,
    protocol: 0,
    isOneWay: false,
  };
  #ordinals = 0;
  #clock = Number.NEGATIVE_INFINITY;
  #hasBase = false;

  constructor(options: FlowTableOptions, sink: FlowSink) {
    this.#options = resolveFlowOptions(options);
    const { limits } = this.#options;
    this.#sink = sink;
    this.#store = new FlowStore(limits.liveFlows.maximum);
    this.#index = new FlowIndex(this.#store);
    this.#ports = new ServerPorts(this.#options.serverPorts);
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
    if (now > this.#clock) {
      this.#clock = now;
      if (this.#wheel.isDue(now)) this.#wheel.advance(now, this.#look);
    }
    if (this.#postings?.isFull) this.#writeRuns();
    this.currentFlow = 0;
    if (packet.ipVersion === 0) {
      this.#postings?.add(0, record.recordOffset, now);
      return;
    }
    if (this.#isResidue(record, packet)) this.#addResidue(record, packet, now);
    else this.#addToFlow(record, packet, now);
  }

  /** Ends every flow and writes what is left. */
  end(): void {
    const words = this.#store.words;
    for (let flow = 1, left = this.#store.live; left > 0; flow++) {
      if (words[wordsOf(flow) + ORDINAL] === 0) continue;
      left--;
      this.#end(flow);
    }
    this.#postings?.endRun(0);
    this.#postings?.end();
  }

  #isResidue(record: PacketRecord, packet: DecodedPacket): boolean {
    const { fault } = packet;
    if (fault !== FAULT.none && fault !== FAULT.tcpHeaderLength) {
      // Offloaded packets without a length are counted only where checksums may be wrong too.
      if (fault !== FAULT.ipLengthZero || this.#options.verify) return true;
    }
    if (
      this.#options.verify &&
      packet.ipVersion === 4 &&
      !this.#checksums.isIpv4HeaderGood(record, packet)
    ) {
      this.checksumErrors.ip++;
      return true;
    }
    if (packet.fragmentOffset !== 0) return true;
    switch (packet.protocol) {
      case IP_PROTOCOL.none:
      case IP_PROTOCOL.esp:
      case IP_PROTOCOL.mobility:
      case IP_PROTOCOL.ipInIp:
      case IP_PROTOCOL.ipv6:
      case IP_PROTOCOL.gre:
      case -1:
        return true;
      default:
        return false;
    }
  }

  #addResidue(record: PacketRecord, packet: DecodedPacket, now: number): void {
    const key = this.#key;
    this.#keyAddresses(packet);
    key.ports = 0;
    key.isOneWay = false;
    key.protocol = (packet.protocol & 0xff) | KIND_RESIDUE;
    const hash = this.#index.hash(key);
    let flow = this.#index.find(key, hash);
    if (flow === 0) {
      flow = this.#begin(record, packet, hash, now);
      this.residues++;
      this.#timeouts.set(flow, TIMEOUT.residue);
      this.#wheel.add(flow, this.#timeouts.deadline(flow));
    }
    this.#store.doubles[(wordsOf(flow) >> 1) + F_LAST] = now;
    this.#postings?.add(flow, record.recordOffset, now);
  }

  #addToFlow(record: PacketRecord, packet: DecodedPacket, now: number): void {
    const key = this.#key;
    this.#keyAddresses(packet);
    key.protocol = packet.protocol;
    key.isOneWay = false;
    if (packet.hasPorts) key.ports = packet.sourcePort * 65536 + packet.destinationPort;
    else if (packet.icmpType >= 0) this.#keyIcmp(packet);
    else key.ports = 0;
    const hash = this.#index.hash(key);
    let flow = this.#index.find(key, hash);
    if (flow !== 0 && this.#isOver(flow, packet, now)) {
      this.#end(flow);
      flow = 0;
    }
    let endpoint: 0 | 1 = this.#index.direction;
    if (flow === 0) {
      endpoint = 0;
      flow = this.#begin(record, packet, hash, now);
      this.flows++;
      if (this.#isFlippedAtStart(packet)) this.#history.flip(flow);
      if (packet.protocol === IP_PROTOCOL.tcp) this.#tcp.begin(flow);
      this.#wheel.add(flow, now + CLOSE_NANOSECONDS);
    }
    this.currentFlow = flow;
    this.currentEndpoint = endpoint;
    this.#postings?.add(flow, record.recordOffset, now);
    if (packet.fault === FAULT.tcpHeaderLength) return;
    if (this.#options.verify && !this.#isTransportGood(record, packet)) {
      this.#countBadChecksum(flow, endpoint, packet);
      return;
    }
    this.#count(flow, endpoint, packet, now);
  }

  #keyAddresses(packet: DecodedPacket): void {
    const key = this.#key;
    key.a0 = packet.src0;
    key.a1 = packet.src1;
    key.a2 = packet.src2;
    key.a3 = packet.src3;
    key.b0 = packet.dst0;
    key.b1 = packet.dst1;
    key.b2 = packet.dst2;
    key.b3 = packet.dst3;
  }

  #keyIcmp(packet: DecodedPacket): void {
    const version = packet.protocol === IP_PROTOCOL.icmp ? 4 : 6;
    const answer = icmpCounterpart(packet.icmpType, { version });
    this.#key.isOneWay = answer < 0;
    if (answer < 0) this.#key.protocol |= KIND_ONE_WAY;
    this.#key.ports = packet.icmpType * 65536 + (answer < 0 ? packet.icmpCode : answer);
  }

  /** True when the flow found had ended by time before this packet, or a SYN begins a new one. */
  #isOver(flow: number, packet: DecodedPacket, now: number): boolean {
    const words = this.#store.words;
    const doubles = this.#store.doubles;
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

  #begin(record: PacketRecord, packet: DecodedPacket, hash: number, now: number): number {
    if (this.#store.isFull) {
      this.#options.limits.liveFlows.reached++;
      this.#end(this.#wheel.nearest());
    }
    const flow = this.#store.take();
    const words = this.#store.words;
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
    const doubles = this.#store.doubles;
    doubles[(at >> 1) + F_START] = now;
    doubles[(at >> 1) + F_LAST] = now;
    doubles[(at >> 1) + F_FIRST_OFFSET] = record.recordOffset;
    this.#index.add(flow, hash);
    return flow;
  }

  /** Without a SYN the port numbers tell who is the server, if one of them does. */
  #isFlippedAtStart(packet: DecodedPacket): boolean {
    const { sourcePort, destinationPort } = packet;
    let flips = false;
    if (packet.protocol === IP_PROTOCOL.udp) {
      flips = this.#ports.isUdp(sourcePort) && !this.#ports.isUdp(destinationPort);
    } else if (packet.protocol === IP_PROTOCOL.tcp) {
      const isSyn = (packet.tcpFlags & TCP_SYN) !== 0;
      if (isSyn && (packet.tcpFlags & TCP_ACK) === 0) return false;
      if (!this.#ports.isTcp(sourcePort)) return false;
      // Both likely: the lower port; but a SYN-ACK alone may be a stealth scan, so leave that.
      flips = this.#ports.isTcp(destinationPort) ? !isSyn && sourcePort < destinationPort : true;
    }
    return flips && !(packet.ipVersion === 4 && packet.dst3 === 0xffffffff);
  }

  /** What was cut or belongs to a fragment is not judged. */
  #isTransportGood(record: PacketRecord, packet: DecodedPacket): boolean {
    if (packet.transportBytes < packet.transportLength || packet.moreFragments) return true;
    switch (packet.protocol) {
      case IP_PROTOCOL.udp: {
        if (record.originalBytes > record.capturedBytes) return true;
        const at = packet.transportStart + 6;
        // Zero is "none" in IPv4 (RFC 768); VXLAN sends it over IPv6 too (RFC 6935).
        const isNone = record.bytes[at] === 0 && record.bytes[at + 1] === 0;
        if (isNone && (packet.ipVersion === 4 || packet.destinationPort === 4789)) return true;
        break;
      }
      case IP_PROTOCOL.tcp:
      case IP_PROTOCOL.icmp:
      case IP_PROTOCOL.icmp6:
        break;
      default:
        return true;
    }
    return this.#checksums.isTransportGood(record.bytes, packet);
  }

  #countBadChecksum(flow: number, endpoint: 0 | 1, packet: DecodedPacket): void {
    const side = wordsOf(flow) + ENDPOINT_0 + endpoint * ENDPOINT_WORDS;
    if (packet.protocol === IP_PROTOCOL.tcp) this.checksumErrors.tcp++;
    else if (packet.protocol === IP_PROTOCOL.udp) this.checksumErrors.udp++;
    else {
      this.checksumErrors.icmp++;
      return;
    }
    this.#history.scaled(flow, endpoint, 0x43, side + BAD_CHECKSUMS);
  }

  #count(flow: number, endpoint: 0 | 1, packet: DecodedPacket, now: number): void {
    const words = this.#store.words;
    const doubles = this.#store.doubles;
    const at = wordsOf(flow);
    const side = at + ENDPOINT_0 + endpoint * ENDPOINT_WORDS;
    let isCounted = true;
    switch (packet.protocol) {
      case IP_PROTOCOL.tcp:
        this.#tcp.packet(flow, endpoint, packet, now);
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
    if (isOriginator && packet.payloadLength > 0) this.#bursts.payload(flow, now);
  }

  /** A length field below the header's own size leaves the side silent. */
  #addSize(side: number, bytes: number): void {
    const words = this.#store.words;
    const size = (words[side + STATE]! & ACTIVE) === 0 ? bytes : this.#store.doubles[(side >> 1) + F_SIZE]! + bytes;
    this.#store.doubles[(side >> 1) + F_SIZE] = size;
    if (size < 0) words[side + STATE]! &= ~ACTIVE;
    else words[side + STATE]! |= ACTIVE;
  }

  #end(flow: number): void {
    const words = this.#store.words;
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
    const words = this.#store.words;
    this.#postings!.countFull();
    this.#postings!.endRun(0);
    for (let flow = 1, left = this.#store.live; left > 0; flow++) {
      if (words[wordsOf(flow) + ORDINAL] === 0) continue;
      left--;
      this.#postings!.endRun(flow);
    }
  }
}
