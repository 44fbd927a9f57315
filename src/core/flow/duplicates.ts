import type { Limit } from "../base/index.ts";
import {
  type DecodedPacket,
  IP_PROTOCOL,
  type PacketBytes,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from "../packet/index.ts";
import { RecordNumbers } from "./record-numbers.ts";

/** Both copies that a mirror port makes leave it within its queue's delay; 100 ms is a full one. */
const COPY_NANOSECONDS_MAX = 100e6;
/**
 * Without an identification (IPv6, or zero under "do not fragment", RFC 6864 4.1) a resend may equal
 * its original, so only an interval too short for any retransmission timer (RFC 6298 2.4) counts.
 */
const UNNUMBERED_COPY_NANOSECONDS_MAX = 5e6;

/** Packets remembered: sets of four, found by hash, the oldest of a set overwritten. */
const SETS = 1024;
const WAYS = 4;
const CONTROL_FLAGS = TCP_SYN | TCP_FIN | TCP_RST;
/** Sequence, acknowledgement, flags, window and checksum, which covers the options and the payload. */
const TRANSPORT_HEAD_BYTES = 20;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;

/**
 * Tells a packet that was captured twice (both directions of a mirrored port, two taps) from one that
 * was sent twice. Compared is the IP packet without what routers change, TTL and header checksum, as
 * 64 bits over its headers, the transport's checksum and, but for TCP, samples of the payload:
 * whoever forges those changes a statistic, never the evidence.
 */
export class PacketDuplicates {
  /** Packets found to be copies. */
  count = 0;
  readonly #marks = new Int32Array(SETS * WAYS);
  readonly #times = new Float64Array(SETS * WAYS).fill(Number.NEGATIVE_INFINITY);
  readonly #hopLimits = new Uint8Array(SETS * WAYS);
  readonly #oldest = new Uint8Array(SETS);
  #index = 0;
  #mark = 0;

  /** True when the packet is a copy of one seen shortly before. `now` is in nanoseconds. */
  isDuplicate(source: PacketBytes, packet: DecodedPacket, now: number): boolean {
    if (packet.ipVersion === 0) return false;
    const headerBytes = packet.ipVersion === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
    if (packet.ipStart + headerBytes > source.start + source.capturedBytes) return false;
    this.#digest(source, packet);
    const set = (this.#index >>> 22) * WAYS;
    const marks = this.#marks;
    for (let at = set; at < set + WAYS; at++) {
      if (marks[at] !== this.#mark) continue;
      // An entry too old is a packet sent again: from now on copies are compared with that one.
      if (!this.#isCopy(source, packet, Math.abs(now - this.#times[at]!), at)) {
        this.#times[at] = now;
        this.#hopLimits[at] = packet.hopLimit;
        return false;
      }
      this.count++;
      return true;
    }
    const number = set / WAYS;
    const way = this.#oldest[number]!;
    this.#oldest[number] = (way + 1) % WAYS;
    marks[set + way] = this.#mark;
    this.#times[set + way] = now;
    this.#hopLimits[set + way] = packet.hopLimit;
    return false;
  }

  #isCopy(source: PacketBytes, packet: DecodedPacket, interval: number, at: number): boolean {
    const hasNumber = packet.ipVersion === 4 && source.view.getUint16(packet.ipStart + 4) !== 0;
    if (hasNumber) return interval <= COPY_NANOSECONDS_MAX;
    if (interval > UNNUMBERED_COPY_NANOSECONDS_MAX) return false;
    const isBareAck =
      packet.protocol === IP_PROTOCOL.tcp &&
      packet.payloadLength === 0 &&
      (packet.tcpFlags & CONTROL_FLAGS) === 0;
    // Equal acknowledgements are how TCP tells of a loss (RFC 5681 3.2): another hop limit shows
    // that they were captured at two places.
    return !isBareAck || this.#hopLimits[at] !== packet.hopLimit;
  }

  /** Two independent 32-bit hashes of the packet, one to find it and one to know it. */
  #digest({ view, start, capturedBytes }: PacketBytes, packet: DecodedPacket): void {
    const { ipStart, ipVersion } = packet;
    const captured = start + capturedBytes;
    const stated = packet.ipTotalBytes === 0 ? captured : ipStart + packet.ipTotalBytes;
    const end = Math.min(stated, captured);
    let a = packet.ipTotalBytes ^ (packet.protocol << 24);
    let b = view.getInt32(ipStart) ^ (packet.src3 << 7);
    let at = ipStart + IPV4_HEADER_BYTES;
    if (ipVersion === 4) b = Math.imul(b ^ view.getInt32(ipStart + 4), 0x2545f491);
    else {
      at = ipStart + IPV6_HEADER_BYTES;
      a = Math.imul(a ^ packet.src0 ^ (packet.dst1 << 3), 0x2c1b3c6d) ^ packet.src1;
      b = Math.imul(b ^ packet.dst0 ^ (packet.src2 << 5), 0x297a2d39) ^ packet.dst2;
    }
    a = Math.imul(a ^ packet.src3, 0x85ebca6b);
    b = Math.imul(b ^ packet.dst3, 0xc2b2ae35);
    a = Math.imul((a ^ (a >>> 15)) + packet.dst3, 0x27d4eb2f);
    const transport = Math.max(packet.transportStart, at);
    // Whatever lies between: options, extension headers; at most what IPv4's length can say.
    for (const last = Math.min(transport, at + 40, end) - 4; at <= last; at += 4) {
      a = Math.imul(a ^ (a >>> 13) ^ view.getInt32(at), 0x9e3779b1);
    }
    const headEnd = Math.min(transport + TRANSPORT_HEAD_BYTES, end) - 4;
    for (at = transport; at <= headEnd; at += 4) {
      const word = view.getInt32(at);
      a = Math.imul(a ^ (a >>> 15) ^ word, 0x9e3779b1);
      b = Math.imul(((b << 13) | (b >>> 19)) + word, 0x165667b1);
    }
    const step = (end - at) >> 2;
    // TCP's checksum is never left out; where a network card fills it in, sequence numbers differ.
    if (packet.protocol === IP_PROTOCOL.tcp && headEnd >= transport + 16) at = end;
    else if (step >= 4) {
      a = Math.imul(a ^ view.getInt32(at), 0x85ebca6b) ^ view.getInt32(at + step);
      b = Math.imul(b ^ view.getInt32(at + 2 * step), 0xc2b2ae35) ^ view.getInt32(end - 4);
      at = end;
    }
    for (; at < end; at++) a = Math.imul(a ^ view.getUint8(at), 0x01000193);
    a = Math.imul(a ^ (a >>> 16), 0x7feb352d);
    this.#index = Math.imul(a ^ (a >>> 15) ^ b, 0x846ca68b);
    this.#mark = Math.imul(b ^ (b >>> 15), 0x735a2d97) ^ a;
  }
}

const FIRST_RECORDS = 256;

/**
 * How many copies each side of a flow had. Most flows have none, so a flow takes a record with its
 * first one; number 0 is none.
 */
export class DuplicateCounts {
  readonly #numbers: RecordNumbers;
  #counts = new Uint32Array(FIRST_RECORDS * 2);

  constructor(limit: Limit) {
    this.#numbers = new RecordNumbers(limit);
  }

  /** Counts one; gives the flow's record, a new one for 0, and 0 when there is no room. */
  add(record: number, endpoint: 0 | 1): number {
    const own = record === 0 ? this.#take() : record;
    if (own !== 0) this.#counts[own * 2 + endpoint]!++;
    return own;
  }

  read(record: number, endpoint: 0 | 1): number {
    return record === 0 ? 0 : this.#counts[record * 2 + endpoint]!;
  }

  /** Gives the record of an ended flow back. */
  release(record: number): void {
    this.#numbers.release(record);
  }

  #take(): number {
    const record = this.#numbers.take();
    if (record * 2 >= this.#counts.length) {
      const grown = new Uint32Array(this.#counts.length * 2);
      grown.set(this.#counts);
      this.#counts = grown;
    }
    this.#counts.fill(0, record * 2, record * 2 + 2);
    return record;
  }
}
