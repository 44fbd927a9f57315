/** What one end sent within a bin. */
export interface BinSide {
  packets: number;
  /** Of whole frames, as they were on the wire. */
  bytes: number;
  /** Segments whose place an earlier one had reached or passed: sent again, or late. */
  again: number;
  /** Packets that said their sender can take no more. */
  closed: number;
}

/** A bin with packets: its place from the beginning of the range, and its first packet. */
export interface TimeBin {
  readonly at: number;
  /** Of the first packet, among the connection's from 1. */
  readonly number: number;
  /** When the first packet came, since the beginning of the range. */
  readonly firstNs: number;
  readonly sides: readonly [BinSide, BinSide];
}

/** A packet of a connection as its bins need it. */
export interface BinnedPacket {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: number;
  /** Who sent it: 0 the originator, 1 the responder. */
  readonly side: 0 | 1;
  /** Where its bytes lie in the stream and how many numbers they take; TCP only. */
  readonly tcp: BinnedSegment | undefined;
}

interface BinnedSegment {
  readonly sequence: number;
  readonly length: number;
  readonly isWindowClosed: boolean;
}

interface Place {
  base: number | undefined;
  highest: number;
}

/** The narrowest bin that is chosen by itself; narrower ones can be asked for. */
const WIDTH_NS_FIRST = 10_000;

/** The narrowest of 1, 2 and 5 times a power of ten, from 10 µs up, with which so many bins hold a span. */
export function binWidthFor(spanNs: number, binsMax: number): number {
  for (let decade = WIDTH_NS_FIRST; ; decade *= 10) {
    for (const step of [1, 2, 5]) {
      if (Math.floor(spanNs / (decade * step)) < binsMax) return decade * step;
    }
  }
}

/**
 * Packets and bytes of one connection over time, each direction apart. Packets come in the order of
 * their times, and those before the range too: what was sent again is told from what went before.
 */
export class TimeBins {
  readonly bins: TimeBin[] = [];
  /** Packets of the range that no bin holds, since there may be no more bins. */
  leftOut = 0;
  readonly #from: { readonly seconds: number; readonly nanoseconds: number };
  readonly #widthNs: number;
  readonly #binsMax: number;
  readonly #places: readonly [Place, Place] = [
    { base: undefined, highest: 0 },
    { base: undefined, highest: 0 },
  ];
  #number = 0;

  constructor(options: {
    readonly from: { readonly seconds: number; readonly nanoseconds: number };
    readonly widthNs: number;
    readonly binsMax: number;
  }) {
    this.#from = options.from;
    this.#widthNs = options.widthNs;
    this.#binsMax = options.binsMax;
  }

  packet({ seconds, nanoseconds, bytes, side, tcp }: BinnedPacket): void {
    this.#number++;
    const isAgain = tcp !== undefined && isSentAgain(tcp, this.#places[side]);
    // Exact within 104 days of the beginning, and to the microsecond within centuries of it.
    const ns = (seconds - this.#from.seconds) * 1e9 + nanoseconds - this.#from.nanoseconds;
    if (ns < 0) return;
    const bin = this.#binAt(ns);
    if (bin === undefined) {
      this.leftOut++;
      return;
    }
    const own = bin.sides[side];
    own.packets++;
    own.bytes += bytes;
    if (isAgain) own.again++;
    if (tcp?.isWindowClosed === true) own.closed++;
  }

  #binAt(firstNs: number): TimeBin | undefined {
    const at = Math.floor(firstNs / this.#widthNs);
    const last = this.bins.at(-1);
    if (last?.at === at) return last;
    if (this.bins.length >= this.#binsMax) return undefined;
    const sides = [createSide(), createSide()] as const;
    const bin: TimeBin = { at, number: this.#number, firstNs, sides };
    this.bins.push(bin);
    return bin;
  }
}

function createSide(): BinSide {
  return { packets: 0, bytes: 0, again: 0, closed: 0 };
}

function isSentAgain({ sequence, length }: BinnedSegment, place: Place): boolean {
  place.base ??= sequence;
  // The distance on the circle of 2^32 numbers, RFC 9293 §3.4: it may lie before the base. A stream
  // goes round the circle too, so the distance is counted from the highest place.
  const from = place.highest + ((sequence - place.base - place.highest) | 0);
  const isAgain = length > 0 && from < place.highest;
  place.highest = Math.max(place.highest, from + length);
  return isAgain;
}
