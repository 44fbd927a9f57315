import type { Limit } from "../base/index.ts";
import { type DecodedPacket, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../packet/index.ts";
import type { FlowHistory } from "./flow-history.ts";
import {
  CLOSE_DEFERRED,
  CLOSED,
  DID_CLOSE,
  DID_EOF,
  ENDPOINT_0,
  ENDPOINT_1,
  ENDS_0,
  ENDS_WORDS,
  ESTABLISHED,
  F_ACKS,
  F_FIN_SEQ,
  F_GAPS,
  F_LAST,
  F_MISSED,
  F_NOW,
  F_REASSEMBLED,
  F_TIMER,
  F_TRIMMED,
  FIN_SENT,
  FLAGS,
  FLIPPED,
  INACTIVE,
  PARTIAL,
  PARTIALLY_SEEN,
  PENDING_0,
  PENDING_1,
  RESET,
  SEEN_0,
  SEQ_ACK,
  SEQ_LAST,
  SEQ_START,
  SKIP,
  STATE,
  SYN_ACK_SENT,
  SYN_SENT,
  TIMER_ATTEMPT,
  TIMER_DELETE,
  WRAPS,
} from "./flow-layout.ts";
import { doublesOf, type FlowStore, wordsOf } from "./flow-store.ts";
import { CLOSE_NANOSECONDS, type TimeoutRules } from "./flow-timeouts.ts";
import {
  DUPLICATE_ACKS,
  GAPS,
  OUT_OF_ORDER,
  RETRANSMISSIONS,
  ZERO_WINDOWS,
} from "./rare-events.ts";
import { SequenceGaps, type Side } from "./sequence-gaps.ts";
import { takeOrdinary } from "./tcp-fast-path.ts";
import { noteHandshake } from "./tcp-handshake.ts";
import { endpointSize, fullSequence } from "./tcp-size.ts";
import { TcpStates } from "./tcp-states.ts";

/** A jump of the sequence numbers that a SYN, a RST or an acknowledgement of 0 is not believed. */
const SEQ_JUMP_MAX = 1_048_576;

/**
 * Follows both sides of TCP connections with Zeek's meaning: states, what was sent and seen, how it
 * closed. One object for all flows; what it knows of a flow lies in the flow's record.
 */
export class TcpTracker {
  readonly #store: FlowStore;
  #words: Int32Array;
  #doubles: Float64Array;
  readonly #gaps: SequenceGaps;
  readonly #history: FlowHistory;
  readonly #states: TcpStates;
  /** The flow at hand, its first word, and both sides of it with the sender of the packet as one. */
  #flow = 0;
  #base = 0;
  readonly #sender: Side = { at: 0, pending: 0, peer: 0, ends: 0 };
  readonly #receiver: Side = { at: 0, pending: 0, peer: 0, ends: 0 };
  #underflow = false;

  constructor(store: FlowStore, history: FlowHistory, timeouts: TimeoutRules, intervals: Limit) {
    this.#store = store;
    this.#words = store.words;
    this.#doubles = store.doubles;
    store.onGrow(() => {
      this.#words = store.words;
      this.#doubles = store.doubles;
    });
    this.#history = history;
    this.#states = new TcpStates(store, history, timeouts);
    this.#gaps = new SequenceGaps(store, intervals, (endpoint, bytes) =>
      this.#gap(endpoint, bytes),
    );
  }

  /** Sets a fresh flow's sequence tracking: position 0 is the SYN, so the first byte is 1. */
  begin(flow: number): void {
    const f = doublesOf(flow);
    for (const endpoint of [ENDPOINT_0 / 2, ENDPOINT_1 / 2]) {
      this.#doubles[f + endpoint + F_REASSEMBLED] = 1;
      this.#doubles[f + endpoint + F_TRIMMED] = 1;
    }
  }

  end(flow: number): void {
    const at = wordsOf(flow);
    if (this.#words[at + PENDING_0] !== 0) this.#gaps.drop(at + PENDING_0);
    if (this.#words[at + PENDING_1] !== 0) this.#gaps.drop(at + PENDING_1);
  }

  /** True when this SYN begins another connection with the same addresses and ports. */
  isReuse(flow: number, packet: DecodedPacket): boolean {
    const flags = packet.tcpFlags;
    if ((flags & TCP_SYN) === 0) return false;
    const words = this.#words;
    const base = wordsOf(flow);
    const flipped = (words[base + FLAGS]! & FLIPPED) !== 0;
    const originator = base + (flipped ? ENDPOINT_1 : ENDPOINT_0);
    const responder = base + (flipped ? ENDPOINT_0 : ENDPOINT_1);
    let side = originator;
    if ((flags & TCP_ACK) !== 0) {
      if ((words[originator + STATE]! & 15) !== INACTIVE) return false;
      side = responder;
    }
    if (((words[originator + STATE]! | words[responder + STATE]!) & DID_CLOSE) !== 0) return true;
    const seq = packet.tcpSequence;
    if (seq === words[side + SEQ_START]) return false;
    // A SYN that was captured after its SYN-ACK (two interfaces): still the same connection.
    return !(
      (flags & TCP_ACK) === 0 &&
      (words[side + STATE]! & 15) === SYN_ACK_SENT &&
      (words[responder + STATE]! & 15) === INACTIVE &&
      seq === words[responder + SEQ_START]
    );
  }

  /** Takes one packet from endpoint 0 or 1. */
  packet(flow: number, endpoint: 0 | 1, packet: DecodedPacket): void {
    const base = wordsOf(flow);
    if (!takeOrdinary(this.#words, this.#doubles, base, endpoint, packet)) {
      this.#take(flow, endpoint, packet);
    }
  }

  #take(flow: number, endpoint: 0 | 1, packet: DecodedPacket): void {
    const words = this.#words;
    const base = wordsOf(flow);
    this.#flow = flow;
    this.#base = base;
    const at = base + (endpoint === 0 ? ENDPOINT_0 : ENDPOINT_1);
    const peer = base + (endpoint === 0 ? ENDPOINT_1 : ENDPOINT_0);
    this.#sender.at = at;
    this.#sender.pending = base + PENDING_0 + endpoint;
    this.#sender.peer = peer;
    this.#receiver.at = peer;
    this.#receiver.pending = base + PENDING_1 - endpoint;
    this.#receiver.peer = at;
    this.#sender.ends = base + ENDS_0 + endpoint * ENDS_WORDS;
    this.#receiver.ends = base + ENDS_0 + (1 - endpoint) * ENDS_WORDS;
    const flags = packet.tcpFlags;
    const length = packet.payloadLength;
    const isOriginator = endpoint === (words[base + FLAGS]! & FLIPPED);
    const syn = (flags & TCP_SYN) !== 0;
    const hasAck = (flags & TCP_ACK) !== 0;
    const isReset = (flags & TCP_RST) !== 0;
    const isFin = (flags & TCP_FIN) !== 0;
    this.#notePartial(endpoint, isOriginator, syn, hasAck);
    noteHandshake(words, this.#doubles, base, { syn, hasAck, isOriginator });
    const seq = packet.tcpSequence;
    const ack = packet.tcpAcknowledgment;
    const segmentBytes = (syn ? 1 : 0) + (isFin ? 1 : 0) + (isReset ? 0 : length);
    const onePast = (seq + segmentBytes) | 0;
    this.#beginEndpoint(at, syn, seq, onePast);
    const relative = this.#relative(at, seq, words[at + SEQ_LAST]!, words[at + WRAPS]! & 0xffff);
    const underflow = this.#underflow;
    this.#history.tcp(flow, endpoint, packet, relative);
    if (
      packet.tcpWindow === 0 &&
      !isReset &&
      (words[peer + STATE]! & 15) !== CLOSED &&
      (words[at + STATE]! & 15) !== RESET
    ) {
      this.#history.scaled(flow, endpoint, 0x57, ZERO_WINDOWS);
    }
    if ((words[at + STATE]! & words[peer + STATE]! & DID_CLOSE) === 0) {
      this.#doubles[(base >> 1) + F_LAST] = this.#doubles[F_NOW]!;
    }
    if (isFin) {
      words[at + STATE]! |= FIN_SENT;
      this.#doubles[(this.#sender.ends >> 1) + F_FIN_SEQ] =
        relative < 0 ? Number.MAX_SAFE_INTEGER : relative + segmentBytes;
    }
    const knownAck = words[peer + SEQ_ACK]!;
    const relativeAck = hasAck ? this.#acknowledge(peer, ack, isReset) : 0;
    this.#noteOrder(endpoint, relative, length, hasAck && segmentBytes === 0 && ack === knownAck);
    this.#updateLast(onePast, flags, length, endpoint);
    const role = isOriginator ? "originator" : "responder";
    const closes = this.#states.update(flow, at, peer, packet, role);
    if (hasAck) this.#ackReceived(this.#receiver, relativeAck);
    words[base + FLAGS]! |= SEEN_0 << endpoint;
    if (length > 0 && !isReset && !underflow && packet.payloadBytes >= length) {
      const size = endpointSize(words, at, peer);
      this.#gaps.dataSent(this.#sender, syn ? relative + 1 : relative, length, size);
    }
    this.#checkEnd(this.#sender);
    if (closes) this.#close(this.#sender);
  }

  /** Counts data that fill a hole, and acknowledgements that say nothing new while data are under way. */
  #noteOrder(endpoint: 0 | 1, relative: number, length: number, isOldAck: boolean): void {
    const words = this.#words;
    const { at, peer } = this.#sender;
    if (length > 0) {
      const reached = this.#doubles[(at >> 1) + F_REASSEMBLED]!;
      const isBehind = ((words[at + SEQ_LAST]! - words[at + SEQ_START]!) | 0) > relative;
      if (isBehind && relative >= reached) this.#noteRare(endpoint, OUT_OF_ORDER);
    } else if (isOldAck && ((words[peer + SEQ_LAST]! - words[peer + SEQ_ACK]!) | 0) > 0) {
      this.#noteRare(endpoint, DUPLICATE_ACKS);
    }
  }

  #noteRare(endpoint: 0 | 1, event: number): void {
    const { rare } = this.#store;
    const place = this.#store.rareOf(this.#flow);
    rare.write(place, endpoint, event, rare.read(place, endpoint, event) + 1);
  }

  #notePartial(endpoint: 0 | 1, isOriginator: boolean, syn: boolean, ack: boolean): void {
    const words = this.#words;
    const flags = words[this.#base + FLAGS]!;
    if ((flags & (SEEN_0 << endpoint)) !== 0) return;
    let partial: boolean;
    if (isOriginator) partial = !syn || ack;
    else if ((flags & PARTIAL) === 0) partial = !syn;
    else return;
    words[this.#base + FLAGS] = partial ? flags | PARTIAL : flags & ~PARTIAL;
  }

  #beginEndpoint(at: number, syn: boolean, seq: number, onePast: number): void {
    const words = this.#words;
    const state = words[at + STATE]!;
    switch (state & 15) {
      case INACTIVE:
        // Without a SYN the numbering begins as if one had been there, so that it stays consistent.
        words[at + SEQ_START] = syn ? seq : seq - 1;
        words[at + SEQ_ACK] = words[at + SEQ_START]!;
        words[at + SEQ_LAST] = syn ? onePast : seq;
        return;
      case SYN_SENT:
      case SYN_ACK_SENT:
        if (!syn || seq === words[at + SEQ_START]) return;
        break;
      case ESTABLISHED:
      case PARTIALLY_SEEN:
        if (!syn) return;
        break;
      case RESET:
        // An earlier RST from here set the numbers; it may have been forged.
        if (!syn || ((state >> 4) & 15) !== INACTIVE) return;
        break;
      default:
        return;
    }
    words[at + SEQ_START] = seq;
    words[at + SEQ_ACK] = seq;
    words[at + SEQ_LAST] = onePast;
  }

  /** Position of `current` counted from the SYN, over wraps of the 32-bit space. */
  #relative(at: number, current: number, last: number, wrapsSeen: number): number {
    let wraps = wrapsSeen;
    const delta = (current - last) | 0;
    const isBelow = current >>> 0 < last >>> 0;
    if (delta < 0) {
      if (wraps > 0 && !isBelow) wraps--;
    } else if (delta > 0 && isBelow) wraps++;
    this.#underflow = false;
    const start = this.#words[at + SEQ_START]!;
    if (wraps === 0) {
      const position = (current - start) | 0;
      this.#underflow = position < 0;
      return position;
    }
    return wraps * 4294967296 + (current >>> 0) - (start >>> 0);
  }

  #acknowledge(peer: number, ack: number, isReset: boolean): number {
    const words = this.#words;
    if ((words[peer + STATE]! & 15) === INACTIVE) {
      words[peer + SEQ_START] = ack - 1;
      words[peer + SEQ_ACK] = ack - 1;
      words[peer + SEQ_LAST] = ack - 1;
      return 1;
    }
    const known = words[peer + SEQ_ACK]!;
    const relative = this.#relative(peer, ack, known, words[peer + WRAPS]! >>> 16);
    if (this.#underflow) return 0;
    const delta = (ack - known) | 0;
    // Acknowledgements of a RST are not believed, nor is a jump to 0.
    if (!isReset && delta > 0 && !(ack === 0 && delta > SEQ_JUMP_MAX)) {
      if (ack >>> 0 < known >>> 0) words[peer + WRAPS] = words[peer + WRAPS]! + 0x10000;
      words[peer + SEQ_ACK] = ack;
    }
    return relative;
  }

  #updateLast(onePast: number, flags: number, length: number, endpoint: 0 | 1): void {
    const words = this.#words;
    const { at } = this.#sender;
    const last = words[at + SEQ_LAST]!;
    const delta = (onePast - last) | 0;
    if ((flags & (TCP_SYN | TCP_RST)) !== 0 && (delta > SEQ_JUMP_MAX || delta < -SEQ_JUMP_MAX)) {
      return;
    }
    // More than 2 GB between a SYN and a FIN of which nothing was captured: believe the FIN.
    const finAfterSyn = (flags & TCP_FIN) !== 0 && last === ((words[at + SEQ_START]! + 1) | 0);
    if (finAfterSyn || ((words[at + STATE]! & 15) !== RESET && delta > 0)) {
      if (onePast >>> 0 < last >>> 0) words[at + WRAPS] = words[at + WRAPS]! + 1;
      words[at + SEQ_LAST] = onePast;
    } else if ((words[at + STATE]! & 15) !== RESET && length > 0) {
      this.#history.scaled(this.#flow, endpoint, 0x54, RETRANSMISSIONS);
    }
  }

  #ackReceived(side: Side, relativeAck: number): void {
    const words = this.#words;
    let seq = relativeAck;
    if ((words[side.at + STATE]! & FIN_SENT) !== 0) {
      const fin = this.#doubles[(side.ends >> 1) + F_FIN_SEQ]!;
      if (seq >= fin) seq = fin - 1;
    }
    const doubles = this.#doubles;
    if (seq <= doubles[(side.at >> 1) + F_TRIMMED]!) return;
    const isEstablished =
      (words[side.at + STATE]! & 15) === ESTABLISHED &&
      (words[side.peer + STATE]! & 15) === ESTABLISHED;
    if (isEstablished && (words[side.at + STATE]! & SKIP) === 0) {
      doubles[F_ACKS]!++;
      if (seq > doubles[(side.at >> 1) + F_REASSEMBLED]!) doubles[F_GAPS]!++;
    }
    this.#gaps.acknowledged(side, seq, {
      isPartial: (words[this.#base + FLAGS]! & PARTIAL) !== 0,
    });
    this.#checkEnd(side);
  }

  /** True while data of this side, or acknowledgements of its peer's, are still to come. */
  #isPending(side: Side): boolean {
    const words = this.#words;
    const { at } = side;
    const state = words[at + STATE]!;
    if ((state & SKIP) !== 0) return false;
    const delivered = (words[at + SEQ_START]! >>> 0) + this.#doubles[(at >> 1) + F_REASSEMBLED]!;
    const last = fullSequence(words[at + WRAPS]! & 0xffff, words[at + SEQ_LAST]!);
    if (last < delivered) return false;
    if (delivered !== last - 1 && delivered !== last) return true;
    return (state & 15) !== RESET && this.#gaps.hasHeld(side.peer);
  }

  #checkEnd(side: Side): void {
    const words = this.#words;
    const state = words[side.at + STATE]!;
    if ((state & DID_EOF) !== 0) return;
    if ((state & FIN_SENT) === 0 && (state & 15) !== CLOSED && (state & 15) !== RESET) return;
    if (this.#isPending(side)) return;
    words[side.at + STATE]! |= DID_EOF;
    if ((words[this.#base + FLAGS]! & CLOSE_DEFERRED) === 0) return;
    this.#close(side);
    words[this.#base + FLAGS]! &= ~CLOSE_DEFERRED;
  }

  #close(side: Side): void {
    const words = this.#words;
    const base = this.#base;
    if (this.#isPending(side)) {
      words[base + FLAGS]! |= CLOSE_DEFERRED;
      return;
    }
    words[base + FLAGS]! &= ~CLOSE_DEFERRED;
    if ((words[side.at + STATE]! & DID_CLOSE) !== 0) return;
    words[side.at + STATE]! |= DID_CLOSE;
    const peerState = words[side.peer + STATE]!;
    const isComplete =
      (words[side.at + STATE]! & 15) === RESET ||
      (peerState & DID_CLOSE) !== 0 ||
      (peerState & 15) === INACTIVE;
    if (!isComplete) return;
    words[base + FLAGS] = (words[base + FLAGS]! & ~TIMER_ATTEMPT) | TIMER_DELETE;
    this.#doubles[(base >> 1) + F_TIMER] = this.#doubles[(base >> 1) + F_LAST]! + CLOSE_NANOSECONDS;
  }

  #gap(endpoint: number, bytes: number): void {
    const number = endpoint === this.#base + ENDPOINT_0 ? 0 : 1;
    this.#history.scaled(this.#flow, number, 0x47, GAPS);
    this.#doubles[(this.#base >> 1) + F_MISSED]! += bytes;
  }
}
