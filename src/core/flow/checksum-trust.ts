import type { DecodedPacket } from "../packet/index.ts";

/** What is done about packets whose checksums are wrong. */
export const CHECKSUM_RULES = ["verify", "auto", "ignore"] as const;

/**
 * - `verify`: such packets are not counted, as in Zeek;
 * - `auto`: unless they are the sum of the pseudo header alone, or their sender has never shown a right one:
 *   a host that leaves checksums to its network card (offload) is captured before it fills them in;
 * - `ignore`: they count like any other.
 */
export type ChecksumRule = (typeof CHECKSUM_RULES)[number];

const SENDERS_BITS = 20;

/** Remembers which hosts have sent a right checksum, in 128 KiB whatever they are. */
export class ChecksumTrust {
  readonly #seen = new Int32Array(1 << (SENDERS_BITS - 5));

  /** The packet's checksum is right: its sender computes them. */
  noteGood(packet: DecodedPacket): void {
    const place = placeOf(packet);
    this.#seen[place >>> 5]! |= 1 << (place & 31);
  }

  /** True for a sender that has not shown a right checksum. Two hosts may share a place. */
  isUnknown(packet: DecodedPacket): boolean {
    const place = placeOf(packet);
    return (this.#seen[place >>> 5]! & (1 << (place & 31))) === 0;
  }
}

function placeOf({ src0, src1, src2, src3 }: DecodedPacket): number {
  let hash = Math.imul(src3 ^ Math.imul(src0 ^ src1, 0x85ebca6b) ^ src2, 0x9e3779b1);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0xc2b2ae35) >>> (32 - SENDERS_BITS);
}
