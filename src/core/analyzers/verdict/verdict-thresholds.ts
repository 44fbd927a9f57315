/** From when on something counts against somebody; times in nanoseconds. One place, with reasons. */
export const VERDICT_THRESHOLDS = {
  /** Delays below it, added up, are nobody's complaint: people notice a second, chains add halves. */
  slowNs: 500e6,
  /** An answer this late is a slow one, if it also is so many round trips late. */
  slowAnswerNs: 500e6,
  slowAnswerRoundTrips: 3,
  /** Silence inside one side's data, all acknowledged: above any delayed acknowledgement (RFC 1122). */
  pauseNs: 500e6,
  /** A round trip that people hear and feel: twice the 150 ms one way of ITU-T G.114. */
  slowRoundTripNs: 300e6,
  /** TCP's rate falls with the root of the loss (RFC 3819 8.5): at 1 % a 50 ms path gives 3 Mbit/s. */
  lossShare: 0.01,
  /** One lost segment of few is no rate. */
  lostSegments: 3,
  /** Data that were acknowledged but not captured: beyond this, what was sent twice cannot be told. */
  captureLossShare: 0.01,
  captureLossBytes: 4096,
  /** Copies of packets above this share are a mirror port that sends everything twice. */
  copyShare: 0.2,
  /** A closed window shorter than this is a full buffer for a moment. */
  closedWindowNs: 200e6,
  /** Routes move by a hop or so; another device is further off. */
  resetHopDistance: 2,
  /** Packets of a side from which its usual hop limit is known. */
  hopLimitPackets: 2,
  /** Before a round trip is known, data this late are out of order and not sent again. */
  reorderNs: 3e6,
  /** Part of the round trip that a loss takes at least until the resend comes by. */
  reorderRoundTrips: 0.8,
  /** Client's silence that is most of a connection is worth a word if nothing else is. */
  thinkNs: 1e9,
  thinkShare: 0.5,
} as const;

/** Packets named as proof of one thing. */
export const PROOFS_MAX = 8;
/** Holes of a direction that are followed at once. */
export const HOLES_MAX = 512;
/** Newest segments of a direction among which the original of one sent again is looked for. */
export const ORIGINALS_KEPT = 256;
