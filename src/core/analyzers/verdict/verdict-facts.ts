/** Where a packet lies: its number among the connection's packets, from 1, and its time. */
export interface PacketPlace {
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** 0 is the originator, the client; 1 the responder, the server. */
export type VerdictSide = 0 | 1;

/** Something that happened so many times, with the first packets that show it. */
export interface Sightings<P extends PacketPlace> {
  count: number;
  ns: number;
  longestNs: number;
  readonly packets: P[];
}

/** What was seen of one side. Times in nanoseconds. */
export interface SideFacts<P extends PacketPlace> {
  packets: number;
  /** Segments with payload, those sent again too. */
  segments: number;
  bytes: number;
  /** Sent again although the first copy had come by: lost between here and the receiver. */
  readonly lostBehind: Sightings<P>;
  /** Came after a hole, too late for reordering: lost between the sender and here. */
  readonly lostBefore: Sightings<P>;
  /** Sent again although the acknowledgement had come by. */
  readonly needless: Sightings<P>;
  readonly reordered: Sightings<P>;
  readonly duplicateAcks: Sightings<P>;
  /** Windows this side closed, and for how long. */
  readonly closed: Sightings<P>;
  /** Windows of zero that were announced. */
  zeroWindows: number;
  /** Silence inside its data that nothing else explains. */
  readonly pauses: Sightings<P>;
  /** Data that were acknowledged and are not in the capture. */
  readonly missed: Sightings<P>;
  missedBytes: number;
  readonly badChecksums: Sightings<P>;
  /** The same packet captured twice. */
  copies: number;
  keepAlives: number;
  /** Smallest and largest hop limit of what is no reset; -1 when there is none. */
  hopLimitLow: number;
  hopLimitHigh: number;
  hopLimitPackets: number;
  /** Shortest way from here to this side and back; -1 when it was not seen. */
  roundTripNs: number;
  fins: number;
  syns: number;
  synResends: number;
}

/** Waits of one kind: for answers, or before requests. */
export interface Waits<P extends PacketPlace> {
  count: number;
  totalNs: number;
  slow: number;
  slowNs: number;
  longestNs: number;
  /** Request and answer of the longest, longest first. */
  readonly worst: { readonly ns: number; readonly asked: P; readonly answered: P }[];
}

export interface ResetFact<P extends PacketPlace> {
  readonly side: VerdictSide;
  readonly hopLimit: number;
  readonly packet: P;
  /** Its sequence number lies at what its sender had come to. */
  readonly isExpected: boolean;
}

/** What two different packets said about the same bytes. */
export interface ForgedFact<P extends PacketPlace> {
  readonly side: VerdictSide;
  readonly position: number;
  readonly length: number;
  readonly packets: readonly P[];
  /** How far apart the hop limits of the two packets are. */
  readonly hopDistance: number;
}

/** All that one connection's packets tell about who kept whom waiting. */
export interface ConnectionFacts<P extends PacketPlace> {
  readonly sides: readonly [SideFacts<P>, SideFacts<P>];
  readonly answers: Waits<P>;
  readonly thinks: Waits<P>;
  /** The originator's data that nothing came back for. */
  unanswered: { since: P; until: P; ns: number; isAcknowledged: boolean } | undefined;
  readonly resets: ResetFact<P>[];
  readonly forged: ForgedFact<P>[];
  forgedCount: number;
  /** Silence before a SYN that was sent again. */
  readonly synStalls: Sightings<P>;
  /** Silence before a SYN-ACK that was sent again: it or its ACK did not arrive. */
  readonly synAckStalls: Sightings<P>;
  first: P | undefined;
  last: P | undefined;
  durationNs: number;
  hasHandshake: boolean;
  /** The first SYN of the originator, and the reset that answered it at once. */
  syn: P | undefined;
  refusal: P | undefined;
  readonly limits: readonly { readonly name: string; readonly reached: number }[];
}

export function createSightings<P extends PacketPlace>(): Sightings<P> {
  return { count: 0, ns: 0, longestNs: 0, packets: [] };
}

export function createSideFacts<P extends PacketPlace>(): SideFacts<P> {
  return {
    packets: 0,
    segments: 0,
    bytes: 0,
    lostBehind: createSightings(),
    lostBefore: createSightings(),
    needless: createSightings(),
    reordered: createSightings(),
    duplicateAcks: createSightings(),
    closed: createSightings(),
    zeroWindows: 0,
    pauses: createSightings(),
    missed: createSightings(),
    missedBytes: 0,
    badChecksums: createSightings(),
    copies: 0,
    keepAlives: 0,
    hopLimitLow: -1,
    hopLimitHigh: -1,
    hopLimitPackets: 0,
    roundTripNs: -1,
    fins: 0,
    syns: 0,
    synResends: 0,
  };
}

export function createWaits<P extends PacketPlace>(): Waits<P> {
  return { count: 0, totalNs: 0, slow: 0, slowNs: 0, longestNs: 0, worst: [] };
}
