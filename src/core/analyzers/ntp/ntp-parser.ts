import { ByteReader } from "../../base/index.ts";
import { formatAddress } from "../../packet/index.ts";
import { bytesToText } from "../shared/index.ts";

/** Seconds and nanoseconds since 1970. */
export interface NtpTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A message that carries time (RFC 5905 7.3). */
export interface NtpTimeMessage {
  readonly stratum: number;
  /** Intervals in nanoseconds. */
  readonly poll: number;
  readonly precision: number;
  readonly rootDelay: number;
  readonly rootDispersion: number;
  readonly referenceId: string;
  readonly times: readonly [NtpTime, NtpTime, NtpTime, NtpTime];
  readonly extensions: number;
}

/** A control message (RFC 9327 2). */
export interface NtpControlMessage {
  readonly opCode: number;
  readonly sequence: number;
  readonly status: number;
  readonly association: number;
  readonly isResponse: boolean;
  readonly isError: boolean;
  readonly goesOn: boolean;
  readonly content: string | undefined;
  readonly key: { readonly id: number; readonly checksum: string } | undefined;
}

/** A private message, as ntpd has them. */
export interface NtpPrivateMessage {
  readonly request: number;
  readonly sequence: number;
  readonly implementation: number;
  readonly isSigned: boolean;
  readonly error: number;
  readonly content: string | undefined;
}

/** Bytes of a message authentication code with its key (RFC 5905 7.3), at most. */
const MAC_BYTES_MAX = 24;
const SECONDS_TO_1970 = 2_208_988_800;

/** Reads a message of modes 1 to 5; undefined when it is none. */
export function parseTimeMessage(bytes: Uint8Array): NtpTimeMessage | undefined {
  const reader = new ByteReader(bytes, { start: 1 });
  const stratum = reader.u8("stratum");
  const poll = 2 ** signed(reader.u8("poll"), 8) * 1e9;
  const precision = 2 ** signed(reader.u8("precision"), 8) * 1e9;
  const rootDelay = shortTime(reader);
  const rootDispersion = shortTime(reader);
  const id = reader.take("ref_id", 4);
  const times = [longTime(reader), longTime(reader), longTime(reader), longTime(reader)] as const;
  if (reader.short) return undefined;
  const extensions = countExtensions(reader);
  if (extensions === undefined) return undefined;
  const isAddress = stratum > 1;
  const number = (id[0]! << 24) | (id[1]! << 16) | (id[2]! << 8) | id[3]!;
  const referenceId = isAddress ? formatAddress(0, 0, 0xffff, number) : bytesToText(id);
  return {
    stratum,
    poll,
    precision,
    rootDelay,
    rootDispersion,
    referenceId,
    times,
    extensions,
  };
}

/** Fields of autokey (RFC 5906 10) before the authentication code; undefined when they are none. */
function countExtensions(reader: ByteReader): number | undefined {
  let count = 0;
  while (reader.remaining > MAC_BYTES_MAX) {
    const start = reader.position;
    reader.skip(2);
    const length = reader.u16("length");
    reader.skip(10);
    const valueLength = reader.u32("valueLength");
    if (length < 22 || valueLength > length - 22) return undefined;
    reader.skip(valueLength);
    reader.skip(reader.u32("signatureLength"));
    reader.skip(Math.max(0, start + length - reader.position));
    if (reader.short) return undefined;
    count++;
  }
  return count;
}

function signed(value: number, bits: 8 | 16): number {
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/** Both halves are signed to Zeek. */
function shortTime(reader: ByteReader): number {
  const seconds = signed(reader.u16("seconds"), 16);
  return Math.round((seconds + signed(reader.u16("fraction"), 16) / 65_536) * 1e9);
}

function longTime(reader: ByteReader): NtpTime {
  const seconds = reader.u32("seconds");
  const fraction = reader.u32("fraction");
  if (seconds === 0 && fraction === 0) return { seconds: 0, nanoseconds: 0 };
  const nanoseconds = Math.min(999_999_999, Math.round((fraction / 4_294_967_296) * 1e9));
  return { seconds: seconds - SECONDS_TO_1970, nanoseconds };
}

/** Reads a message of mode 6. */
export function parseControlMessage(bytes: Uint8Array): NtpControlMessage | undefined {
  const reader = new ByteReader(bytes, { start: 1 });
  const flags = reader.u8("flags");
  const sequence = reader.u16("sequence");
  const status = reader.u16("status");
  const association = reader.u16("association");
  reader.skip(2);
  const content = reader.take("data", reader.u16("count"));
  if (reader.short) return undefined;
  const isSigned = reader.remaining === 12;
  return {
    opCode: flags & 0x1f,
    sequence,
    status,
    association,
    isResponse: (flags & 0x80) !== 0,
    isError: (flags & 0x40) !== 0,
    goesOn: (flags & 0x20) !== 0,
    content: content.length > 0 ? bytesToText(content) : undefined,
    key: isSigned
      ? { id: reader.u32("key"), checksum: bytesToText(reader.take("checksum", 8)) }
      : undefined,
  };
}

/** Reads a message of mode 7. */
export function parsePrivateMessage(bytes: Uint8Array): NtpPrivateMessage | undefined {
  const reader = new ByteReader(bytes, { start: 1 });
  const flags = reader.u8("flags");
  const implementation = reader.u8("implementation");
  const request = reader.u8("request");
  const errorAndLength = reader.u16("errorAndLength");
  const content = reader.take("data", errorAndLength & 0x0fff);
  const isSigned = (flags & 0x80) !== 0;
  if (isSigned) reader.skip(20);
  if (reader.short) return undefined;
  return {
    request,
    sequence: flags & 0x7f,
    implementation,
    isSigned,
    error: errorAndLength >> 12,
    content: content.length > 0 ? bytesToText(content) : undefined,
  };
}
