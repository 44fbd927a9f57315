import { durationText } from "../../core/base/index.ts";
import type { Row } from "../index/index.ts";

export interface Rhythm {
  readonly bursts: number;
  readonly period_seconds: number;
  readonly spread_seconds: number;
  readonly says: string;
}

/** Fewer bursts than this are no rhythm. */
const BURSTS_MIN = 8;

/**
 * How often and how evenly a connection's originator spoke: the median time between its bursts, and
 * the spread of the middle half. The index keeps the first and the last 64 starts of bursts.
 */
export function rhythmOf(row: Row | undefined): Rhythm | null {
  if (row === undefined || Number(row["count"]) < BURSTS_MIN) return null;
  const gaps = [...gapsOf(row["first"]), ...gapsOf(row["last"])].sort((a, b) => a - b);
  if (gaps.length === 0) return null;
  const at = (share: number): number =>
    gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))]!;
  const period = at(0.5);
  const spread = (at(0.75) - at(0.25)) / 2;
  const bursts = Number(row["count"]);
  const says = `calls out every ${periodText(period)} (${bursts} bursts, half of them within ${durationText(spread)} of that)`;
  return { bursts, period_seconds: period, spread_seconds: spread, says };
}

/** Up to two minutes in seconds: a period of 60 s is what people look for, not "1 min 0 s". */
function periodText(seconds: number): string {
  return seconds < 120 ? `${Number(seconds.toPrecision(3))} s` : durationText(seconds);
}

/** Seconds between starts kept as i64 nanoseconds, little-endian. */
function gapsOf(base64: unknown): number[] {
  const bytes = Uint8Array.from(Buffer.from(String(base64 ?? ""), "base64"));
  const times = new BigInt64Array(bytes.buffer, 0, bytes.length >> 3);
  return [...times].slice(1).map((time, n) => Number(time - times[n]!) / 1e9);
}
