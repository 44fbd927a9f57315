import { FILLING_STEPS, fillingStep } from "./filling-steps.ts";
import { BURST_BIN_NANOSECONDS, BURSTS_KEPT } from "./microbursts-events.ts";

const NARROWEST_NANOSECONDS = BURST_BIN_NANOSECONDS[0]!;
const LEVELS = BURST_BIN_NANOSECONDS.length;
/** Packets remembered for the contributors of a bin that turns out to be a burst. */
const RECENT = 2048;
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
  /** Per width: when the open bin ends, and what is in it beyond the open narrower ones. */
  readonly #ends = new Float64Array(LEVELS).fill(Number.NEGATIVE_INFINITY);
  readonly #bytes = new Float64Array(LEVELS);
  readonly #packets = new Float64Array(LEVELS);
  /** Per width, `BURSTS_KEPT` bins: begin, bytes, packets; the fewest bytes that enter. */
  readonly #topTimes = new Float64Array(LEVELS * BURSTS_KEPT);
  readonly #topBytes = new Float64Array(LEVELS * BURSTS_KEPT);
  readonly #topPackets = new Float64Array(LEVELS * BURSTS_KEPT);
  readonly #topFlows = new Int32Array(LEVELS * BURSTS_KEPT * CONTRIBUTORS);
  readonly #topFlowBytes = new Float64Array(LEVELS * BURSTS_KEPT * CONTRIBUTORS);
  readonly #floor = new Float64Array(LEVELS);
  readonly #fillings = new Uint32Array(LEVELS * FILLING_STEPS);
  readonly #recentTimes = new Float64Array(RECENT).fill(Number.NEGATIVE_INFINITY);
  readonly #recentBytes = new Uint32Array(RECENT);
  readonly #recentFlows = new Int32Array(RECENT);
  readonly #candidateFlows = new Int32Array(CANDIDATES);
  readonly #candidateBytes = new Float64Array(CANDIDATES);
  readonly #interest: FlowInterest;
  #recent = 0;

  constructor(interfaceIndex: number, direction: number, interest: FlowInterest) {
    this.interfaceIndex = interfaceIndex;
    this.direction = direction;
    this.#interest = interest;
  }

  /** Adds a packet; times count from `baseSeconds`, `ordinal` is 0 without a flow. */
  packet(record: TimedPacket, baseSeconds: number, ordinal: number): void {
    // Worked out here: a double that is handed over as an argument is an allocation.
    const time = (record.seconds - baseSeconds) * 1e9 + record.nanoseconds;
    const end = this.#ends[0]!;
    if (time >= end || time < end - NARROWEST_NANOSECONDS) {
      this.#now[0] = time;
      if (!this.#isInOrder(record.originalBytes)) return;
    }
    this.#bytes[0]! += record.originalBytes;
    this.#packets[0]! += 1;
    const at = this.#recent;
    this.#recent = (at + 1) & (RECENT - 1);
    this.#recentTimes[at] = time;
    this.#recentBytes[at] = record.originalBytes;
    this.#recentFlows[at] = ordinal;
  }

  /** Opens the bins around a packet outside the narrowest one; false when it came out of order. */
  #isInOrder(bytes: number): boolean {
    const time = this.#now[0]!;
    const end = this.#ends[0]!;
    if (time < end) {
      if (time >= end - RESTART_NANOSECONDS) {
        this.#addLate(bytes);
        return false;
      }
      this.end();
      this.#now[0] = time;
      this.#ends.fill(Number.NEGATIVE_INFINITY);
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
    const ends = this.#ends;
    const sums = this.#bytes;
    const counts = this.#packets;
    let bytes = 0;
    let packets = 0;
    for (let level = 0; level < LEVELS; level++) {
      bytes += sums[level]!;
      packets += counts[level]!;
      if (time < ends[level]!) {
        sums[level] = bytes;
        counts[level] = packets;
        return;
      }
      sums[level] = 0;
      counts[level] = 0;
      if (packets > 0) {
        this.#fillings[level * FILLING_STEPS + fillingStep(bytes)]!++;
        if (bytes > this.#floor[level]!) this.#enter(level, bytes, packets);
      }
      const width = BURST_BIN_NANOSECONDS[level]!;
      ends[level] = (Math.floor(time / width) + 1) * width;
    }
  }

  /** A packet out of order still counts in the bins around its time that are open. */
  #addLate(bytes: number): void {
    const time = this.#now[0]!;
    for (let level = 1; level < LEVELS; level++) {
      if (time < this.#ends[level]! - BURST_BIN_NANOSECONDS[level]!) continue;
      this.#bytes[level]! += bytes;
      this.#packets[level]! += 1;
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
    const begin = this.#ends[level]! - BURST_BIN_NANOSECONDS[level]!;
    this.#topTimes[place] = begin;
    top[place] = bytes;
    this.#topPackets[place] = packets;
    this.#nameFlows(place, begin, this.#ends[level]!);
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
      const time = this.#recentTimes[at]!;
      // Packets out of order are not remembered: times only fall on the way back to a restart.
      if (time < begin || time >= end) break;
      this.examined++;
      const flow = this.#recentFlows[at]!;
      if (flow === 0) continue;
      let n = 0;
      while (n < count && flows[n] !== flow) n++;
      if (n === CANDIDATES) continue;
      if (n === count) {
        flows[n] = flow;
        sums[n] = 0;
        count++;
      }
      sums[n]! += this.#recentBytes[at]!;
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
