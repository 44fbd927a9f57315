/**
 * Why bytes are missing: `lost` was never captured although the peer acknowledged it or data came
 * after it, `cut` was in a packet of which the capture kept only the beginning.
 */
export type GapKind = "lost" | "cut";

/** Two packets gave different bytes for the same place; which of them counts, the policy says. */
export interface StreamConflict {
  position: number;
  length: number;
  /** Record offsets of the packet that came first and of the other. */
  firstOffset: number;
  secondOffset: number;
  /** Views, valid until the call returns. */
  first: Uint8Array;
  second: Uint8Array;
}

/**
 * Takes one direction of a connection in order: positions grow from 0, the byte after the SYN, and no
 * place comes twice. Views are valid until the call returns; whoever keeps bytes copies them.
 */
export interface StreamSink {
  data(bytes: Uint8Array, position: number, recordOffset: number): void;
  gap(position: number, length: number, kind: GapKind): void;
  conflict?(conflict: StreamConflict): void;
}

/** What one direction was like, besides its bytes. */
export interface StreamCounts {
  segments: number;
  /** Bytes delivered. */
  bytes: number;
  /** Bytes that came again after they had been delivered or held. */
  duplicateBytes: number;
  /** Bytes that came after their place had been given up as a gap. */
  lateBytes: number;
  lostBytes: number;
  cutBytes: number;
  gaps: number;
  conflicts: number;
  keepAlives: number;
  /** Segments further ahead than any window allows. */
  outOfWindow: number;
  /** Bytes before the first one that counts. */
  beforeStart: number;
  /** Bytes behind the FIN. */
  afterFin: number;
}

export function createStreamCounts(): StreamCounts {
  return {
    segments: 0,
    bytes: 0,
    duplicateBytes: 0,
    lateBytes: 0,
    lostBytes: 0,
    cutBytes: 0,
    gaps: 0,
    conflicts: 0,
    keepAlives: 0,
    outOfWindow: 0,
    beforeStart: 0,
    afterFin: 0,
  };
}
