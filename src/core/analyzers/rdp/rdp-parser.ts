import { ByteReader } from "../../base/index.ts";
import { asciiText, bytesToText, DerCursor, readDer, utf16Text } from "../shared/index.ts";

/** Kinds of X.224 units (ISO 8073 13.1). */
export const X224 = { connectRequest: 0xe0, connectConfirm: 0xd0, data: 0xf0 } as const;
/** Blocks of a conference's creation (MS-RDPBCGR 2.2.1.3, 2.2.1.4). */
export const BLOCK = { clientCore: 0xc001, clientNetwork: 0xc003, serverSecurity: 0x0c02 } as const;

const TPKT_VERSION = 3;
const TPKT_BYTES = 4;
/** References and class behind the kind of a connection's unit. */
const X224_FIXED_BYTES = 7;
const NEGOTIATION_BYTES = 8;
const COOKIE = "Cookie: mstshash=";
/** Channels that are listed; MS-RDPBCGR allows 31. */
const CHANNELS_MAX = 1000;
const CERTIFICATES_MAX = 16;

/**
 * Length of the unit that begins here: TPKT (RFC 1006 6), or a fast-path unit (MS-RDPBCGR 2.2.8.1.2),
 * which has no version; 0 when it is too early, -1 when it is neither.
 */
export function unitLength(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  if (bytes[0] === TPKT_VERSION) {
    if (bytes.length < TPKT_BYTES) return 0;
    const length = bytes[2]! * 256 + bytes[3]!;
    return length < TPKT_BYTES + 2 ? -1 : length;
  }
  if ((bytes[0]! & 3) !== 0) return -1;
  if (bytes.length < 3) return 0;
  const isLong = (bytes[1]! & 0x80) !== 0;
  const length = isLong ? (bytes[1]! & 0x7f) * 256 + bytes[2]! : bytes[1]!;
  return length < 3 ? -1 : length;
}

/** A unit inside TPKT: its kind, and where its content lies. */
export function parseX224(
  unit: Uint8Array,
): { kind: number; start: number; end: number } | undefined {
  if (unit[0] !== TPKT_VERSION || unit.length < TPKT_BYTES + 2) return undefined;
  const length = unit[TPKT_BYTES]!;
  const kind = unit[TPKT_BYTES + 1]!;
  // For data the length ends before the content, for others it counts it.
  if (kind === X224.data) return { kind, start: TPKT_BYTES + 3, end: unit.length };
  return {
    kind,
    start: TPKT_BYTES + X224_FIXED_BYTES,
    end: Math.min(unit.length, TPKT_BYTES + 1 + length),
  };
}

export interface Place {
  readonly start: number;
  readonly length: number;
}

/** The cookie of a connection request (MS-RDPBCGR 2.2.1.1); empty when there is none. */
export function parseCookie(unit: Uint8Array, start: number, end: number): Place {
  const text = asciiText(unit.subarray(start, Math.min(end, start + COOKIE.length)));
  if (text !== COOKIE) return { start, length: 0 };
  const from = start + COOKIE.length;
  const line = unit.indexOf(0x0d, from);
  return { start: from, length: (line < 0 || line > end ? end : line) - from };
}

/** What the server answers to a connection request (MS-RDPBCGR 2.2.1.2). */
export type Negotiation =
  | { readonly kind: "protocol" | "failure"; readonly number: number }
  | { readonly kind: "none" };

export function parseNegotiation(unit: Uint8Array, start: number, end: number): Negotiation {
  if (end - start < NEGOTIATION_BYTES) return { kind: "none" };
  const number = new ByteReader(unit, { start: start + 4, end }).u32("", true);
  if (unit[start] === 2) return { kind: "protocol", number };
  return unit[start] === 3 ? { kind: "failure", number } : { kind: "none" };
}

