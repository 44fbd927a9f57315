import { createLimit, type Limit } from "../../base/index.ts";
import { PacketDuplicates } from "../../flow/index.ts";
import {
  Checksums,
  type DecodedPacket,
  FAULT,
  type PacketBytes,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from "../../packet/index.ts";
import { ForgedBytes } from "./forged-bytes.ts";
import { type Moment, SideWatch } from "./side-watch.ts";
import { addWait, sight } from "./sightings.ts";
import {
  type ConnectionFacts,
  createSightings,
  createWaits,
  type PacketPlace,
  type ResetFact,
  type VerdictSide,
} from "./verdict-facts.ts";
import { HOLES_MAX, PROOFS_MAX, VERDICT_THRESHOLDS } from "./verdict-thresholds.ts";

/** A number further from its side's newest than this is not of that side's stream. */
const SEQUENCE_DISTANCE_MAX = 0x3fffffff;
/** A reset within one plain window of its sender's newest number is one that the sender could send. */
const RESET_WINDOW_BYTES = 65_535;
/** What one Ethernet frame holds behind IPv4 and TCP headers without options. */
const ETHERNET_PAYLOAD_BYTES_MAX = 1460;

/**
 * Watches one TCP connection from where it was captured and keeps who waited for whom, what was sent
 * twice, and which packets show it. Memory does not grow with the connection.
 */
export class ConnectionWatch<P extends PacketPlace> {
  readonly #limit: Limit = createLimit("verdict.holes", HOLES_MAX);
  readonly #sides: readonly [SideWatch<P>, SideWatch<P>];
  readonly #checksums = new Checksums();
  readonly #duplicates = new PacketDuplicates();
  readonly #forged = new ForgedBytes<P>();
  readonly #facts: ConnectionFacts<P>;
  readonly #resets: ResetFact<P>[] = [];
  #now: Moment<P> | undefined;
  /** When anything went forward last: new data, a new acknowledgement, a resend. */
  #progressNs = 0;
  #turn: VerdictSide | undefined;
  #established: Moment<P> | undefined;

  constructor() {
    this.#sides = [new SideWatch(this.#limit), new SideWatch(this.#limit)];
    this.#facts = {
      sides: [this.#sides[0].facts, this.#sides[1].facts],
      answers: createWaits(),
      thinks: createWaits(),
      unanswered: undefined,
      resets: this.#resets,
      forged: this.#forged.facts,
      forgedCount: 0,
      synStalls: createSightings(),
      synAckStalls: createSightings(),
      first: undefined,
      last: undefined,
      durationNs: 0,
      hasHandshake: false,
      syn: undefined,
      refusal: undefined,
      limits: [this.#limit, ...this.#forged.limits],
    };
  }

  /** Takes the connection's next segment: where its bytes lie, its headers, who sent it, its place. */
  packet(source: PacketBytes, packet: DecodedPacket, side: VerdictSide, place: P): void {
    if (packet.moreFragments || packet.fault === FAULT.tcpHeaderLength) return;
    const now = this.#moment(place);
    const own = this.#sides[side];
    if (this.#duplicates.isDuplicate(source, packet, now.ns)) {
      own.facts.copies++;
      return;
    }
    if (this.#isRefused(source, packet, own)) {
      this.#refuse(packet, own, place);
      return;
    }
    own.facts.packets++;
    this.#forged.packet(source, packet, side, place);
    if ((packet.tcpFlags & TCP_RST) !== 0) {
      this.#reset(packet, side, now);
      return;
    }
    own.hopLimit(packet.hopLimit);
    const isSyn = (packet.tcpFlags & TCP_SYN) !== 0;
    if (isSyn) this.#syn(packet, side, now);
    const length = Math.max(packet.payloadLength, packet.payloadBytes);
    if ((packet.tcpFlags & TCP_ACK) !== 0) this.#acknowledge(packet, side, length, now);
    if ((packet.tcpFlags & (TCP_SYN | TCP_FIN)) === 0) own.window(packet.tcpWindow, now);
    const sequence = isSyn ? (packet.tcpSequence + 1) | 0 : packet.tcpSequence;
    if (!own.sent.isBegun) own.sent.begin(sequence);
    const from = own.sent.positionOf(sequence);
    if (Math.abs(from - own.sent.head) > SEQUENCE_DISTANCE_MAX) return;
    if (length > 0) this.#data(side, from, length, now);
    else if (!isSyn) own.sent.reach(from, now.ns, now.packet);
    if ((packet.tcpFlags & TCP_FIN) !== 0) this.#fin(side, from + length, now);
  }

  /** What the packets told; nothing may be added after. */
  end(): ConnectionFacts<P> {
    const facts = this.#facts;
    const last = this.#now;
    facts.forgedCount = this.#forged.end();
    if (last === undefined) return facts;
    for (const side of this.#sides) side.open(last);
    facts.durationNs = last.ns;
    const [client] = this.#sides;
    if (this.#turn === 0 && client.lastData !== undefined && client.turnStart !== undefined) {
      const begun = client.turnStart;
      facts.unanswered = {
        since: begun.packet,
        until: last.packet,
        ns: last.ns - begun.ns,
        isAcknowledged: client.sent.acknowledged >= client.sent.head - client.facts.fins,
      };
    }
    return facts;
  }

  #moment(packet: P): Moment<P> {
    const facts = this.#facts;
    facts.first ??= packet;
    facts.last = packet;
    const { seconds, nanoseconds } = facts.first;
    const ns = (packet.seconds - seconds) * 1e9 + packet.nanoseconds - nanoseconds;
    // Captures of several interfaces can go back by a little; waits are never negative.
    const moment = { ns: Math.max(ns, this.#now?.ns ?? 0), packet };
    this.#now = moment;
    return moment;
  }

  /** A wrong checksum counts once its sender has shown a right one: offload writes wrong ones only. */
  #isRefused(source: PacketBytes, packet: DecodedPacket, own: SideWatch<P>): boolean {
    if (packet.transportBytes < packet.transportLength || !own.areChecksumsTold) return false;
    // Larger than Ethernet carries: a network card has merged several, and their checksum is gone.
    if (packet.payloadLength > ETHERNET_PAYLOAD_BYTES_MAX) return false;
    if (!this.#checksums.isTransportGood(source.bytes, packet)) return own.hasGoodChecksum;
    own.hasGoodChecksum = true;
    return false;
  }

  #refuse(packet: DecodedPacket, own: SideWatch<P>, place: P): void {
    sight(own.facts.badChecksums, 0, place);
    if (!own.sent.isBegun) return;
    const end = own.sent.positionOf(packet.tcpSequence) + packet.payloadLength;
    own.refusedEnd = Math.max(own.refusedEnd, end);
  }

  #syn(packet: DecodedPacket, side: VerdictSide, now: Moment<P>): void {
    const own = this.#sides[side];
    const peer = this.#sides[side === 0 ? 1 : 0];
    const isAnswer = (packet.tcpFlags & TCP_ACK) !== 0;
    const { facts, sent } = own;
    const before = own.lastSyn;
    facts.syns++;
    if (facts.segments > 0) return;
    if (side === 0 && !isAnswer) this.#facts.syn ??= now.packet;
    sent.begin((packet.tcpSequence + 1) | 0);
    own.lastSyn = now;
    if (before !== undefined) {
      facts.synResends++;
      const stall = now.ns - this.#progressNs;
      if (isAnswer) sight(this.#facts.synAckStalls, stall, before.packet, now.packet);
      else sight(this.#facts.synStalls, now.ns - before.ns, before.packet, now.packet);
    } else if (isAnswer && peer.lastSyn !== undefined && peer.facts.synResends === 0) {
      own.roundTrip(now.ns - peer.lastSyn.ns);
    }
    this.#progressNs = now.ns;
  }

  #acknowledge(packet: DecodedPacket, side: VerdictSide, length: number, now: Moment<P>): void {
    const own = this.#sides[side];
    const peer = this.#sides[side === 0 ? 1 : 0];
    const { sent } = peer;
    const { tcpAcknowledgment, tcpFlags, tcpWindow } = packet;
    const isSame = own.isSameAcknowledgment(tcpAcknowledgment, tcpWindow);
    if (!sent.isBegun) {
      sent.begin(tcpAcknowledgment);
      return;
    }
    if (this.#established === undefined && side === 0 && (tcpFlags & TCP_SYN) === 0) {
      if (peer.lastSyn !== undefined) this.#establish(own, peer, now);
    }
    const position = sent.positionOf(tcpAcknowledgment);
    if (Math.abs(position - sent.head) > SEQUENCE_DISTANCE_MAX) return;
    if (position > sent.acknowledged) {
      own.roundTrip(peer.sampledNs(position, now.ns));
      const wasRefused = peer.refusedEnd > sent.acknowledged;
      const { bytes, packet: behind } = sent.acknowledge(position, now.ns, now.packet);
      if (bytes > 1 && wasRefused) peer.areChecksumsTold = false;
      // One number alone is a FIN that was not captured, or a probe of a closed window.
      else if (bytes > 1) {
        peer.facts.missedBytes += bytes;
        sight(peer.facts.missed, 0, behind, now.packet);
      }
      peer.acknowledgedNs = now.ns;
      this.#progressNs = now.ns;
      return;
    }
    const isBare = length === 0 && (tcpFlags & (TCP_SYN | TCP_FIN)) === 0 && tcpWindow !== 0;
    const isNewest = own.sent.isBegun && own.sent.positionOf(packet.tcpSequence) === own.sent.head;
    if (isBare && isSame && isNewest && sent.head > sent.acknowledged) {
      sight(own.facts.duplicateAcks, 0, now.packet);
    }
  }

  #establish(own: SideWatch<P>, peer: SideWatch<P>, now: Moment<P>): void {
    this.#established = now;
    this.#facts.hasHandshake = own.lastSyn !== undefined;
    if (peer.facts.synResends === 0) own.roundTrip(now.ns - peer.lastSyn!.ns);
  }

  #data(side: VerdictSide, from: number, length: number, now: Moment<P>): void {
    const own = this.#sides[side];
    const peer = this.#sides[side === 0 ? 1 : 0];
    const { facts, sent } = own;
    const { head, acknowledged } = sent;
    // Keep-alives and probes of a closed window repeat the last byte (RFC 9293 3.8.4).
    if (length === 1 && from === head - 1 && (acknowledged >= head || peer.isClosed)) {
      facts.keepAlives++;
      return;
    }
    facts.segments++;
    facts.bytes += length;
    const placed = sent.data(from, from + length, now.ns, now.packet);
    if (placed.newBytes > 0 && from >= head - 1) {
      this.#newData(side, head, now);
      own.sample(from + length, now.ns);
      return;
    }
    const isSoon = now.ns - placed.holeNs < this.#reorderNs();
    // Two queues of a network card: the acknowledgement was captured before what it acknowledges.
    if (placed.missedBytes > 0 && isSoon) {
      facts.missedBytes -= placed.missedBytes;
      this.#newData(side, head, now);
      return;
    }
    if (placed.filledBytes > 0 && isSoon) {
      sight(facts.reordered, 0, placed.holePacket, now.packet);
      return;
    }
    const stall = peer.isClosed ? 0 : now.ns - this.#progressNs;
    if (placed.filledBytes > 0) sight(facts.lostBefore, stall, placed.holePacket, now.packet);
    else {
      const original = sent.originalOf(from);
      const isNeedless = Math.min(from + length, head) <= acknowledged;
      sight(isNeedless ? facts.needless : facts.lostBehind, stall, original, now.packet);
    }
    if (placed.filledBytes > 0 && this.#turn !== side) {
      this.#turn = side;
      own.turnStart = now;
    }
    own.dropSample();
    own.lastData = now;
    this.#progressNs = now.ns;
  }

  /** Until a round trip after a hole nothing can have been sent again because of it. */
  #reorderNs(): number {
    const [a, b] = this.#facts.sides;
    const { reorderNs, reorderRoundTrips } = VERDICT_THRESHOLDS;
    if (a.roundTripNs < 0 && b.roundTripNs < 0) return reorderNs;
    return (Math.max(0, a.roundTripNs) + Math.max(0, b.roundTripNs)) * reorderRoundTrips;
  }

  #newData(side: VerdictSide, head: number, now: Moment<P>): void {
    const own = this.#sides[side];
    const peer = this.#sides[side === 0 ? 1 : 0];
    if (this.#turn === side) this.#pause(own, peer, head, now);
    else {
      const asked = peer.lastData ?? this.#established;
      own.turnStart = now;
      if (asked !== undefined) {
        const roundTrip = Math.max(0, own.facts.roundTripNs);
        const ns = Math.max(0, now.ns - asked.ns - roundTrip);
        const waits = side === 1 ? this.#facts.answers : this.#facts.thinks;
        addWait(waits, ns, roundTrip, { asked: asked.packet, answered: now.packet });
      }
    }
    this.#turn = side;
    own.lastData = now;
    this.#progressNs = now.ns;
  }

  /** Silence of a side in the middle of its data, when all it had sent was acknowledged. */
  #pause(own: SideWatch<P>, peer: SideWatch<P>, head: number, now: Moment<P>): void {
    const before = own.lastData;
    if (before === undefined || own.sent.acknowledged < head) return;
    if (peer.wasClosedSince(before.ns)) return;
    const ns = now.ns - Math.max(before.ns, own.acknowledgedNs);
    if (ns >= VERDICT_THRESHOLDS.pauseNs) sight(own.facts.pauses, ns, before.packet, now.packet);
  }

  #fin(side: VerdictSide, at: number, now: Moment<P>): void {
    const { sent, facts } = this.#sides[side];
    if (facts.fins > 0 || at < sent.head) return;
    facts.fins = 1;
    sent.data(at, at + 1, now.ns, now.packet);
    this.#progressNs = now.ns;
  }

  #reset(packet: DecodedPacket, side: VerdictSide, now: Moment<P>): void {
    const own = this.#sides[side];
    const { sent, facts } = own;
    const distance = Math.abs(sent.positionOf(packet.tcpSequence) - sent.head);
    if (side === 1 && facts.syns === 0 && facts.packets === 1) this.#facts.refusal = now.packet;
    if (this.#resets.length === PROOFS_MAX) return;
    this.#resets.push({
      side,
      hopLimit: packet.hopLimit,
      packet: now.packet,
      isExpected: !sent.isBegun || distance <= RESET_WINDOW_BYTES,
    });
  }
}
