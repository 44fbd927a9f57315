import { randomBytes as nodeRandomBytes } from "node:crypto";
import type { CaptureId, SegmentId } from "../core/base/index.ts";
import type { Clock } from "./clock.ts";

/** RFC 4648's base32 digits in ASCII order, so that ids sort as text by time. */
const DIGITS = "234567abcdefghijklmnopqrstuvwxyz";

/** Bytes from the system's generator. */
export function randomBytes(length: number): Uint8Array {
  return new Uint8Array(nodeRandomBytes(length));
}

export function randomHex(bytes: number): string {
  return nodeRandomBytes(bytes).toString("hex");
}

export function createSegmentId(clock: Clock): SegmentId {
  return createId(clock) as SegmentId;
}

export function createCaptureId(clock: Clock): CaptureId {
  return createId(clock) as CaptureId;
}

/** 48 bits of milliseconds, then 82 random bits, as 26 digits of 5 bits. */
function createId(clock: Clock): string {
  let value = BigInt(Math.max(0, Math.floor(clock.nowMs()))) & 0xffff_ffff_ffffn;
  const random = BigInt(`0x${randomHex(11)}`) & ((1n << 82n) - 1n);
  value = (value << 82n) | random;
  let text = "";
  for (let at = 0; at < 26; at++) {
    text = DIGITS.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}
