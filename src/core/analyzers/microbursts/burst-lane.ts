import { FILLING_STEPS, fillingStep } from "./filling-steps.ts";
import { BURST_BIN_NANOSECONDS, BURSTS_KEPT } from "./microbursts-events.ts";

const NARROWEST_NANOSECONDS = BURST_BIN_NANOSECONDS[0]!;
const LEVELS = BURST_BIN_NANOSECONDS.length;
/** Packets remembered for the contributors of a bin that turns out to be a burst. */
const RECENT = 2048;
/** Words of a remembered packet after its time. */
const RECENT_BYTES = 2;
const RECENT_FLOW = 3;
/** Places of a width: end of the bin, bytes and packets. */
const BIN_PLACES = 3;
const BIN_BYTES = 1;
const BIN_PACKETS = 2;
/** Flows told apart while a burst's contributors are added up. */
const CANDIDATES = 32;

/** A clock set back by more than this begins again, and is not a packet out of order. */
const RESTART_NANOSECONDS = 1e10;

/** Flows named for one burst. */
export const CONTRIBUTORS = 4;

/** What of a packet counts here: `PacketRecord` has it. */
interface TimedPacket {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly originalBytes: number;
}

/** Told which flow ordinals a kept burst names, and which no longer. */
export interface FlowInterest {
  keep(ordinal: number): void;
  drop(ordinal: number): void;
}

/**
 * The bins of one interface and direction. A packet touches the narrowest bin only; a bin that ends
 * is added to the next wider one, so that a packet costs an addition and a comparison, and each
 * width once a bin.
 */
export class BurstLane {
  readonly interfaceIndex: number;
  readonly direction: number;
  /** Packets older than every open bin. */
  late = 0;
  /** Packets looked at again to name flows: bounded by a look a packet and width. */
  examined = 0;
  readonly #now = new Float64Array(1);
  /** Per width: when the open bin ends, and bytes and packets in it beyond the open narrower ones. */
  readonly #bins = new Float64Array(LEVELS * BIN_PLACES);
  /** Per width, `BURSTS_KEPT` bins: begin, bytes, packets; the fewest bytes that enter. */
  readonly #topTimes = new Float64Array(LEVELS * BURSTS_KEPT);
  readonly #topBytes = new Float64Array(LEVELS * BURSTS_KEPT);
  readonly #topPackets = new Float64Array(LEVELS * BURSTS_KEPT);
  readonly #topFlows = new Int32Array(LEVELS * BURSTS_KEPT * CONTRIBUTORS);
  readonly #topFlowBytes = new Float64Array(LEVELS * BURSTS_KEPT * CONTRIBUTORS);
  readonly #floor = new Float64Array(LEVELS);
  readonly #fillings = new Uint32Array(LEVELS * FILLING_STEPS);
  /** Time, bytes and flow of the last packets side by side: four of them are one cache line. */
  readonly #recentTimes = new Float64Array(RECENT * 2).fill(Number.NEGATIVE_INFINITY);
  readonly #recentWords = new Uint32Array(this.#recentTimes.buffer);
  readonly #candidateFlows = new Int32Array(CANDIDATES);
  readonly #candidateBytes = new Float64Array(CANDIDATES);
  readonly #interest: FlowInterest;
  #recent = 0;

  constructor(interfaceIndex: number, direction: number, interest: FlowInterest) {
    this.interfaceIndex = interfaceIndex;
    this.direction = direction;
    this.#interest = interest;
    this.#closeBins();
  }

  /** Adds a packet; times count from `baseSeconds`, `ordinal` is 0 without a flow. */
  packet(record: TimedPacket, baseSeconds: number, ordinal: number): void {
    // Worked out here: a double that is handed over as an argument is an allocation.
    const time = (record.seconds - baseSeconds) * 1e9 + record.nanoseconds;
    const end = this.#bins[0]!;
    if (time >= end || time < end - NARROWEST_NANOSECONDS) {
      this.#now[0] = time;
      if (!this.#isInOrder(record.originalBytes)) return;
    }
    const bins = this.#bins;
    bins[BIN_BYTES]! += record.originalBytes;
    bins[BIN_PACKETS]! += 1;
    const at = this.#recent;
    this.#recent = (at + 1) & (RECENT - 1);
    this.#recentTimes[at * 2] = time;
    this.#recentWords[at * 4 + RECENT_BYTES] = record.originalBytes;
    this.#recentWords[at * 4 + RECENT_FLOW] = ordinal;
  }

  /** No bin is open: the next packet opens all. */
  #closeBins(): void {
    for (let at = 0; at < this.#bins.length; at += BIN_PLACES) {
      this.#bins[at] = Number.NEGATIVE_INFINITY;
    }
  }

