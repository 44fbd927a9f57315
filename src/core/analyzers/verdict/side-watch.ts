import type { Limit } from "../../base/index.ts";
import { SentBytes } from "./sent-bytes.ts";
import { sight } from "./sightings.ts";
import { createSideFacts, type PacketPlace, type SideFacts } from "./verdict-facts.ts";

/** A packet and when it came, in nanoseconds from the connection's first. */
export interface Moment<P extends PacketPlace> {
  readonly ns: number;
  readonly packet: P;
}

/** What is remembered of one side while its connection runs. */
export class SideWatch<P extends PacketPlace> {
  readonly facts: SideFacts<P> = createSideFacts();
  readonly sent: SentBytes<P>;
  lastSyn: Moment<P> | undefined;
  lastData: Moment<P> | undefined;
  /** First data since the other side spoke. */
  turnStart: Moment<P> | undefined;
  /** When the peer last acknowledged something new of this side. */
  acknowledgedNs = Number.NEGATIVE_INFINITY;
  hasGoodChecksum = false;
  /** False once a packet with a wrong checksum was acknowledged: its network card writes them late. */
  areChecksumsTold = true;
  /** One past the highest byte of packets left out for their checksum. */
  refusedEnd = Number.NEGATIVE_INFINITY;
  #closedSince: Moment<P> | undefined;
  #openedNs = Number.NEGATIVE_INFINITY;
  #window = -1;
  #acknowledgment = 0;
  #hasAcknowledged = false;
  /** One segment under way whose acknowledgement tells the round trip; none when the end is -1. */
  #sampleEnd = -1;
  #sampleNs = 0;

  constructor(limit: Limit) {
    this.sent = new SentBytes(limit);
  }

  get isClosed(): boolean {
    return this.#closedSince !== undefined;
  }

  /** True when its window was closed at any time since. */
  wasClosedSince(ns: number): boolean {
    return this.#closedSince !== undefined || this.#openedNs > ns;
  }

  hopLimit(value: number): void {
    const { facts } = this;
    facts.hopLimitPackets++;
    if (facts.hopLimitLow < 0 || value < facts.hopLimitLow) facts.hopLimitLow = value;
    if (value > facts.hopLimitHigh) facts.hopLimitHigh = value;
  }

  /** The window it announces. */
  window(size: number, moment: Moment<P>): void {
    if (size === 0) {
      this.facts.zeroWindows++;
      this.#closedSince ??= moment;
    } else this.open(moment);
  }

  /** Its window is open, or nothing more is known of it. */
  open(moment: Moment<P>): void {
    const since = this.#closedSince;
    if (since === undefined) return;
    this.#closedSince = undefined;
    this.#openedNs = moment.ns;
    sight(this.facts.closed, moment.ns - since.ns, since.packet, moment.packet);
  }

  /** Notes the number it acknowledges; true when that and the window are as they were. */
  isSameAcknowledgment(acknowledgment: number, window: number): boolean {
    const isSame =
      this.#hasAcknowledged && acknowledgment === this.#acknowledgment && window === this.#window;
    this.#hasAcknowledged = true;
    this.#acknowledgment = acknowledgment;
    this.#window = window;
    return isSame;
  }

  sample(end: number, ns: number): void {
    if (this.#sampleEnd >= 0) return;
    this.#sampleEnd = end;
    this.#sampleNs = ns;
  }

  /** Nobody can tell which copy an acknowledgement answers (Karn, RFC 6298 3). */
  dropSample(): void {
    this.#sampleEnd = -1;
  }

  /** Its data below a position were acknowledged: the way to the peer and back, -1 without a sample. */
  sampledNs(position: number, ns: number): number {
    if (this.#sampleEnd < 0 || position < this.#sampleEnd) return -1;
    this.#sampleEnd = -1;
    return ns - this.#sampleNs;
  }

  roundTrip(ns: number): void {
    const { facts } = this;
    if (ns < 0) return;
    if (facts.roundTripNs < 0 || ns < facts.roundTripNs) facts.roundTripNs = ns;
  }
}
