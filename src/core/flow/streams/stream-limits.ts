import { createLimit, type Limit } from "../../base/index.ts";

/** Bounds of stream reassembly; each is counted when reached, and what is lost is told as a gap. */
export interface StreamLimits {
  /** Bytes that one direction holds beyond a hole. */
  readonly bufferedBytes: Limit;
  /** Pieces that one direction holds beyond holes; one segment that fills many may go over. */
  readonly pieces: Limit;
  /** Delivered bytes that one direction remembers, to compare late retransmissions with. */
  readonly rememberedBytes: Limit;
  /** Bytes held beyond holes by all streams that share a budget. */
  readonly totalBytes: Limit;
}

/** The limits' maxima; the names of the counters follow from the keys. */
export type StreamMaxima = Record<keyof StreamLimits, number>;

export const DEFAULT_STREAM_MAXIMA: StreamMaxima = {
  // The largest receive buffer that common systems grant by themselves is 6 to 16 MiB.
  bufferedBytes: 16 * 1024 * 1024,
  pieces: 65_536,
  rememberedBytes: 64 * 1024,
  totalBytes: 256 * 1024 * 1024,
};

export function createStreamLimits(maxima: Partial<StreamMaxima> = {}): StreamLimits {
  const all = { ...DEFAULT_STREAM_MAXIMA, ...maxima };
  return {
    bufferedBytes: createLimit("stream.bufferedBytes", all.bufferedBytes),
    pieces: createLimit("stream.pieces", all.pieces),
    rememberedBytes: createLimit("stream.rememberedBytes", all.rememberedBytes),
    totalBytes: createLimit("stream.totalBytes", all.totalBytes),
  };
}

/** What all streams of one pass hold together; each adds and takes away its own part. */
export interface StreamBudget {
  heldBytes: number;
}