  /** Opens the bins around a packet outside the narrowest one; false when it came out of order. */
  #isInOrder(bytes: number): boolean {
    const time = this.#now[0]!;
    const end = this.#bins[0]!;
    if (time < end) {
      if (time >= end - RESTART_NANOSECONDS) {
        this.#addLate(bytes);
        return false;
      }
      this.end();
      this.#now[0] = time;
      this.#closeBins();
    }
    this.#roll();
    return true;
  }

  /** Ends every open bin. */
  end(): void {
    this.#now[0] = Number.POSITIVE_INFINITY;
    this.#roll();
  }

  /** The kept bins of a width, fullest first, as places for `burst`. */
  ranked(level: number): number[] {
    const first = level * BURSTS_KEPT;
    return Array.from({ length: BURSTS_KEPT }, (_, n) => first + n)
      .filter((place) => this.#topPackets[place]! > 0)
      .sort(
        (a, b) =>
          this.#topBytes[b]! - this.#topBytes[a]! || this.#topTimes[a]! - this.#topTimes[b]!,
      );
  }

  burst(place: number) {
    const first = place * CONTRIBUTORS;
    const flows: { ordinal: number; bytes: number }[] = [];
    for (let n = first; n < first + CONTRIBUTORS; n++) {
      const ordinal = this.#topFlows[n]!;
      if (ordinal !== 0) flows.push({ ordinal, bytes: this.#topFlowBytes[n]! });
    }
    return {
      time: this.#topTimes[place]!,
      bytes: this.#topBytes[place]!,
      packets: this.#topPackets[place]!,
      flows,
    };
  }

  /** How many bins of a width were how full: pairs of step and count. */
  fillings(level: number): Uint8Array {
    const pairs: number[] = [];
    for (let step = 0; step < FILLING_STEPS; step++) {
      const count = this.#fillings[level * FILLING_STEPS + step]!;
      if (count > 0) pairs.push(step, count);
    }
    const view = new DataView(new ArrayBuffer(pairs.length * 4));
    pairs.forEach((value, n) => {
      view.setUint32(n * 4, value, true);
    });
    return new Uint8Array(view.buffer);
  }

  /** Ends the bins that are over now, narrow ones first, and opens those around the packet. */
  #roll(): void {
    const time = this.#now[0]!;
    const bins = this.#bins;
    let bytes = 0;
    let packets = 0;
    let step = 0;
    for (let level = 0, at = 0; level < LEVELS; level++, at += BIN_PLACES) {
      const more = bins[at + BIN_BYTES]!;
      if (more > 0) {
        bytes += more;
        step = fillingStep(bytes);
      }
      packets += bins[at + BIN_PACKETS]!;
      if (time < bins[at]!) {
        bins[at + BIN_BYTES] = bytes;
        bins[at + BIN_PACKETS] = packets;
        return;
      }
      bins[at + BIN_BYTES] = 0;
      bins[at + BIN_PACKETS] = 0;
      if (packets > 0) {
        this.#fillings[level * FILLING_STEPS + step]!++;
        if (bytes > this.#floor[level]!) this.#enter(level, bytes, packets);
      }
      const width = BURST_BIN_NANOSECONDS[level]!;
      bins[at] = (Math.floor(time / width) + 1) * width;
    }
  }

  /** A packet out of order still counts in the bins around its time that are open. */
  #addLate(bytes: number): void {
    const time = this.#now[0]!;
    for (let level = 1; level < LEVELS; level++) {
      const at = level * BIN_PLACES;
      if (time < this.#bins[at]! - BURST_BIN_NANOSECONDS[level]!) continue;
      this.#bins[at + BIN_BYTES]! += bytes;
      this.#bins[at + BIN_PACKETS]! += 1;
      return;
    }
    this.late++;
  }

  /** Puts a bin in the place of the emptiest one kept; sixteen comparisons, and few bins come here. */
  #enter(level: number, bytes: number, packets: number): void {
    const first = level * BURSTS_KEPT;
    const top = this.#topBytes;
    let place = first;
    for (let n = first + 1; n < first + BURSTS_KEPT; n++) if (top[n]! < top[place]!) place = n;
    const end = this.#bins[level * BIN_PLACES]!;
    const begin = end - BURST_BIN_NANOSECONDS[level]!;
    this.#topTimes[place] = begin;
    top[place] = bytes;
    this.#topPackets[place] = packets;
    this.#nameFlows(place, begin, end);
    let floor = top[first]!;
    for (let n = first + 1; n < first + BURSTS_KEPT; n++) floor = Math.min(floor, top[n]!);
    this.#floor[level] = floor;
  }

  /** Adds up the bin's recent packets by flow and keeps the largest. */
  #nameFlows(place: number, begin: number, end: number): void {
    const flows = this.#candidateFlows;
    const sums = this.#candidateBytes;
    let count = 0;
    for (let back = 1; back <= RECENT; back++) {
      const at = (this.#recent - back) & (RECENT - 1);
      const time = this.#recentTimes[at * 2]!;
      // Packets out of order are not remembered: times only fall on the way back to a restart.
      if (time < begin || time >= end) break;
      this.examined++;
      const flow = this.#recentWords[at * 4 + RECENT_FLOW]! | 0;
      if (flow === 0) continue;
      let n = 0;
      while (n < count && flows[n] !== flow) n++;
      if (n === CANDIDATES) continue;
      if (n === count) {
        flows[n] = flow;
        sums[n] = 0;
        count++;
      }
      sums[n]! += this.#recentWords[at * 4 + RECENT_BYTES]!;
    }
    const first = place * CONTRIBUTORS;
    for (let n = first; n < first + CONTRIBUTORS; n++) {
      if (this.#topFlows[n] !== 0) this.#interest.drop(this.#topFlows[n]!);
      const best = largest(sums, count);
      this.#topFlows[n] = best < 0 ? 0 : flows[best]!;
      this.#topFlowBytes[n] = best < 0 ? 0 : sums[best]!;
      if (best < 0) continue;
      sums[best] = 0;
      this.#interest.keep(flows[best]!);
    }
  }
}

/** Place of the largest sum, -1 when none is left. */
function largest(sums: Float64Array, count: number): number {
  let best = -1;
  for (let n = 0; n < count; n++) {
    if (sums[n]! > 0 && (best < 0 || sums[n]! > sums[best]!)) best = n;
  }
  return best;
}
