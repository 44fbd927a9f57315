import { DER_TAG, type DerValue } from "../shared/index.ts";

/** Seconds since 1970 of a Time (RFC 5280 4.1.2.5); undefined when it is none. */
export function readTime(bytes: Uint8Array, value: DerValue): number | undefined {
  const isShort = value.tag === DER_TAG.utcTime;
  if (!isShort && value.tag !== DER_TAG.generalizedTime) return undefined;
  const length = value.end - value.start;
  const dateDigits = isShort ? 10 : 12;
  if (length < dateDigits || length > 23) return undefined;
  let at = value.start;
  const two = (): number => {
    const number = (bytes[at]! - 0x30) * 10 + (bytes[at + 1]! - 0x30);
    at += 2;
    return number;
  };
  let year = two();
  if (!isShort) year = year * 100 + two();
  else year += year < 50 ? 2000 : 1900;
  const [month, day, hour, minute] = [two(), two(), two(), two()];
  const hasSeconds = at + 2 <= value.end && isDigit(bytes[at]!);
  const second = hasSeconds ? two() : 0;
  if (bytes[at] === 0x2e) {
    at++;
    while (at < value.end && isDigit(bytes[at]!)) at++;
  }
  const seconds = Date.UTC(2000, month - 1, day, hour, minute, second) / 1000;
  // The year is put in apart: Date.UTC takes 0 to 99 for 1900 to 1999.
  const date = new Date(seconds * 1000);
  if (Number.isNaN(seconds)) return undefined;
  date.setUTCFullYear(year + date.getUTCFullYear() - 2000);
  if (month === 2 && day === 29 && !isLeap(year)) date.setUTCFullYear(year, 2, 1);
  const stated = date.getTime() / 1000 + offsetSeconds(bytes, at, value.end);
  return Number.isFinite(stated) ? stated : undefined;
}

/** Zeek's reading of a zone: only whole `Z` occurs in what RFC 5280 allows. */
function offsetSeconds(bytes: Uint8Array, at: number, end: number): number {
  if (at + 5 > end || (bytes[at] !== 0x2b && bytes[at] !== 0x2d)) return 0;
  const digit = (n: number): number => bytes[at + n]! - 0x30;
  const minutes = (digit(1) * 10 + digit(2)) * 60 + digit(3) * 10 + digit(4);
  return (bytes[at] === 0x2b ? -minutes : minutes) * 60;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
