import type { DecodedPacket, PacketBytes } from "../../packet/index.ts";
import type { OverlapPolicy } from "../overlap-policy.ts";

/** Is told what is odd about a fragment, by Zeek's names; `otherOffset` is the one it collides with or -1. */
export type FragmentWeird = (name: string, recordOffset: number, otherOffset: number) => void;

/** The unit of fragment offsets (RFC 791 3.1, RFC 8200 4.5). */
const UNIT_BYTES = 8;
/** Zeek's bounds, by the length of the fragment's packet and by the end of its data. */
const SMALL_PACKET_BYTES = 64;
const LARGE_END = 64_000;
const FRAGMENT_HEADER_BYTES = 8;
const FRAME_BYTES_MAX = 262_144;
const NEXT_IS_FRAGMENT = 44;
const AUTHENTICATION = 51;
/** What the objects and arrays of one datagram cost beside their contents. */
const OVERHEAD_BYTES = 512;
/** Data is kept in pages, so that one fragment far up does not cost the memory of all below it. */
const PAGE_BYTES = 2048;
const PAGE_UNITS = PAGE_BYTES / UNIT_BYTES;
/** Bytes, owner and fill of each unit, and the objects. */
const PAGE_COST_BYTES = PAGE_BYTES + PAGE_UNITS * 3 + 256;

/** A stretch of the datagram. By unit: the fragment whose bytes it holds, and how many it holds. */
interface Page {
  readonly bytes: Uint8Array;
  readonly owners: Uint16Array;
  readonly fills: Uint8Array;
}

/**
 * The fragments of one datagram. Who wrote which eight bytes is kept by unit and not by interval, so
 * that a fragment costs what it is long, however the others lie.
 */
export class FragmentedDatagram {
  readonly key: string;
  readonly startedAt: number;
  /** Neighbours by age. */
  older: FragmentedDatagram | undefined = undefined;
  younger: FragmentedDatagram | undefined = undefined;
  readonly ipVersion: number;
  fragments = 0;
  frameBytes = 0;
  recordOffsets = new Float64Array(4);
  /** Without IPv6's fragment header. */
  header: Uint8Array = new Uint8Array(0);
  /** Where IPv6's header names the next one, to be written when the datagram is whole. */
  nextHeaderAt = 0;
  protocol: number;
  /** Steps taken, for tests of the cost. */
  operations = 0;
  readonly #policy: OverlapPolicy;
  readonly #weird: FragmentWeird;
  readonly #pages: (Page | undefined)[] = [];
  #pageCount = 0;
  #starts = new Int32Array(4);
  #ends = new Int32Array(4);
  #wholeUnits = 0;
  /** Bytes of the datagram by its last fragment, -1 while that is missing. */
  #size = -1;
  #end = 0;
  #headerBytes = 0;
  #hasFirst = false;

  constructor(
    key: string,
    first: { packet: DecodedPacket; now: number },
    rules: { policy: OverlapPolicy; weird: FragmentWeird },
  ) {
    this.key = key;
    this.startedAt = first.now;
    this.ipVersion = first.packet.ipVersion;
    this.protocol = first.packet.protocol;
    this.#policy = rules.policy;
    this.#weird = rules.weird;
  }

  /** Memory held, in bytes. */
  get bytes(): number {
    const perFragment = this.recordOffsets.length * 16;
    return OVERHEAD_BYTES + this.#pageCount * PAGE_COST_BYTES + perFragment;
  }

  /** Bytes from the start without a hole. */
  get contiguous(): number {
    return this.#wholeUnits * UNIT_BYTES + this.#fillOf(this.#wholeUnits);
  }

  /** Copies the data that has no hole before it. */
  copyTo(to: Uint8Array, offset: number): void {
    const length = this.contiguous;
    for (let at = 0; at < length; at += PAGE_BYTES) {
      const page = this.#pages[at / PAGE_BYTES]!;
      to.set(page.bytes.subarray(0, Math.min(PAGE_BYTES, length - at)), offset + at);
    }
  }

