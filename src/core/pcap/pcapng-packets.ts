import type { CaptureInterface } from "./capture-layout.ts";
import { packetBytesMax } from "./capture-layout.ts";
import type { PacketRecord } from "./packet-record.ts";
import { createTimeScale, setRecordTime, type TimeScale } from "./record-time.ts";

export const ENHANCED_PACKET_BLOCK = 6;
export const SIMPLE_PACKET_BLOCK = 3;
export const OBSOLETE_PACKET_BLOCK = 2;

/** An interface as the packet loop needs it. */
export interface InterfaceClock {
  readonly linkType: number;
  readonly snapLength: number;
  readonly packetBytesMax: number;
  readonly scale: TimeScale;
}

/** Works out once per interface what every packet of it needs. */
export function createInterfaceClock(of: CaptureInterface): InterfaceClock {
  return {
    linkType: of.linkType,
    snapLength: of.snapLength,
    packetBytesMax: packetBytesMax(of.linkType),
    scale: createTimeScale(of.timeResolution, of.timeOffsetSeconds),
  };
}

/** A whole packet block: where it lies, its length and byte order, and its section's interfaces. */
export interface PacketBlock {
  type: number;
  at: number;
  totalBytes: number;
  littleEndian: boolean;
  clocks: readonly InterfaceClock[];
  firstInterface: number;
}

/** Fills the packet from a block that is wholly in the view; the fault in words, or "". */
export function readPacketBlock(packet: PacketRecord, view: DataView, block: PacketBlock): string {
  if (block.type === SIMPLE_PACKET_BLOCK) return readSimplePacketBlock(packet, view, block);
  const { at, littleEndian: little } = block;
  if (block.totalBytes < 32) return "packet block shorter than its header";
  // The obsolete Packet Block (appendix A) has a 16-bit interface and a drop count in its place.
  const id =
    block.type === ENHANCED_PACKET_BLOCK
      ? view.getUint32(at + 8, little)
      : view.getUint16(at + 8, little);
  const index = block.firstInterface + id;
  const clock = block.clocks[index];
  if (clock === undefined) return `packet of interface ${id}, which no block describes`;
  const captured = view.getUint32(at + 20, little);
  if (captured > block.totalBytes - 32) return `captured length ${captured} is beyond its block`;
  if (captured > clock.packetBytesMax) return `implausible captured length ${captured}`;
  packet.capturedBytes = captured;
  packet.originalBytes = view.getUint32(at + 24, little);
  packet.start = at + 28;
  packet.linkType = clock.linkType;
  packet.interfaceIndex = index;
  setRecordTime(
    packet,
    clock.scale,
    view.getUint32(at + 12, little),
    view.getUint32(at + 16, little),
  );
  return "";
}

/** A Simple Packet Block (§4.4) is of the section's first interface and has no time: it stays 0. */
function readSimplePacketBlock(packet: PacketRecord, view: DataView, block: PacketBlock): string {
  if (block.totalBytes < 16) return "packet block shorter than its header";
  const clock = block.clocks[block.firstInterface];
  if (clock === undefined) return "simple packet without an interface";
  const original = view.getUint32(block.at + 8, block.littleEndian);
  const room = block.totalBytes - 16;
  const kept = clock.snapLength === 0 ? original : Math.min(original, clock.snapLength);
  if (kept > clock.packetBytesMax) return `implausible captured length ${kept}`;
  if (kept > room) return `captured length ${kept} is beyond its block`;
  packet.capturedBytes = kept;
  packet.originalBytes = original;
  packet.start = block.at + 12;
  packet.linkType = clock.linkType;
  packet.interfaceIndex = block.firstInterface;
  packet.seconds = 0;
  packet.nanoseconds = 0;
  return "";
}
