import { ACK_TIME, F_HANDSHAKE, F_NOW, SYN_TIME } from "./flow-layout.ts";

/**
 * Times the handshake: SYN to SYN-ACK is the way to the responder and back, SYN-ACK to ACK the way to
 * the originator. A SYN sent again counts from its last copy, as nobody can tell which was answered
 * (Karn); a SYN-ACK sent again does not change the first answer's time.
 */
export function noteHandshake(
  words: Int32Array,
  doubles: Float64Array,
  base: number,
  packet: { syn: boolean; hasAck: boolean; isOriginator: boolean },
): void {
  const { syn, hasAck, isOriginator } = packet;
  const f = (base >> 1) + F_HANDSHAKE;
  // Plus one, so that 0 is "none" even for the capture's first packet.
  const now = doubles[F_NOW]! + 1;
  if (syn) {
    if (!hasAck && isOriginator && words[base + SYN_TIME] === 0) doubles[f] = now;
    else if (hasAck && !isOriginator && doubles[f]! > 0) {
      if (words[base + SYN_TIME] === 0) words[base + SYN_TIME] = toMicroseconds(now - doubles[f]!);
      if (words[base + ACK_TIME] === 0) doubles[f] = now;
    }
  } else if (
    hasAck &&
    isOriginator &&
    words[base + SYN_TIME] !== 0 &&
    words[base + ACK_TIME] === 0
  ) {
    words[base + ACK_TIME] = toMicroseconds(now - doubles[f]!);
  }
}

/** Microseconds plus one, so that 0 stands for none; at most half an hour. */
export function toMicroseconds(nanoseconds: number): number {
  return 1 + Math.max(0, Math.min(0x7ffffffe, Math.floor(nanoseconds / 1000)));
}