  /** Takes a fragment that was captured whole; true when the datagram is complete. */
  add(record: PacketBytes, recordOffset: number, packet: DecodedPacket): boolean {
    this.#checkHeader(record, packet, recordOffset);
    const start = packet.fragmentOffset;
    const end = start + packet.transportLength;
    if (this.fragments === 0 || (start === 0 && !this.#hasFirst)) {
      this.#hasFirst = start === 0;
      this.#keepHeader(record, packet);
    }
    this.#checkSize(packet, end, recordOffset);
    this.#remember(start, end, recordOffset);
    this.frameBytes += frameBytesOf(record);
    this.#write(record.bytes, packet.transportStart);
    return this.#isComplete(recordOffset);
  }

  #checkHeader(record: PacketBytes, packet: DecodedPacket, recordOffset: number): void {
    const isFirst = this.fragments === 0;
    if (
      !isFirst &&
      (packet.protocol !== this.protocol || packet.ipHeaderBytes !== this.#headerBytes)
    ) {
      this.#weird("fragment_protocol_inconsistency", recordOffset, this.recordOffsets[0]!);
    }
    if (isFirst) this.#headerBytes = packet.ipHeaderBytes;
    // Some hosts look for the path's MTU and fragment all the same.
    if (packet.ipVersion === 4 && (record.view.getUint8(packet.ipStart + 6) & 0x40) !== 0) {
      this.#weird("fragment_with_DF", recordOffset, -1);
    }
  }

  #checkSize(packet: DecodedPacket, end: number, recordOffset: number): void {
    if (!packet.moreFragments) {
      if (this.#size < 0) this.#size = end;
      else if (end !== this.#size) {
        this.#weird("fragment_size_inconsistency", recordOffset, -1);
        this.#size = Math.max(this.#size, end);
      }
    } else if (packet.ipTotalBytes < SMALL_PACKET_BYTES) {
      this.#weird("excessively_small_fragment", recordOffset, -1);
    }
    if (end > LARGE_END) this.#weird("excessively_large_fragment", recordOffset, -1);
    if (this.#size >= 0 && end > this.#size) {
      this.#weird("fragment_size_inconsistency", recordOffset, -1);
      this.#size = end;
    }
    this.#end = Math.max(this.#end, end);
  }

  /** The header of the fragment with offset 0 is the datagram's (RFC 791 3.2); before it comes, any. */
  #keepHeader(record: PacketBytes, packet: DecodedPacket): void {
    const { ipStart, ipHeaderBytes } = packet;
    const length = packet.ipVersion === 4 ? ipHeaderBytes : ipHeaderBytes - FRAGMENT_HEADER_BYTES;
    this.header = record.bytes.slice(ipStart, ipStart + length);
    this.protocol = packet.protocol;
    if (packet.ipVersion === 6) this.nextHeaderAt = nextHeaderPosition(this.header);
  }

