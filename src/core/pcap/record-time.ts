import type { PacketRecord } from "./packet-record.ts";

/**
 * No packet's time lies further from 1970, in seconds (71 million years): whoever steps through
 * seconds would stand still where a number has no room left for a single one.
 */
export const TIME_SECONDS_MAX = 2 ** 51;

/** How an interface's 64-bit counts become seconds and nanoseconds. */
export interface TimeScale {
  readonly kind: "decimal" | "binary" | "wide";
  /** Counts a second; for `binary` the exponent. */
  readonly divisor: number;
  /** Nanoseconds a count, for `decimal`. */
  readonly factor: number;
  readonly offsetSeconds: number;
  readonly wideUnit: bigint;
}

/** Reads an if_tsresol byte (pcapng §4.2): power of ten, or of two with the high bit. */
export function createTimeScale(resolution: number, offsetSeconds: number): TimeScale {
  const exponent = resolution & 0x7f;
  const base = { offsetSeconds: bounded(offsetSeconds), factor: 0, wideUnit: 0n };
  if ((resolution & 0x80) !== 0) {
    // Beyond 2^22 the product of fraction and 10^9 no longer fits 53 bits.
    if (exponent <= 22) return { ...base, kind: "binary", divisor: exponent };
    return { ...base, kind: "wide", divisor: 0, wideUnit: 1n << BigInt(exponent) };
  }
  // Below 10^6 counts a second, or with a far offset, the time may pass its bound: looked at there.
  const isNear = Math.abs(offsetSeconds) < TIME_SECONDS_MAX / 2;
  if (exponent >= 6 && exponent <= 9 && isNear) {
    return { ...base, kind: "decimal", divisor: 10 ** exponent, factor: 10 ** (9 - exponent) };
  }
  return { ...base, kind: "wide", divisor: 0, wideUnit: 10n ** BigInt(exponent) };
}

/** Sets the record's time from the two halves of its count, exact to the nanosecond. */
export function setRecordTime(
  packet: PacketRecord,
  scale: TimeScale,
  high: number,
  low: number,
): void {
  if (scale.kind !== "decimal") {
    setUncommonTime(packet, scale, high, low);
    return;
  }
  // The double quotient is off by at most one second; the remainder is exact modulo 2^32 because it
  // lies within ±2·10^9. A bigint division here costs 25 ns, this 2.
  const { divisor } = scale;
  let seconds = Math.floor((high * 4294967296 + low) / divisor);
  let rest = (low - Math.imul(seconds, divisor)) | 0;
  if (rest < 0) {
    seconds--;
    rest += divisor;
  } else if (rest >= divisor) {
    seconds++;
    rest -= divisor;
  }
  packet.seconds = seconds + scale.offsetSeconds;
  packet.nanoseconds = rest * scale.factor;
}

function setUncommonTime(packet: PacketRecord, scale: TimeScale, high: number, low: number): void {
  if (scale.kind === "binary") {
    const bits = scale.divisor;
    const unit = 2 ** bits;
    const fraction = low % unit;
    const seconds = high * 2 ** (32 - bits) + (low - fraction) / unit;
    packet.seconds = bounded(seconds + scale.offsetSeconds);
    packet.nanoseconds = Math.floor((fraction * 1e9) / unit);
    return;
  }
  const count = (BigInt(high) << 32n) | BigInt(low);
  const seconds = count / scale.wideUnit;
  packet.seconds = bounded(Number(seconds) + scale.offsetSeconds);
  packet.nanoseconds = Number(
    ((count - seconds * scale.wideUnit) * 1_000_000_000n) / scale.wideUnit,
  );
}

function bounded(seconds: number): number {
  return Math.max(-TIME_SECONDS_MAX, Math.min(TIME_SECONDS_MAX, seconds));
}
