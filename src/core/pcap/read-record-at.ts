import { incomplete, malformed, ok, type Parsed } from "../base/index.ts";
import type { CaptureLayout, CaptureSection } from "./capture-layout.ts";
import type { PacketRecord } from "./packet-record.ts";
import { pcapShapeOfLayout, readPcapRecordHeader } from "./pcap-records.ts";
import {
  createInterfaceClock,
  ENHANCED_PACKET_BLOCK,
  type InterfaceClock,
  OBSOLETE_PACKET_BLOCK,
  readPacketBlock,
  SIMPLE_PACKET_BLOCK,
} from "./pcapng-packets.ts";

/** Some bytes of a capture; `at` is the capture offset of the first. */
export interface CaptureWindow {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/** Reads one record of a capture whose layout is known, from a window of its bytes. */
export type RecordLocator = (
  window: CaptureWindow,
  recordOffset: number,
  packet: PacketRecord,
) => Parsed<PacketRecord>;

/**
 * Prepares single reads of a capture. `consumed` is the length of the record, `incomplete` says how
 * many bytes the window lacks.
 */
export function createRecordLocator(layout: CaptureLayout): RecordLocator {
  return layout.format === "pcapng" ? locatePcapng(layout) : locatePcap(layout);
}

/** One single read; `createRecordLocator` is for many. */
export function readRecordAt(
  window: CaptureWindow,
  layout: CaptureLayout,
  recordOffset: number,
  packet: PacketRecord,
): Parsed<PacketRecord> {
  return createRecordLocator(layout)(window, recordOffset, packet);
}

function locatePcap(layout: CaptureLayout): RecordLocator {
  const shape = pcapShapeOfLayout(layout);
  return ({ bytes, at }, recordOffset, packet) => {
    const start = recordOffset - at;
    if (shape === undefined) return malformed("the capture has no header", 0);
    if (start < 0) return malformed("the record lies before the window", 0);
    const headerEnd = start + shape.recordHeaderBytes;
    if (headerEnd > bytes.length) return incomplete(headerEnd - bytes.length);
    const view = aim(packet, bytes);
    readPcapRecordHeader(packet, view, start, shape);
    const { capturedBytes } = packet;
    if (capturedBytes > shape.packetBytesMax) {
      return malformed(`implausible captured length ${capturedBytes}`, start);
    }
    const end = headerEnd + capturedBytes;
    if (end > bytes.length) return incomplete(end - bytes.length);
    packet.linkType = shape.linkType;
    packet.interfaceIndex = 0;
    packet.recordOffset = recordOffset;
    return ok(packet, end - start);
  };
}

function locatePcapng(layout: CaptureLayout): RecordLocator {
  const clocks: InterfaceClock[] = layout.interfaces.map(createInterfaceClock);
  return ({ bytes, at }, recordOffset, packet) => {
    const start = recordOffset - at;
    const section = sectionOf(layout.sections, recordOffset);
    if (section === undefined || start < 0) return malformed("no record begins here", 0);
    if (start + 12 > bytes.length) return incomplete(start + 12 - bytes.length);
    const view = aim(packet, bytes);
    const littleEndian = section.byteOrder === "little";
    const type = view.getUint32(start, littleEndian);
    const totalBytes = view.getUint32(start + 4, littleEndian);
    const isPacket =
      type === ENHANCED_PACKET_BLOCK ||
      type === SIMPLE_PACKET_BLOCK ||
      type === OBSOLETE_PACKET_BLOCK;
    if (!isPacket || totalBytes < 16) return malformed("not a packet block", start);
    if (start + totalBytes > bytes.length) return incomplete(start + totalBytes - bytes.length);
    const { firstInterface } = section;
    const block = { type, at: start, totalBytes, littleEndian, clocks, firstInterface };
    const fault = readPacketBlock(packet, view, block);
    if (fault !== "") return malformed(fault, start);
    packet.recordOffset = recordOffset;
    return ok(packet, totalBytes);
  };
}

function aim(packet: PacketRecord, bytes: Uint8Array): DataView {
  if (packet.bytes !== bytes) {
    packet.bytes = bytes;
    packet.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return packet.view;
}

/** The last section that begins at or before the offset. */
function sectionOf(
  sections: readonly CaptureSection[],
  offset: number,
): CaptureSection | undefined {
  let low = 0;
  let high = sections.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sections[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return sections[low - 1];
}