/** A block, with where it lies in the unit. */
export interface Block {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

export interface ConferenceCreation {
  readonly isClient: boolean;
  /** Of a server's response. */
  readonly result: number;
  readonly blocks: readonly Block[];
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Reads MCS Connect Initial and Response (T.125 7) with the conference's creation (T.124 8.7). */
export function parseConference(unit: Uint8Array, start: number): ConferenceCreation | undefined {
  if (unit[start] !== 0x7f) return undefined;
  const isClient = unit[start + 1] === 0x65;
  if (!isClient && unit[start + 1] !== 0x66) return undefined;
  // The tag has two bytes: its second is where a plain header would begin.
  const body = readDer(unit, start + 1, unit.length) ?? cutValue(unit, start + 1);
  if (body === undefined) return undefined;
  const cursor = new DerCursor(unit, body);
  let user: Range | undefined = cursor.next();
  while (user !== undefined && !cursor.isAtEnd) {
    const next = cursor.next() ?? cutValue(unit, cursor.position);
    if (next === undefined) break;
    user = next;
    if (next.end >= unit.length) break;
  }
  if (user === undefined) return undefined;
  const key = findKey(unit, user.start, isClient ? "Duca" : "McDn");
  if (key < 0) return undefined;
  const lengthBytes = (unit[key + 4] ?? 0) & 0x80 ? 2 : 1;
  const blocks = readBlocks(unit, key + 4 + lengthBytes);
  return { isClient, result: unit[key - 4] ?? 0, blocks };
}

/** A value whose length says more than there is: some clients count wrongly. */
function cutValue(unit: Uint8Array, at: number): Range | undefined {
  const first = unit[at + 1];
  if (first === undefined) return undefined;
  const start = at + 2 + (first >= 0x80 ? first & 0x7f : 0);
  return start < unit.length ? { start, end: unit.length } : undefined;
}

/** Where the key of the conference's user data begins: it lies near the start. */
function findKey(unit: Uint8Array, from: number, key: string): number {
  for (let at = from; at < Math.min(from + 64, unit.length - 4); at++) {
    if (asciiText(unit.subarray(at, at + 4)) === key) return at;
  }
  return -1;
}

function readBlocks(unit: Uint8Array, from: number): Block[] {
  const blocks: Block[] = [];
  for (let at = from; at + 4 <= unit.length; ) {
    const type = unit[at]! + unit[at + 1]! * 256;
    const length = unit[at + 2]! + unit[at + 3]! * 256;
    if (length < 4 || at + length > unit.length) break;
    blocks.push({ type, start: at + 4, end: at + length });
    at += length;
  }
  return blocks;
}

/** What a client says of itself (MS-RDPBCGR 2.2.1.3.2). */
export interface ClientCore {
  readonly width: number;
  readonly height: number;
  readonly keyboard: number;
  readonly build: number;
  readonly name: string;
  readonly colorDepth: number | undefined;
  readonly wants32Bits: boolean;
  readonly productId: string | undefined;
}

export function parseClientCore(unit: Uint8Array, block: Block): ClientCore | undefined {
  const reader = new ByteReader(unit, block);
  reader.skip(4);
  const width = reader.u16("", true);
  const height = reader.u16("", true);
  reader.skip(4);
  const keyboard = reader.u32("", true);
  const build = reader.u32("", true);
  const name = untilNul(utf16Text(reader.take("", 32)));
  if (reader.short) return undefined;
  // From here on everything may be left out.
  reader.skip(12 + 64 + 8);
  const colorDepth = reader.u16("", true);
  reader.skip(2);
  const early = reader.u16("", true);
  const hasColors = !reader.short;
  const productId = untilNul(utf16Text(reader.take("", 64)));
  return {
    width,
    height,
    keyboard,
    build,
    name,
    colorDepth: hasColors ? colorDepth : undefined,
    wants32Bits: hasColors && (early & 2) !== 0,
    productId: reader.short ? undefined : productId,
  };
}

/** Names of channels (MS-RDPBCGR 2.2.1.3.4). */
export function parseChannels(unit: Uint8Array, block: Block): string[] {
  const reader = new ByteReader(unit, block);
  const count = Math.min(reader.u32("", true), CHANNELS_MAX);
  const names: string[] = [];
  for (let n = 0; n < count && reader.remaining >= 12; n++) {
    const name = reader.take("", 8);
    let length = name.length;
    while (length > 0 && name[length - 1] === 0) length--;
    names.push(bytesToText(name.subarray(0, length)));
    reader.skip(4);
  }
  return names;
}

/** How the server protects a connection by itself (MS-RDPBCGR 2.2.1.4.3). */
export interface ServerSecurity {
  readonly method: number;
  readonly level: number;
  readonly certificateType: number | undefined;
  readonly isPermanent: boolean;
  readonly certificates: readonly Place[];
}

export function parseServerSecurity(unit: Uint8Array, block: Block): ServerSecurity | undefined {
  const reader = new ByteReader(unit, block);
  const method = reader.u32("", true);
  const level = reader.u32("", true);
  if (reader.short) return undefined;
  const randomBytes = reader.u32("", true);
  const certificateBytes = reader.u32("", true);
  reader.skip(randomBytes);
  const none = { method, level, certificateType: undefined, isPermanent: false, certificates: [] };
  if (reader.short || certificateBytes < 4 || certificateBytes > reader.remaining) return none;
  const version = reader.u32("", true);
  const certificateType = version & 0x7fffffff;
  const certificates: Place[] = [];
  if (certificateType === 2) {
    const count = Math.min(reader.u32("", true), CERTIFICATES_MAX);
    for (let n = 0; n < count; n++) {
      const length = reader.u32("", true);
      const start = reader.position;
      reader.skip(length);
      if (reader.short) break;
      certificates.push({ start, length });
    }
  }
  return { method, level, certificateType, isPermanent: version >>> 31 === 0, certificates };
}

function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
