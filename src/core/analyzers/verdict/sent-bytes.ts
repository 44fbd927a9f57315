import type { Limit } from "../../base/index.ts";
import type { PacketPlace } from "./verdict-facts.ts";
import { HOLES_MAX, ORIGINALS_KEPT } from "./verdict-thresholds.ts";

interface Hole<P extends PacketPlace> {
  from: number;
  to: number;
  /** When it was seen, or acknowledged. */
  ns: number;
  /** The packet that came after the hole. */
  readonly packet: P;
}

/** How data lie to what one direction had sent before. */
export interface Placed<P extends PacketPlace> {
  newBytes: number;
  /** Bytes that lay in a hole, when the hole was seen, and the packet behind it. */
  filledBytes: number;
  /** Bytes that had been acknowledged before they came by. */
  missedBytes: number;
  holeNs: number;
  holePacket: P | undefined;
}

/**
 * Which bytes of one direction came by. Positions are unwrapped: they count from the first number seen
 * and grow over the wraps of the 32-bit space. Keeps no bytes.
 */
export class SentBytes<P extends PacketPlace> {
  /** One past the highest byte seen or acknowledged; where the peer has acknowledged up to. */
  head = 0;
  acknowledged = 0;
  isBegun = false;
  /** Holes looked at so far: what the work of hostile numbers is counted by. */
  examined = 0;
  readonly #limit: Limit;
  /** By position; the first `#missed` of them were acknowledged. */
  readonly #holes: Hole<P>[] = [];
  #missed = 0;
  readonly #starts = new Float64Array(ORIGINALS_KEPT).fill(Number.NaN);
  readonly #packets = new Array<P | undefined>(ORIGINALS_KEPT).fill(undefined);
  readonly #placed: Placed<P> = {
    newBytes: 0,
    filledBytes: 0,
    missedBytes: 0,
    holeNs: 0,
    holePacket: undefined,
  };
  #kept = 0;
  #headSequence = 0;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** Begins the numbering; positions before it are negative. */
  begin(sequence: number): void {
    this.isBegun = true;
    this.head = 0;
    this.acknowledged = 0;
    this.#headSequence = sequence;
    this.#holes.length = 0;
    this.#missed = 0;
  }

  positionOf(sequence: number): number {
    return this.head + ((sequence - this.#headSequence) | 0);
  }

  /** Data at a position; the answer is reused. */
  data(from: number, to: number, ns: number, packet: P): Placed<P> {
    const placed = this.#placed;
    placed.newBytes = Math.max(0, to - Math.max(from, this.head));
    placed.filledBytes = 0;
    placed.missedBytes = 0;
    placed.holePacket = undefined;
    if (from < this.head) this.#fill(from, to);
    else if (from > this.head) this.#addHole(this.head, from, ns, packet);
    if (to > this.head) this.#moveHead(to);
    this.#starts[this.#kept % ORIGINALS_KEPT] = from;
    this.#packets[this.#kept % ORIGINALS_KEPT] = packet;
    this.#kept++;
    return placed;
  }

  /** A packet without data shows by its number that everything before it was sent. */
  reach(position: number, ns: number, packet: P): void {
    if (position <= this.head) return;
    this.#addHole(this.head, position, ns, packet);
    this.#moveHead(position);
  }

  /** The newest packet but the last that began here, if it is still known. */
  originalOf(from: number): P | undefined {
    for (let back = 2; back <= Math.min(this.#kept, ORIGINALS_KEPT); back++) {
      const place = (this.#kept - back) % ORIGINALS_KEPT;
      if (this.#starts[place] === from) return this.#packets[place];
    }
    return undefined;
  }

  /** The peer has everything below a position; gives the bytes of it that had not come by. */
  acknowledge(to: number, ns: number, packet: P): { bytes: number; packet: P | undefined } {
    const holes = this.#holes;
    let bytes = 0;
    let behind: P | undefined;
    for (let n = this.#missed; n < holes.length && holes[n]!.from < to; n++) {
      const hole = holes[n]!;
      if (hole.to > to) {
        holes.splice(n, 0, { from: hole.from, to, ns, packet: hole.packet });
        hole.from = to;
      }
      const own = holes[n]!;
      own.ns = ns;
      bytes += own.to - own.from;
      behind ??= own.packet;
      this.#missed++;
    }
    if (to > this.head) {
      bytes += to - this.head;
      this.#addHole(this.head, to, ns, packet);
      this.#moveHead(to);
      this.#missed++;
    }
    this.acknowledged = Math.max(this.acknowledged, to);
    return { bytes, packet: behind };
  }

  #moveHead(to: number): void {
    this.#headSequence = (this.#headSequence + (to - this.head)) | 0;
    this.head = to;
  }

  #addHole(from: number, to: number, ns: number, packet: P): void {
    // A hole that was acknowledged is given up without loss: only data captured late could fill it.
    if (this.#holes.length >= HOLES_MAX) {
      this.#holes.shift();
      if (this.#missed > 0) this.#missed--;
      else this.#limit.reached++;
    }
    this.#holes.push({ from, to, ns, packet });
  }

  #fill(from: number, to: number): void {
    const placed = this.#placed;
    const holes = this.#holes;
    for (let n = 0; n < holes.length; n++) {
      const hole = holes[n]!;
      this.examined++;
      if (hole.from >= to) return;
      if (hole.to <= from) continue;
      const low = Math.max(from, hole.from);
      const high = Math.min(to, hole.to);
      const isMissed = n < this.#missed;
      if (isMissed) placed.missedBytes += high - low;
      else placed.filledBytes += high - low;
      placed.holePacket ??= hole.packet;
      placed.holeNs = hole.ns;
      const { to: end, ns, packet } = hole;
      if (low === hole.from && high === end) {
        holes.splice(n--, 1);
        if (isMissed) this.#missed--;
      } else if (low === hole.from) hole.from = high;
      else {
        hole.to = low;
        if (high >= end || holes.length >= HOLES_MAX) continue;
        holes.splice(++n, 0, { from: high, to: end, ns, packet });
        if (isMissed) this.#missed++;
      }
    }
  }
}
