import { ByteReader } from "../../base/index.ts";
import { formatAddress } from "../../packet/index.ts";
import { bytesToText } from "../shared/index.ts";

const COOKIE = 0x63825363;
const COOKIE_AT = 236;
const OPTIONS_AT = 240;
const PAD = 0;
const END = 255;
const ETHERNET = 1;

/** A DHCP message (RFC 2131 2) with the options that matter (RFC 2132). */
export interface DhcpMessage {
  readonly xid: number;
  readonly type: number;
  /** Client, given, relay: four bytes each as a number. */
  readonly ciaddr: number;
  readonly yiaddr: number;
  readonly giaddr: number;
  readonly hardware: string;
  readonly options: DhcpOptions;
}

export interface DhcpOptions {
  hostName?: string;
  domain?: string;
  requested?: number;
  leaseSeconds?: number;
  message?: string;
  /** Option 61 of an Ethernet client. */
  clientHardware?: string;
  fqdn?: string;
  vendorClass?: string;
  routers?: string[];
  nameServers?: string[];
}

/** True where a datagram holds the cookie of RFC 2131 3. */
export function hasCookie(bytes: Uint8Array): boolean {
  if (bytes.length < OPTIONS_AT) return false;
  return new DataView(bytes.buffer, bytes.byteOffset + COOKIE_AT, 4).getUint32(0) === COOKIE;
}

/** Reads a message; undefined when it is none, or ends before its options do. */
export function parseDhcp(bytes: Uint8Array): DhcpMessage | undefined {
  if (!hasCookie(bytes)) return undefined;
  const reader = new ByteReader(bytes, { start: 4 });
  const xid = reader.u32("xid");
  reader.skip(4);
  const ciaddr = reader.u32("ciaddr");
  const yiaddr = reader.u32("yiaddr");
  reader.skip(4);
  const giaddr = reader.u32("giaddr");
  const hardware = hardwareText(reader.take("chaddr", 16));
  reader.position = OPTIONS_AT;
  const options: DhcpOptions = {};
  let type = 0;
  for (;;) {
    const code = reader.u8("option");
    if (reader.short) return undefined;
    if (code === END) break;
    if (code === PAD) continue;
    const value = reader.take("value", reader.u8("length"));
    if (reader.short) return undefined;
    if (code === 53 && type === 0) type = value[0] ?? 0;
    else readOption(options, code, value);
  }
  return { xid, type, ciaddr, yiaddr, giaddr, hardware, options };
}

function readOption(options: DhcpOptions, code: number, value: Uint8Array): void {
  switch (code) {
    case 3:
      options.routers = addresses(value);
      break;
    case 6:
      options.nameServers = addresses(value);
      break;
    case 12:
      options.hostName = bytesToText(value);
      break;
    case 15:
      options.domain = bytesToText(withoutZeros(value));
      break;
    case 50:
      if (value.length >= 4) options.requested = number32(value, 0);
      break;
    case 51:
      if (value.length >= 4) options.leaseSeconds = number32(value, 0);
      break;
    case 56:
      options.message = bytesToText(value);
      break;
    case 60:
      options.vendorClass = bytesToText(value);
      break;
    case 61:
      if (value[0] === ETHERNET) options.clientHardware = hardwareText(value.subarray(1));
      break;
    case 81:
      // RFC 4702 2: flags and two codes stand before the name.
      options.fqdn = bytesToText(value.subarray(3));
      break;
    default:
  }
}

function number32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  );
}

function addresses(value: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 0; at + 4 <= value.length; at += 4) {
    found.push(formatAddress(0, 0, 0xffff, number32(value, at)));
  }
  return found;
}

function withoutZeros(value: Uint8Array): Uint8Array {
  let end = value.length;
  while (end > 0 && value[end - 1] === 0) end--;
  return value.subarray(0, end);
}

/** Six bytes, or eight where the last two say something (EUI-64), in hexadecimal with colons. */
export function hardwareText(bytes: Uint8Array): string {
  if (bytes.length < 6 || bytes.length === 7) return "";
  const isLong = bytes.length >= 8 && (bytes[6] !== 0 || bytes[7] !== 0);
  const parts: string[] = [];
  for (let n = 0; n < (isLong ? 8 : 6); n++) parts.push((bytes[n]! + 256).toString(16).slice(1));
  return parts.join(":");
}
