import { type DecodedPacket, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from "../packet/index.ts";
import type { FlowHistory } from "./flow-history.ts";
import {
  CLOSED,
  DID_CLOSE,
  ENDPOINT_0,
  ENDPOINT_1,
  ESTABLISHED,
  F_LAST,
  F_TIMER,
  FLAGS,
  FLIPPED,
  INACTIVE,
  PARTIAL,
  PARTIALLY_SEEN,
  RESET,
  RESET_REPORTED,
  SEEN_0,
  SEQ_START,
  STATE,
  SYN_ACK_SENT,
  SYN_SENT,
  TIMER_ATTEMPT,
} from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import { ATTEMPT_NANOSECONDS, TIMEOUT, type TimeoutRules } from "./flow-timeouts.ts";

/** The state machine of one TCP endpoint: what a packet's flags make of its sender, and of its peer. */
export class TcpStates {
  #words: Int32Array;
  #doubles: Float64Array;
  readonly #history: FlowHistory;
  readonly #timeouts: TimeoutRules;
  /** The flow at hand and its first word. */
  #flow = 0;
  #base = 0;

  constructor(store: FlowStore, history: FlowHistory, timeouts: TimeoutRules) {
    this.#words = store.words;
    this.#doubles = store.doubles;
    store.onGrow(() => {
      this.#words = store.words;
      this.#doubles = store.doubles;
    });
    this.#history = history;
    this.#timeouts = timeouts;
  }

  /**
   * Moves the sender's state; true when this packet closes the sender's side. `sender` is the role
   * before the packet's history letters, which may have turned the flow round.
   */
  update(
    flow: number,
    at: number,
    peer: number,
    packet: DecodedPacket,
    sender: "originator" | "responder",
  ): boolean {
    this.#flow = flow;
    this.#base = wordsOf(flow);
    const flags = packet.tcpFlags;
    switch (this.#words[at + STATE]! & 15) {
      case INACTIVE:
        return this.#leaveInactive(at, peer, packet, sender === "originator");
      case SYN_SENT:
      case SYN_ACK_SENT:
        return this.#closeByFlags(at, peer, flags, { resetAlways: true });
      case ESTABLISHED:
      case PARTIALLY_SEEN:
        return this.#leaveEstablished(at, peer, flags);
      case CLOSED:
        if ((flags & TCP_RST) !== 0 && (this.#words[peer + STATE]! & 15) !== CLOSED) {
          this.#setState(at, peer, RESET);
          return (this.#words[at + STATE]! & DID_CLOSE) === 0;
        }
        return false;
      default:
        return false;
    }
  }

  #closeByFlags(
    at: number,
    peer: number,
    flags: number,
    options: { resetAlways: boolean },
  ): boolean {
    let closes = false;
    if ((flags & TCP_FIN) !== 0) {
      this.#setState(at, peer, CLOSED);
      closes = true;
    }
    if ((flags & TCP_RST) !== 0) {
      this.#setState(at, peer, RESET);
      if (options.resetAlways) this.#words[this.#base + FLAGS]! |= RESET_REPORTED;
      closes = true;
    }
    return closes;
  }

  #leaveEstablished(at: number, peer: number, flags: number): boolean {
    const words = this.#words;
    const peerState = words[peer + STATE]! & 15;
    if (
      (flags & (TCP_SYN | TCP_ACK)) === TCP_SYN &&
      (words[at + STATE]! & 15) === PARTIALLY_SEEN &&
      peerState === INACTIVE
    ) {
      this.#setState(at, peer, SYN_SENT);
    }
    let closes = false;
    if ((flags & (TCP_FIN | TCP_RST)) === TCP_FIN) {
      this.#setState(at, peer, CLOSED);
      // The peer sent a FIN and then a RST: an orderly end after all.
      if (peerState === RESET && ((words[peer + STATE]! >> 4) & 15) === CLOSED) {
        this.#setState(peer, at, CLOSED);
      }
      closes = true;
    }
    if ((flags & TCP_RST) !== 0) {
      this.#setState(at, peer, RESET);
      closes = true;
      const state = words[peer + STATE]!;
      if ((state & 15) !== RESET || ((state >> 4) & 15) !== ESTABLISHED) {
        words[this.#base + FLAGS]! |= RESET_REPORTED;
      }
    }
    return closes;
  }

  #leaveInactive(at: number, peer: number, packet: DecodedPacket, isOriginator: boolean): boolean {
    const words = this.#words;
    const flags = packet.tcpFlags;
    const hasAck = (flags & TCP_ACK) !== 0;
    let closes = false;
    if ((flags & TCP_SYN) !== 0) {
      if (isOriginator) {
        this.#setState(at, peer, hasAck ? SYN_ACK_SENT : SYN_SENT);
        words[this.#base + FLAGS]! |= TIMER_ATTEMPT;
        // This packet is the last one, so its time is the flow's last time.
        const f = this.#base >> 1;
        this.#doubles[f + F_TIMER] = this.#doubles[f + F_LAST]! + ATTEMPT_NANOSECONDS;
      } else this.#answerSyn(at, peer, packet, hasAck);
    }
    if ((flags & TCP_FIN) !== 0) {
      this.#setState(at, peer, CLOSED);
      closes = true;
    }
    if ((flags & TCP_RST) !== 0) {
      this.#setState(at, peer, RESET);
      closes = true;
    }
    if ((words[at + STATE]! & 15) !== INACTIVE) return closes;
    const originator = this.#originator();
    // Some stacks acknowledge a SYN before they answer it: that is no partial connection.
    if (
      !isOriginator &&
      packet.payloadLength === 0 &&
      (words[originator + STATE]! & 15) === SYN_SENT
    ) {
      return closes;
    }
    if (hasAck && (words[peer + STATE]! & 15) === ESTABLISHED) {
      // SYN-ACK and now its acknowledgement: only the SYN was missed.
      this.#setState(at, peer, ESTABLISHED);
      words[this.#base + FLAGS] =
        (words[this.#base + FLAGS]! & ~PARTIAL) |
        (at === this.#base + ENDPOINT_0 ? SEEN_0 : SEEN_0 << 1);
      return closes;
    }
    this.#setState(at, peer, PARTIALLY_SEEN);
    return closes;
  }

  /** The responder sent a SYN, with or without ACK. */
  #answerSyn(at: number, peer: number, packet: DecodedPacket, hasAck: boolean): void {
    const words = this.#words;
    if (
      !hasAck &&
      (words[peer + STATE]! & 15) === SYN_ACK_SENT &&
      packet.tcpSequence === words[at + SEQ_START]
    ) {
      // The SYN-ACK was captured before its SYN: turn the connection round, it is established.
      this.#history.flip(this.#flow);
      this.#setState(peer, at, ESTABLISHED);
      words[this.#base + FLAGS]! |= at === this.#base + ENDPOINT_0 ? SEEN_0 : SEEN_0 << 1;
    }
    if ((words[peer + STATE]! & 15) === SYN_SENT) this.#setState(peer, at, ESTABLISHED);
    this.#setState(at, peer, ESTABLISHED);
    if ((words[peer + STATE]! & 15) !== PARTIALLY_SEEN) this.#timeouts.established(this.#flow);
  }

  #setState(at: number, peer: number, state: number): void {
    const words = this.#words;
    const old = words[at + STATE]! & 15;
    if (state === old) return;
    if (
      state > SYN_ACK_SENT &&
      old <= SYN_ACK_SENT &&
      (words[peer + STATE]! & 15) <= SYN_ACK_SENT
    ) {
      this.#timeouts.set(this.#flow, TIMEOUT.tcp);
    }
    words[at + STATE] = (words[at + STATE]! & ~0xff) | (old << 4) | state;
  }

  #originator(): number {
    return (
      this.#base + ((this.#words[this.#base + FLAGS]! & FLIPPED) !== 0 ? ENDPOINT_1 : ENDPOINT_0)
    );
  }
}
