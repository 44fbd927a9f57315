import { parseUid } from "../base/index.ts";
import type { Field } from "../events/index.ts";
import { type AddressWords, type Network, parseAddress, parseNetwork } from "../packet/index.ts";
import type { QueryTime, QueryValue } from "./query-tree.ts";

/** A value read from text, or what would have been right. */
export type ValueResult =
  | { readonly status: "ok"; readonly value: QueryValue }
  | { readonly status: "error"; readonly message: string; readonly hint: string };

const BYTE_UNITS: ReadonlyMap<string, bigint> = new Map([
  ["", 1n],
  ["B", 1n],
  ["kB", 10n ** 3n],
  ["KB", 10n ** 3n],
  ["MB", 10n ** 6n],
  ["GB", 10n ** 9n],
  ["TB", 10n ** 12n],
  ["KiB", 1n << 10n],
  ["MiB", 1n << 20n],
  ["GiB", 1n << 30n],
  ["TiB", 1n << 40n],
]);

/** Largest first, as `formatDuration` wants them. */
export const DURATION_UNITS: readonly (readonly [name: string, nanoseconds: bigint])[] = [
  ["d", 86_400n * 10n ** 9n],
  ["h", 3_600n * 10n ** 9n],
  ["m", 60n * 10n ** 9n],
  ["s", 10n ** 9n],
  ["ms", 10n ** 6n],
  ["us", 1_000n],
  ["ns", 1n],
];

const COUNT_MAX = (1n << 64n) - 1n;
const DURATION_MAX = (1n << 63n) - 1n;

/** Reads a value as its field wants it. */
export function readValue(text: string, field: Field, now: QueryTime): ValueResult {
  switch (field.kind) {
    case "count":
    case "port":
      return readCount(text, field);
    case "interval": {
      const nanoseconds = readDuration(/^[\d.]+$/.test(text) ? `${text}s` : text);
      if (nanoseconds === undefined) return wrong(text, "a duration", "write 5m, 1.5s or 250ms");
      return { status: "ok", value: { kind: "duration", nanoseconds } };
    }
    case "decimal": {
      const parts = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text);
      if (parts === null) return wrong(text, "a number", "write 5 or 2.5");
      const billionths = BigInt(parts[1]! + (parts[2] ?? "").padEnd(9, "0"));
      return { status: "ok", value: { kind: "decimal", billionths } };
    }
    case "time": {
      const time = readTime(text, now);
      if (time === undefined) return wrong(text, "a time", TIME_HINT);
      return { status: "ok", value: { kind: "time", time } };
    }
    case "addr": {
      const network = readNetwork(text);
      if (network === undefined) return wrong(text, "an address", "write 10.0.0.1 or 10.0.0.0/8");
      return { status: "ok", value: { kind: "network", network } };
    }
    case "bool":
      if (/^(true|T|false|F)$/.test(text)) {
        return { status: "ok", value: { kind: "bool", value: text === "true" || text === "T" } };
      }
      return wrong(text, "true or false", "write true or false");
    case "enum":
    case "enumSet":
      return readName(text, field);
    case "uid": {
      const value = parseUid(text);
      if (value === undefined)
        return wrong(text, "a uid", "a uid is C and up to 11 letters and digits");
      return { status: "ok", value: { kind: "uid", value } };
    }
    case "communityId":
      return readCommunityId(text);
    case "dict":
    case "text":
    case "list":
      return { status: "ok", value: { kind: "text", value: text } };
    case "bytes":
      return {
        status: "error",
        message: `${field.name} holds raw bytes`,
        hint: `ask "has ${field.name}"`,
      };
  }
}

export const TIME_HINT = "write 2026-01-31T08:00:00Z or 3h ago";

function wrong(text: string, what: string, hint: string): ValueResult {
  return { status: "error", message: `"${text}" is not ${what}`, hint };
}

