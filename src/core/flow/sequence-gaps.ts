import type { Limit } from "../base/index.ts";
import {
  CLOSED,
  ESTABLISHED,
  F_REASSEMBLED,
  F_TRIMMED,
  F_UPPER,
  SEQ_ACK,
  SEQ_START,
  SKIP,
  STATE,
  WRAPS,
} from "./flow-layout.ts";
import type { FlowStore } from "./flow-store.ts";

/** Data sent beyond a hole while nothing was ever acknowledged: the other side is not visible. */
const ABOVE_HOLE_BYTES_MAX = 16_384;
const INITIAL_WINDOW_BYTES = 16_384;
export const UNACKNOWLEDGED_BYTES_MAX = 10 * 1024 * 1024;
/** Pieces beyond a hole that one direction may have; a hostile sender makes a hole a packet. */
const PIECES_PER_DIRECTION_MAX = 512;
/** Pieces there is room for at first; doubled when they are used up. */
const FIRST_PIECES = 128;

/** One side of a connection, as the tracker hands it in: words, doubles and list head of both. */
export interface Side {
  /** First word of the endpoint in the store. */
  at: number;
  /** Word that holds the head of its list of pieces. */
  pending: number;
  peer: number;
  /** First word of what its SYN and FIN were. */
  ends: number;
}

/** Told of every hole that an acknowledgement showed to be lost for the observer. */
export type ReportGap = (endpoint: number, bytes: number) => void;

/**
 * Which bytes of a direction's sequence space were seen: how far without a hole, up to where it was
 * acknowledged, and the pieces beyond a hole. Positions count from the SYN, which is 0. It keeps no
 * content; the stream reassembly that delivers content asks the same questions.
 */
export class SequenceGaps {
  /** Pieces passed or joined so far: what hostile orders would drive up. */
  steps = 0;
  #words: Int32Array;
  #doubles: Float64Array;
  readonly #limit: Limit;
  readonly #report: ReportGap;
  #from = new Float64Array(FIRST_PIECES);
  #to = new Float64Array(FIRST_PIECES);
  #next = new Int32Array(FIRST_PIECES);
  #free = 0;
  #used = 1;

  constructor(store: FlowStore, limit: Limit, report: ReportGap) {
    this.#words = store.words;
    this.#doubles = store.doubles;
    store.onGrow(() => {
      this.#words = store.words;
      this.#doubles = store.doubles;
    });
    this.#limit = limit;
    this.#report = report;
  }

  /** A packet carried `length` bytes at `seq`. `sizeBytes` is what the endpoint is known to have sent. */
  dataSent(side: Side, seq: number, length: number, sizeBytes: number): void {
    const words = this.#words;
    const at = side.at;
    if ((words[at + STATE]! & SKIP) !== 0) return;
    const doubles = this.#doubles;
    const f = at >> 1;
    const acknowledged = this.#acknowledged(at);
    const upper = seq + length;
    let from = seq;
    if (from < acknowledged) {
      if (upper <= acknowledged) return;
      from = acknowledged;
    }
    if (upper > doubles[f + F_TRIMMED]!) {
      if (from < doubles[f + F_TRIMMED]!) from = doubles[f + F_TRIMMED]!;
      if (upper > doubles[f + F_UPPER]!) doubles[f + F_UPPER] = upper;
      const reached = doubles[f + F_REASSEMBLED]!;
      if (from > reached) this.#keep(side, from, upper);
      else if (upper > reached) {
        doubles[f + F_REASSEMBLED] = upper;
        if (words[side.pending] !== 0) this.#join(side);
        // So much and not one acknowledgement: that direction is not captured, so wait for none.
        if (acknowledged <= 1 && sizeBytes > INITIAL_WINDOW_BYTES) {
          this.#trim(side, doubles[f + F_REASSEMBLED]!, false);
        }
      }
    }
    const above = doubles[f + F_UPPER]! - doubles[f + F_REASSEMBLED]!;
    if (acknowledged <= 1 && this.hasHeld(at) && above > ABOVE_HOLE_BYTES_MAX) this.#skip(side);
    else if (doubles[f + F_UPPER]! - doubles[f + F_TRIMMED]! > UNACKNOWLEDGED_BYTES_MAX) {
      this.#skip(side);
    }
  }

  /** The peer acknowledged everything below `seq`. */
  acknowledged(side: Side, seq: number, options: { isPartial: boolean }): void {
    if (seq > this.#doubles[(side.at >> 1) + F_TRIMMED]!) this.#trim(side, seq, options.isPartial);
  }

  /** True when bytes were seen that nobody acknowledged yet. */
  hasHeld(at: number): boolean {
    const f = at >> 1;
    return this.#doubles[f + F_UPPER]! > this.#doubles[f + F_TRIMMED]!;
  }

  /** Gives the pieces of an ended flow back. */
  drop(pending: number): void {
    let piece = this.#words[pending]!;
    while (piece !== 0) {
      const next = this.#next[piece]!;
      this.#next[piece] = this.#free;
      this.#free = piece;
      piece = next;
    }
    this.#words[pending] = 0;
  }

  #acknowledged(at: number): number {
    const words = this.#words;
    return (
      (words[at + WRAPS]! >>> 16) * 4294967296 +
      (words[at + SEQ_ACK]! >>> 0) -
      (words[at + SEQ_START]! >>> 0)
    );
  }