  #remember(start: number, end: number, recordOffset: number): void {
    const index = this.fragments++;
    if (index === this.recordOffsets.length) {
      this.operations += index;
      this.recordOffsets = grown(this.recordOffsets, new Float64Array(index * 2));
      this.#starts = grown(this.#starts, new Int32Array(index * 2));
      this.#ends = grown(this.#ends, new Int32Array(index * 2));
    }
    this.recordOffsets[index] = recordOffset;
    this.#starts[index] = start;
    this.#ends[index] = end;
  }

  #fillOf(unit: number): number {
    return this.#pages[Math.floor(unit / PAGE_UNITS)]?.fills[unit % PAGE_UNITS] ?? 0;
  }

  #page(number: number): Page {
    const { length } = this.#pages;
    for (let n = length; n <= number; n++) this.#pages.push(undefined);
    let page = this.#pages[number];
    if (page === undefined) {
      page = {
        bytes: new Uint8Array(PAGE_BYTES),
        owners: new Uint16Array(PAGE_UNITS),
        fills: new Uint8Array(PAGE_UNITS),
      };
      this.#pages[number] = page;
      this.#pageCount++;
      this.operations += PAGE_UNITS;
    }
    return page;
  }

  /** Writes the newest fragment unit by unit; one weird for each run of bytes that another one wrote. */
  #write(source: Uint8Array, from: number): void {
    const index = this.fragments - 1;
    const start = this.#starts[index]!;
    const end = this.#ends[index]!;
    let other = -1;
    let differs = false;
    for (let at = start; at < end; at += UNIT_BYTES) {
      this.operations++;
      const page = this.#page(Math.floor(at / PAGE_BYTES));
      const unit = (at / UNIT_BYTES) % PAGE_UNITS;
      const length = Math.min(UNIT_BYTES, end - at);
      const fill = page.fills[unit]!;
      const owner = fill === 0 ? -1 : page.owners[unit]!;
      if (owner !== other) {
        if (other >= 0) this.#reportOverlap(other, differs);
        other = owner;
        differs = false;
      }
      const offset = from + at - start;
      const into = at % PAGE_BYTES;
      for (let n = Math.min(fill, length) - 1; n >= 0; n--) {
        if (source[offset + n] !== page.bytes[into + n]) differs = true;
      }
      const wins = owner < 0 || this.#wins(owner, index);
      for (let n = wins ? 0 : fill; n < length; n++) page.bytes[into + n] = source[offset + n]!;
      if (wins) page.owners[unit] = index;
      if (length > fill) page.fills[unit] = length;
    }
    if (other >= 0) this.#reportOverlap(other, differs);
    while (this.#fillOf(this.#wholeUnits) === UNIT_BYTES) {
      this.#wholeUnits++;
      this.operations++;
    }
  }

  #reportOverlap(other: number, differs: boolean): void {
    const name = differs ? "fragment_inconsistency" : "fragment_overlap";
    this.#weird(name, this.recordOffsets[this.fragments - 1]!, this.recordOffsets[other]!);
  }

  /**
   * Whether a later fragment's bytes take the place of an earlier one's where both have some (J. Novak,
   * "Target-Based Fragmentation Reassembly", 2005, table of policies).
   */
  #wins(earlier: number, later: number): boolean {
    const start = this.#starts[later]!;
    const earlierStart = this.#starts[earlier]!;
    switch (this.#policy) {
      case "first":
        return false;
      case "last":
        return true;
      case "bsd":
        return start < earlierStart;
      case "linux":
        return start <= earlierStart;
      case "windows":
        return start < earlierStart && this.#ends[later]! > this.#ends[earlier]!;
      case "solaris":
        return start < earlierStart && this.#ends[later]! >= this.#ends[earlier]!;
    }
  }

  /** Complete up to the last fragment's end; data beyond a hole above it belongs to another datagram. */
  #isComplete(recordOffset: number): boolean {
    const { contiguous } = this;
    if (this.#size < 0 || contiguous === 0 || contiguous < this.#size) return false;
    if (contiguous > this.#size || this.#end > contiguous) {
      this.#weird("fragment_size_inconsistency", recordOffset, -1);
    }
    return true;
  }
}

/** Bytes of a packet on the wire; an original length above every snap length in use is not believed. */
export function frameBytesOf(record: PacketBytes): number {
  const { capturedBytes, originalBytes } = record;
  return originalBytes > FRAME_BYTES_MAX ? capturedBytes : Math.max(capturedBytes, originalBytes);
}

/** Where the chain of IPv6 headers names the fragment header that follows it. */
export function nextHeaderPosition(header: Uint8Array): number {
  let position = 6;
  let at = 40;
  while (header[position] !== NEXT_IS_FRAGMENT && at + 1 < header.length) {
    const isAuthentication = header[position] === AUTHENTICATION;
    position = at;
    at += isAuthentication ? (header[at + 1]! + 2) * 4 : (header[at + 1]! + 1) * 8;
  }
  return position;
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
