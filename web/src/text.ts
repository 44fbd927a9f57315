import { durationText, endText } from "../../src/core/base/index.ts";

/** UTC from decimal nanoseconds, with so many digits of the second. */
export function timeText(ns: string | null | undefined, digits: 0 | 3 | 6 | 9 = 6): string {
  if (ns === null || ns === undefined) return "-";
  const value = BigInt(ns);
  const second = 1_000_000_000n;
  const rest = ((value % second) + second) % second;
  const date = new Date(Number((value - rest) / second) * 1000);
  if (Number.isNaN(date.getTime())) return ns;
  const text = date.toISOString().slice(0, 19).replace("T", " ");
  return digits === 0 ? text : `${text}.${String(rest).padStart(9, "0").slice(0, digits)}`;
}

/** The same moment for a hover: to the nanosecond in UTC, and on this person's clock. */
export function timeTitle(ns: string): string {
  const local = new Date(Number(BigInt(ns) / 1_000_000n));
  return `${timeText(ns, 9)} UTC\n${local.toLocaleString()} local time`;
}

/** An entry's RFC 3339 time as UTC without the letters. */
export function stampText(at: string): string {
  return at.replace("T", " ").replace("Z", "");
}

/** RFC 3339 from nanoseconds, as the address and the query language write it. */
export function stampOfNs(ns: bigint): string {
  return `${timeText(String(ns), 3).replace(" ", "T")}Z`;
}

/** RFC 3339 to the last digit. */
export function nsStamp(ns: string): string {
  return `${timeText(ns, 9).replace(" ", "T")}Z`;
}

/** Nanoseconds of an RFC 3339 time in UTC; undefined if it is none. */
export function nsOfStamp(stamp: string): bigint | undefined {
  const ms = Date.parse(stamp);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n;
}

/** `2 min ago`, for a person who wants to know how old it is. */
export function agoText(at: string, nowMs: number): string {
  const seconds = Math.max(0, (nowMs - Date.parse(at)) / 1000);
  if (seconds < 10) return "just now";
  if (seconds >= 172_800) return `${Math.floor(seconds / 86_400)} days ago`;
  return `${durationText(seconds).replace(/ \d+ s$/, "")} ago`;
}

/** A short time as a person reads it: `64 µs`, `21.3 ms`, `3.06 s`. */
export function shortTimeText(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 60) return durationText(seconds);
  const scales: readonly (readonly [unit: string, perSecond: number])[] = [
    ["s", 1],
    ["ms", 1e3],
    ["µs", 1e6],
  ];
  const [unit, per] = scales.find(([, perSecond]) => size * perSecond >= 0.9995) ?? ["ns", 1e9];
  return `${Number((seconds * per).toPrecision(3))} ${unit}`;
}

/** A long time as a person reads it: `3 min 20 s`, `26 days`. */
export function spanText(seconds: number): string {
  if (seconds < 120) return shortTimeText(seconds);
  return seconds >= 172_800
    ? `${countText(Math.round(seconds / 86_400))} days`
    : durationText(seconds);
}

/** A rate as links are named: `1.45 Gbit/s`. */
export function rateText(bitsPerSecond: number): string {
  const units = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
  let value = bitsPerSecond;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}

export function countText(count: number): string {
  return count.toLocaleString("en");
}

/** `1 gap`, `2 gaps`, `no gaps`. */
export function amountText(count: number, noun: string, plural = `${noun}s`): string {
  if (count === 0) return `no ${plural}`;
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/**
 * Text from the wire as text: control and format characters are written out, so that none can turn
 * what is beside it around or hide it.
 */
export function wireText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** `10.0.0.1:443`, `[2001:db8::1]:443`; the address alone where there is no port. */
export function endpointText(address: unknown, port: unknown): string {
  return endText(String(address), port ? Number(port) : null);
}

/** A value of a row as a cell shows it. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "-";
  if (Array.isArray(value)) return value.length === 0 ? "-" : value.map(valueText).join(", ");
  if (typeof value === "object") return wireText(JSON.stringify(value));
  return wireText(String(value));
}