  #trim(side: Side, seq: number, isPartial: boolean): void {
    const f = side.at >> 1;
    if (seq > this.#doubles[f + F_REASSEMBLED]!) this.#undelivered(side, seq, isPartial);
    if (this.#words[side.pending] !== 0) this.#join(side);
    if (seq > this.#doubles[f + F_TRIMMED]!) this.#doubles[f + F_TRIMMED] = seq;
  }

  /** Bytes up to `seq` were acknowledged but never seen. */
  #undelivered(side: Side, seq: number, isPartial: boolean): void {
    // The start of a connection seen from the middle was made up, as if there had been a SYN.
    if (seq <= 2 && isPartial) return;
    const doubles = this.#doubles;
    const f = side.at >> 1;
    if ((this.#words[side.at + STATE]! & SKIP) === 0) {
      for (
        let piece = this.#words[side.pending]!;
        piece !== 0;
        piece = this.#words[side.pending]!
      ) {
        if (this.#from[piece]! >= seq) break;
        this.#gap(side, this.#from[piece]! - doubles[f + F_REASSEMBLED]!);
        doubles[f + F_REASSEMBLED] = this.#from[piece]!;
        this.#join(side);
      }
      if (seq > doubles[f + F_REASSEMBLED]!) this.#gap(side, seq - doubles[f + F_REASSEMBLED]!);
    }
    if (seq > doubles[f + F_REASSEMBLED]!) doubles[f + F_REASSEMBLED] = seq;
  }

  /**
   * Gaps count only between two sides that are established or closing in order: otherwise they come
   * from the numbers of a RST, or from a start that nobody saw.
   */
  #gap(side: Side, bytes: number): void {
    if (isClean(this.#words[side.at + STATE]!) && isClean(this.#words[side.peer + STATE]!)) {
      this.#report(side.at, bytes);
    }
  }

  /** Takes pieces that now follow without a hole. */
  #join(side: Side): void {
    const f = side.at >> 1;
    let piece = this.#words[side.pending]!;
    while (piece !== 0 && this.#from[piece]! <= this.#doubles[f + F_REASSEMBLED]!) {
      if (this.#to[piece]! > this.#doubles[f + F_REASSEMBLED]!) {
        this.#doubles[f + F_REASSEMBLED] = this.#to[piece]!;
      }
      const next = this.#next[piece]!;
      this.#next[piece] = this.#free;
      this.#free = piece;
      piece = next;
      this.steps++;
    }
    this.#words[side.pending] = piece;
  }

  /** Keeps a piece beyond a hole, in order, merged with what it touches. */
  #keep(side: Side, from: number, to: number): void {
    let before = 0;
    let piece = this.#words[side.pending]!;
    let count = 0;
    while (piece !== 0 && this.#to[piece]! < from) {
      before = piece;
      piece = this.#next[piece]!;
      count++;
    }
    this.steps += count;
    if (piece !== 0 && this.#from[piece]! <= to) {
      if (from < this.#from[piece]!) this.#from[piece] = from;
      if (to > this.#to[piece]!) this.#to[piece] = to;
      this.#absorb(piece);
      return;
    }
    const made = count < PIECES_PER_DIRECTION_MAX ? this.#take() : 0;
    if (made === 0) {
      this.#limit.reached++;
      this.#skip(side);
      return;
    }
    this.#from[made] = from;
    this.#to[made] = to;
    this.#next[made] = piece;
    if (before === 0) this.#words[side.pending] = made;
    else this.#next[before] = made;
  }

  /** Merges the pieces after one that grew. */
  #absorb(piece: number): void {
    let next = this.#next[piece]!;
    while (next !== 0 && this.#from[next]! <= this.#to[piece]!) {
      if (this.#to[next]! > this.#to[piece]!) this.#to[piece] = this.#to[next]!;
      const after = this.#next[next]!;
      this.#next[next] = this.#free;
      this.#free = next;
      next = after;
      this.steps++;
    }
    this.#next[piece] = next;
  }

  #take(): number {
    if (this.#free !== 0) {
      const piece = this.#free;
      this.#free = this.#next[piece]!;
      return piece;
    }
    if (this.#used > this.#limit.maximum) return 0;
    if (this.#used === this.#next.length) this.#grow();
    return this.#used++;
  }

  #grow(): void {
    const room = this.#next.length * 2;
    const from = new Float64Array(room);
    const to = new Float64Array(room);
    const next = new Int32Array(room);
    from.set(this.#from);
    to.set(this.#to);
    next.set(this.#next);
    this.#from = from;
    this.#to = to;
    this.#next = next;
  }

  #skip(side: Side): void {
    this.#words[side.at + STATE]! |= SKIP;
    this.drop(side.pending);
    // Nothing is held any more.
    this.#doubles[(side.at >> 1) + F_UPPER] = 0;
  }
}

function isClean(state: number): boolean {
  return (
    (state & 15) === ESTABLISHED || ((state & 15) === CLOSED && ((state >> 4) & 15) === ESTABLISHED)
  );
}
