import {
  FIN_SENT,
  INACTIVE,
  RESET,
  SEQ_ACK,
  SEQ_LAST,
  SEQ_START,
  STATE,
  SYN_SENT,
  WRAPS,
} from "./flow-layout.ts";

/** A sequence number with the wraps that were counted for it. */
export function fullSequence(wraps: number, sequence: number): number {
  return wraps * 4294967296 + (sequence >>> 0);
}

/** Payload bytes an endpoint sent by its sequence numbers, or by what its peer acknowledged. */
export function endpointSize(words: Int32Array, at: number, peer: number): number {
  const state = words[at + STATE]!;
  const wraps = words[at + WRAPS]!;
  const start = words[at + SEQ_START]! >>> 0;
  const acknowledged = fullSequence(wraps >>> 16, words[at + SEQ_ACK]!);
  // A SYN that its own sender aborted: no data can have been sent, whatever the RST's number says.
  if (
    ((state >> 4) & 15) === SYN_SENT &&
    (state & 15) === RESET &&
    (words[peer + STATE]! & 15) === INACTIVE &&
    acknowledged !== start &&
    acknowledged !== start + 1
  ) {
    return 0;
  }
  const last = fullSequence(wraps & 0xffff, words[at + SEQ_LAST]!);
  let size = Math.max(last, acknowledged) - start;
  // The SYN and the FIN take a number each.
  if (size !== 0) size--;
  if ((state & FIN_SENT) !== 0 && size !== 0) size--;
  return size;
}