function readCount(text: string, field: Field): ValueResult {
  const parts = /^(\d+)(?:\.(\d{1,9}))?([A-Za-z]*)$/.exec(text);
  const unit = BYTE_UNITS.get(parts?.[3] ?? "?");
  if (parts === null || unit === undefined) {
    return wrong(text, "a number", "write 443, 10MB or 64KiB");
  }
  const fraction = parts[2] ?? "";
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(parts[1]! + fraction) * unit;
  if (scaled % scale !== 0n) return wrong(text, "a whole number", "write 443, 10MB or 64KiB");
  const value = scaled / scale;
  const maximum = field.kind === "port" ? 65_535n : COUNT_MAX;
  if (value > maximum)
    return wrong(text, `a number up to ${maximum}`, `${field.name} goes up to ${maximum}`);
  return { status: "ok", value: { kind: "number", value } };
}

function readName(text: string, field: Field): ValueResult {
  const names = field.values ?? [];
  if (names.includes(text)) return { status: "ok", value: { kind: "text", value: text } };
  const message = `${field.name} is never "${text}"`;
  return { status: "error", message, hint: `it is one of ${names.slice(0, 20).join(", ")}` };
}

function readCommunityId(text: string): ValueResult {
  const hint = 'write "1:" and 28 base64 characters';
  const body = /^1:([A-Za-z0-9+/]{27}=)$/.exec(text)?.[1];
  if (body === undefined) return wrong(text, "a Community ID", hint);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let bits = 0n;
  for (const digit of body.slice(0, 11)) bits = (bits << 6n) | BigInt(alphabet.indexOf(digit));
  return { status: "ok", value: { kind: "communityId", text, value: bits >> 2n } };
}

/** Reads `1h30m`, `1.5s`, `250ms` as nanoseconds. */
export function readDuration(text: string): bigint | undefined {
  if (!/^(\d+(\.\d{1,9})?(ns|us|ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let total = 0n;
  for (const [, whole, fraction = "", unit] of text.matchAll(/(\d+)(?:\.(\d{1,9}))?([a-z]+)/g)) {
    const size =
      unit === "w"
        ? 7n * DURATION_UNITS[0]![1]
        : DURATION_UNITS.find(([name]) => name === unit)![1];
    total += (BigInt(whole! + fraction) * size) / 10n ** BigInt(fraction.length);
  }
  return total <= DURATION_MAX ? total : undefined;
}

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))$/;

/** Reads an RFC 3339 time, or a duration before `now` (`3h`; the word `ago` is the caller's). */
export function readTime(text: string, now: QueryTime): QueryTime | undefined {
  const duration = readDuration(text);
  if (duration !== undefined) {
    const total = BigInt(now.seconds) * 10n ** 9n + BigInt(now.nanoseconds) - duration;
    if (total < 0n) return { seconds: 0, nanoseconds: 0 };
    return { seconds: Number(total / 10n ** 9n), nanoseconds: Number(total % 10n ** 9n) };
  }
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || year < 1970)
    return undefined;
  const sign = parts[9] === "-" ? -1 : 1;
  const offsetSeconds = sign * (Number(parts[10] ?? 0) * 3600 + Number(parts[11] ?? 0) * 60);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offsetSeconds;
  if (seconds < 0) return undefined;
  return { seconds, nanoseconds: Number((parts[7] ?? "").padEnd(9, "0")) };
}

/** Reads an address or network and clears the bits behind the prefix. */
export function readNetwork(text: string): Network | undefined {
  const network = parseNetwork(text);
  return network && maskNetwork(network);
}

/** Reads `A mask M`; undefined when either is none or the mask has holes. */
export function readMaskedNetwork(address: string, mask: string): Network | undefined {
  const words = parseAddress(address);
  const maskWords = parseAddress(mask);
  if (words === undefined || maskWords === undefined) return undefined;
  const isV4 = !address.includes(":");
  if (isV4 !== !mask.includes(":")) return undefined;
  const bits = (isV4 ? maskWords.slice(3) : maskWords)
    .map((word) => word.toString(2).padStart(32, "0"))
    .join("");
  if (!/^1*0*$/.test(bits)) return undefined;
  const ones = bits.indexOf("0") < 0 ? bits.length : bits.indexOf("0");
  return maskNetwork({ words, prefixBits: isV4 ? 96 + ones : ones });
}

function maskNetwork(network: Network): Network {
  const { prefixBits } = network;
  const words = network.words.map((word, n) => (word & wordMask(prefixBits - n * 32)) >>> 0);
  return { words: words as unknown as AddressWords, prefixBits };
}

function wordMask(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}
