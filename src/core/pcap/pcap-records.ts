import { malformed, ok, type Parsed } from "../base/index.ts";
import {
  type ByteOrder,
  type CaptureFormat,
  type CaptureLayout,
  type PcapVariant,
  packetBytesMax,
} from "./capture-layout.ts";
import type { PacketRecord, PacketSink } from "./packet-record.ts";
import { fileHeaderBytes, pcapMagic, recordHeaderBytes } from "./pcap-variants.ts";

export const PCAP_HEADER_BYTES = 24;

/** What a pcap file header says about every record behind it. */
export interface PcapShape {
  readonly format: CaptureFormat;
  readonly byteOrder: ByteOrder;
  readonly littleEndian: boolean;
  readonly version: string;
  readonly variant?: PcapVariant;
  readonly fileHeaderBytes: number;
  readonly recordHeaderBytes: number;
  /** Nanoseconds in one unit of the record's second time field. */
  readonly fractionNs: number;
  /** The smaller length is the captured one, whichever comes first. */
  readonly smallerIsCaptured: boolean;
  readonly linkType: number;
  readonly snapLength: number;
  readonly packetBytesMax: number;
}

/** Reads the 24-byte file header (draft-ietf-opsawg-pcap §4). */
export function parsePcapHeader(view: DataView, at: number): Parsed<PcapShape> {
  const usual = pcapMagic(view.getUint32(at, true));
  const magic = usual ?? pcapMagic(view.getUint32(at));
  if (magic === undefined) return malformed("no pcap magic number", at);
  const little = usual !== undefined;
  const major = view.getUint16(at + 4, little);
  const minor = view.getUint16(at + 6, little);
  // The high bits tell the length of a frame check sequence, not the link type.
  const linkType = view.getUint32(at + 20, little) & 0xffff;
  return ok(
    pcapShape({
      ...magic,
      byteOrder: little ? "little" : "big",
      version: `${major}.${minor}`,
      linkType,
      snapLength: view.getUint32(at + 16, little),
    }),
    PCAP_HEADER_BYTES,
  );
}

/** The shape again from a kept layout. */
export function pcapShapeOfLayout(layout: CaptureLayout): PcapShape | undefined {
  const section = layout.sections[0];
  const first = layout.interfaces[0];
  if (section === undefined || first === undefined) return undefined;
  const { byteOrder, version, variant } = section;
  const { linkType, snapLength } = first;
  const given = { format: layout.format, byteOrder, version, linkType, snapLength };
  return pcapShape(variant === undefined ? given : { ...given, variant });
}

/** What follows from a file's header and its variant, which its second record may tell. */
export function pcapShape(header: {
  format: CaptureFormat;
  byteOrder: ByteOrder;
  version: string;
  linkType: number;
  snapLength: number;
  variant?: PcapVariant;
}): PcapShape {
  const { format, variant } = header;
  return {
    ...header,
    littleEndian: header.byteOrder === "little",
    fileHeaderBytes: fileHeaderBytes(variant),
    recordHeaderBytes: recordHeaderBytes(format, variant),
    fractionNs: format === "pcap-ns" ? 1 : 1000,
    smallerIsCaptured: hasUncertainLengths(header.version),
    packetBytesMax: packetBytesMax(header.linkType),
  };
}

/**
 * Before version 2.3 (and in AIX's 543) the original length came first, writers of 2.3 did both, and
 * some stamp an old version on records in today's order. The record itself tells: more than there was
 * on the wire cannot have been captured.
 */
function hasUncertainLengths(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === 543 || (major === 2 && minor <= 3);
}

/** Fills the packet from the record header at `at`; the caller has checked that it is all there. */
export function readPcapRecordHeader(
  packet: PacketRecord,
  view: DataView,
  at: number,
  shape: PcapShape,
): void {
  const little = shape.littleEndian;
  const nanoseconds = view.getUint32(at + 4, little) * shape.fractionNs;
  let seconds = view.getUint32(at, little);
  if (nanoseconds < 1e9) {
    packet.nanoseconds = nanoseconds;
  } else {
    // A hostile fraction of a second or more: the sum stays what it was.
    const carry = Math.floor(nanoseconds / 1e9);
    seconds += carry;
    packet.nanoseconds = nanoseconds - carry * 1e9;
  }
  packet.seconds = seconds;
  const captured = view.getUint32(at + 8, little);
  const original = view.getUint32(at + 12, little);
  const swap = shape.smallerIsCaptured && captured > original;
  packet.capturedBytes = swap ? original : captured;
  packet.originalBytes = swap ? captured : original;
  packet.start = at + shape.recordHeaderBytes;
}

/** Walks the records of a pcap file; see `RecordWalker`. */
export class PcapWalker {
  neededBytes = 0;
  fault = "";
  packetCount = 0;
  readonly #shape: PcapShape;
  readonly #packet: PacketRecord;
  readonly #onPacket: PacketSink;

  constructor(shape: PcapShape, packet: PacketRecord, onPacket: PacketSink) {
    this.#shape = shape;
    this.#packet = packet;
    this.#onPacket = onPacket;
    packet.linkType = shape.linkType;
    packet.interfaceIndex = 0;
  }

  walk(view: DataView, from: number, base: number): number {
    const shape = this.#shape;
    const packet = this.#packet;
    const headerBytes = shape.recordHeaderBytes;
    const end = view.byteLength;
    let at = from;
    for (;;) {
      if (end - at < headerBytes) {
        this.neededBytes = headerBytes;
        return at;
      }
      readPcapRecordHeader(packet, view, at, shape);
      const captured = packet.capturedBytes;
      if (captured > shape.packetBytesMax) {
        this.fault = `implausible captured length ${captured}`;
        return at;
      }
      const next = at + headerBytes + captured;
      if (next > end) {
        this.neededBytes = next - at;
        return at;
      }
      packet.recordOffset = base + at;
      this.packetCount++;
      this.#onPacket(packet);
      at = next;
    }
  }
}
