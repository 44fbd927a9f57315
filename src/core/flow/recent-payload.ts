import type { PacketBytes } from "../packet/index.ts";

/** Payload kept: at 1 Gbit/s some tenths of a second, in an office's traffic minutes. */
const RING_BYTES = 4 * 1024 * 1024;
/** Segments remembered. */
const SEGMENTS = 1 << 14;
/** Directions with a list of segments; the hash of a direction is its place, a stranger's is taken over. */
const HEADS = 1 << 14;
/** What a small capture needs of both; doubled as they fill. */
const FIRST_RING_BYTES = 16_384;
const FIRST_SEGMENTS = 256;
/**
 * Bytes of one segment that are kept: whoever answers in another's place differs from the first ones.
 * Whole segments would take as long to copy as the rest of the pass takes on long transfers.
 */
const SEGMENT_BYTES_MAX = 512;
/** Older segments that one is compared with. */
const STEPS_MAX = 32;

const SEGMENT_WORDS = 4;
const BEFORE = 0;
const SEQUENCE = 1;
const BYTES = 2;
const DIRECTION = 3;

/** Where two segments of one direction disagree. */
export interface Disagreement {
  /** Sequence number of the first byte that differs. */
  sequence: number;
  /** Record offset of the older packet. */
  recordOffset: number;
}

/**
 * The payload of the last TCP segments, whatever flow they belong to, so that data sent again can be
 * compared with what was sent first: in a ring, without a buffer for each flow. What was overwritten can no
 * longer be compared; assembling the stream again from the capture can.
 */
export class RecentPayload {
  /** Older segments and bytes compared so far: what endless retransmissions would drive up. */
  steps = 0;
  #ring = new Uint8Array(FIRST_RING_BYTES);
  #words = new Int32Array(this.#ring.buffer);
  readonly #heads = new Int32Array(HEADS);
  #segments = new Int32Array(FIRST_SEGMENTS * SEGMENT_WORDS);
  #places = new Float64Array(FIRST_SEGMENTS);
  #offsets = new Float64Array(FIRST_SEGMENTS);
  readonly #found: Disagreement = { sequence: 0, recordOffset: 0.5 };
  /** Segments and bytes ever kept; the last `SEGMENTS` and `RING_BYTES` of them are there. */
  #count = 1;
  #written = 0;

  /** Keeps a segment of a direction; `direction` names it for the time it lives. */
  keep(
    direction: number,
    sequence: number,
    source: PacketBytes,
    payload: { start: number; length: number },
    recordOffset: number,
  ): void {
    const length = Math.min(payload.length, SEGMENT_BYTES_MAX);
    let place = this.#written;
    // A segment lies in one piece.
    if ((place % RING_BYTES) + SEGMENT_BYTES_MAX > RING_BYTES)
      place += RING_BYTES - (place % RING_BYTES);
    // Neither has wrapped round before it has its full size, so that nothing moves.
    if (place + SEGMENT_BYTES_MAX > this.#ring.length) this.#growRing();
    if (this.#count === this.#places.length) this.#growSegments();
    const number = this.#count++;
    const slot = number % SEGMENTS;
    const at = slot * SEGMENT_WORDS;
    const head = headOf(direction);
    this.#segments[at + BEFORE] = this.#heads[head]!;
    this.#segments[at + SEQUENCE] = sequence;
    this.#segments[at + BYTES] = length;
    this.#segments[at + DIRECTION] = direction;
    this.#places[slot] = place;
    this.#offsets[slot] = recordOffset;
    this.#heads[head] = number;
    this.#copy(source, payload.start, place % RING_BYTES, length);
    // The next one begins on a word.
    this.#written = place + ((length + 3) & ~3);
  }

  /** The newest older segment that has other bytes at the same place; undefined when none has. */
  findDisagreement(
    direction: number,
    sequence: number,
    source: PacketBytes,
    payload: { start: number; length: number },
  ): Disagreement | undefined {
    let number = this.#heads[headOf(direction)]!;
    for (let step = 0; step < STEPS_MAX && this.#isThere(number); step++) {
      const slot = number % SEGMENTS;
      const at = slot * SEGMENT_WORDS;
      this.steps++;
      if (this.#segments[at + DIRECTION] === direction) {
        const differs = this.#compare(slot, sequence, source, payload);
        if (differs >= 0) {
          this.#found.sequence = (sequence + differs) | 0;
          this.#found.recordOffset = this.#offsets[slot]!;
          return this.#found;
        }
      }
      const before = this.#segments[at + BEFORE]!;
      if (before >= number) return undefined;
      number = before;
    }
    return undefined;
  }

  #growRing(): void {
    if (this.#ring.length === RING_BYTES) return;
    const ring = new Uint8Array(this.#ring.length * 4);
    ring.set(this.#ring);
    this.#ring = ring;
    this.#words = new Int32Array(ring.buffer);
  }

  #growSegments(): void {
    const room = this.#places.length * 4;
    if (room > SEGMENTS) return;
    const segments = new Int32Array(room * SEGMENT_WORDS);
    const places = new Float64Array(room);
    const offsets = new Float64Array(room);
    segments.set(this.#segments);
    places.set(this.#places);
    offsets.set(this.#offsets);
    this.#segments = segments;
    this.#places = places;
    this.#offsets = offsets;
  }

  /** Word by word: `set` with a subarray would make an object for every packet. */
  #copy(source: PacketBytes, from: number, at: number, length: number): void {
    const { view, bytes } = source;
    const words = length >> 2;
    for (let n = 0; n < words; n++) this.#words[(at >> 2) + n] = view.getInt32(from + n * 4, true);
    for (let n = words * 4; n < length; n++) this.#ring[at + n] = bytes[from + n]!;
  }

  #isThere(number: number): boolean {
    if (number === 0 || this.#count - number > SEGMENTS) return false;
    return this.#written - this.#places[number % SEGMENTS]! <= RING_BYTES - SEGMENT_BYTES_MAX;
  }

  /** Position in the payload of the first byte that differs, -1 when none does. */
  #compare(
    slot: number,
    sequence: number,
    source: PacketBytes,
    payload: { start: number; length: number },
  ): number {
    const at = slot * SEGMENT_WORDS;
    const distance = (sequence - this.#segments[at + SEQUENCE]!) | 0;
    const from = Math.max(0, -distance);
    const to = Math.min(payload.length, this.#segments[at + BYTES]! - distance);
    const ring = (this.#places[slot]! % RING_BYTES) + distance;
    if (to > from) this.steps += to - from;
    for (let n = from; n < to; n++) {
      if (this.#ring[ring + n] !== source.bytes[payload.start + n]) return n;
    }
    return -1;
  }
}

function headOf(direction: number): number {
  return (Math.imul(direction, 0x9e3779b1) >>> 16) % HEADS;
}
