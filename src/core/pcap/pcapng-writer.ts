import { joinBytes } from "../base/index.ts";

/** Texts of the section header; comments carry the case and the authorisation. */
export interface PcapngSectionTexts {
  readonly comments?: readonly string[];
  readonly hardware?: string;
  readonly operatingSystem?: string;
  readonly application?: string;
}

export interface PcapngPacket {
  readonly bytes: Uint8Array;
  readonly originalBytes: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly linkType: number;
  readonly snapLength: number;
  readonly comments?: readonly string[];
  /** A number of 64 bits that tells the packet from all others of the file. */
  readonly packetId?: bigint;
}

export interface PcapngStatistics {
  readonly interfaceId: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly received?: bigint;
  readonly dropped?: bigint;
  readonly comment?: string;
}

type OptionValue = readonly [code: number, value: Uint8Array];

/**
 * Writes one little-endian pcapng section with nanosecond times. Pure: every method returns the
 * bytes to append, in the order of the calls, beginning with `start`.
 */
export class PcapngWriter {
  readonly #interfaces = new Map<string, number>();
  readonly #interfaceTexts: { name?: string; comment?: string };
  #interfaceCount = 0;

  constructor(options: { interfaceName?: string; interfaceComment?: string } = {}) {
    this.#interfaceTexts = {
      ...(options.interfaceName === undefined ? {} : { name: options.interfaceName }),
      ...(options.interfaceComment === undefined ? {} : { comment: options.interfaceComment }),
    };
  }

  /** Section Header Block; the section's length is left open (-1), as a stream must. */
  start(texts: PcapngSectionTexts = {}): Uint8Array {
    const body = new Uint8Array(16);
    const view = new DataView(body.buffer);
    view.setUint32(0, 0x1a2b3c4d, true);
    view.setUint16(4, 1, true);
    view.setBigInt64(8, -1n, true);
    const options = (texts.comments ?? []).map((comment): OptionValue => [1, utf8(comment)]);
    pushText(options, 2, texts.hardware);
    pushText(options, 3, texts.operatingSystem);
    pushText(options, 4, texts.application);
    return block(0x0a0d0d0a, body, options);
  }

  /** Interface Description Block with times in nanoseconds; its number is the order of the calls. */
  addInterface(described: {
    linkType: number;
    snapLength: number;
    name?: string;
    comment?: string;
    /** Decimal digits of a second that times are counted in; nanoseconds unless said. */
    digits?: number;
  }): { id: number; bytes: Uint8Array } {
    const body = new Uint8Array(8);
    const view = new DataView(body.buffer);
    view.setUint16(0, described.linkType, true);
    view.setUint32(4, described.snapLength, true);
    const options: OptionValue[] = [];
    pushText(options, 1, described.comment);
    pushText(options, 2, described.name);
    const digits = described.digits ?? NANOSECOND_DIGITS;
    options.push([9, new Uint8Array([digits])]);
    const id = this.#interfaceCount++;
    this.#interfaces.set(`${described.linkType}/${described.snapLength}/${digits}`, id);
    return { id, bytes: block(1, body, options) };
  }

  /** Enhanced Packet Block, after the interface's block if this is its first packet. */
  packet(packet: PcapngPacket): Uint8Array {
    const { linkType, snapLength } = packet;
    const digits = digitsFor(packet.seconds);
    const known = this.#interfaces.get(`${linkType}/${snapLength}/${digits}`);
    if (known !== undefined) return enhancedPacketBlock(packet, known, digits);
    const added = this.addInterface({ linkType, snapLength, digits, ...this.#interfaceTexts });
    return joinBytes([added.bytes, enhancedPacketBlock(packet, added.id, digits)]);
  }

  /** Interface Statistics Block. */
  statistics(statistics: PcapngStatistics): Uint8Array {
    const body = new Uint8Array(12);
    const view = new DataView(body.buffer);
    view.setUint32(0, statistics.interfaceId, true);
    setTime(view, 4, statistics, NANOSECOND_DIGITS);
    const options: OptionValue[] = [];
    pushText(options, 1, statistics.comment);
    if (statistics.received !== undefined) options.push([4, u64(statistics.received)]);
    if (statistics.dropped !== undefined) options.push([5, u64(statistics.dropped)]);
    return block(5, body, options);
  }

  /** Decryption Secrets Block; the type is 0x544c534b for an NSS key log. */
  secrets(type: number, bytes: Uint8Array): Uint8Array {
    const body = new Uint8Array(8 + padded(bytes.length));
    const view = new DataView(body.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, bytes.length, true);
    body.set(bytes, 8);
    return block(10, body, []);
  }
}

function enhancedPacketBlock(
  packet: PcapngPacket,
  interfaceId: number,
  digits: number,
): Uint8Array {
  const body = new Uint8Array(20 + padded(packet.bytes.length));
  const view = new DataView(body.buffer);
  view.setUint32(0, interfaceId, true);
  setTime(view, 4, packet, digits);
  view.setUint32(12, packet.bytes.length, true);
  view.setUint32(16, packet.originalBytes, true);
  body.set(packet.bytes, 20);
  const options = (packet.comments ?? []).map((comment): OptionValue => [1, utf8(comment)]);
  if (packet.packetId !== undefined) options.push([5, u64(packet.packetId)]);
  return block(6, body, options);
}

/** Type, length, body, options (closed by opt_endofopt if there are any), length again. */
function block(type: number, body: Uint8Array, options: readonly OptionValue[]): Uint8Array {
  let optionBytes = options.length > 0 ? 4 : 0;
  for (const [, value] of options) optionBytes += 4 + padded(value.length);
  const total = 12 + body.length + optionBytes;
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, total, true);
  bytes.set(body, 8);
  let at = 8 + body.length;
  for (const [code, value] of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(total - 4, total, true);
  return bytes;
}

const NANOSECOND_DIGITS = 9;
/** 64 bits of nanoseconds end in the year 2554, of microseconds in 586512. */
const NANOSECONDS_END = 18_446_744_073;
const MICROSECONDS_END = 18_446_744_073_709;

/** How fine a packet's time can be said in 64 bits: captures may claim any year. */
function digitsFor(seconds: number): number {
  if (seconds < NANOSECONDS_END) return NANOSECOND_DIGITS;
  return seconds < MICROSECONDS_END ? 6 : 0;
}

/** A time since 1970 as the high and low halves of a 64-bit count of fractions of a second. */
function setTime(
  view: DataView,
  at: number,
  time: { readonly seconds: number; readonly nanoseconds: number },
  digits: number,
): void {
  const fraction = Math.floor(time.nanoseconds / 10 ** (NANOSECOND_DIGITS - digits));
  const count = BigInt(time.seconds) * 10n ** BigInt(digits) + BigInt(fraction);
  view.setUint32(at, Number(BigInt.asUintN(32, count >> 32n)), true);
  view.setUint32(at + 4, Number(BigInt.asUintN(32, count)), true);
}

/** Adds a text option, cut to what its 16-bit length can say. */
function pushText(options: OptionValue[], code: number, text: string | undefined): void {
  if (text !== undefined) options.push([code, utf8(text)]);
}

function utf8(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= 0xffff) return bytes;
  let end = 0xffff;
  // Step back to a character's first byte, so that the cut text is still UTF-8.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
}

function padded(length: number): number {
  return length + (-length & 3);
}
