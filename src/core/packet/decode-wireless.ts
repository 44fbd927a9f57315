import { decodeLlc } from "./decode-network.ts";
import { type DecodedPacket, FAULT, type PacketBytes } from "./decoded-packet.ts";

const PRISM_HEADER_BYTES = 144;
const AVS_MAGIC = 0x80211000;
const DATA_HEADER_BYTES = 24;
const SUBFRAME_HEADER_BYTES = 14;

/**
 * Reads an 802.11 data frame: QoS, four addresses, the first packet of an A-MSDU. Management and control
 * frames carry no IP, and a protected payload cannot be read.
 */
export function decodeWireless(
  packet: PacketBytes,
  out: DecodedPacket,
  start: number,
  alignment: 1 | 4,
): void {
  const left = packet.start + packet.capturedBytes - start;
  if (left < 2) {
    out.fault = FAULT.linkCut;
    return;
  }
  const control = packet.view.getUint16(start);
  // Version 0, type data, not a subtype without data, not protected (IEEE 802.11 9.2.4.1).
  if ((control & 0x0f00) !== 0x0800 || (control & 0x4040) !== 0) return;
  const hasQos = (control & 0x8000) !== 0;
  const qosAt = DATA_HEADER_BYTES + ((control & 3) === 3 ? 6 : 0);
  let headerBytes = qosAt;
  // The order bit of a QoS frame announces four bytes of HT control.
  if (hasQos) headerBytes += 2 + ((control & 0x80) === 0 ? 0 : 4);
  if (alignment === 4) headerBytes = (headerBytes + 3) & ~3;
  if (left < headerBytes) {
    out.fault = FAULT.linkCut;
    return;
  }
  if (hasQos && (packet.view.getUint8(start + qosAt) & 0x80) !== 0) {
    headerBytes += SUBFRAME_HEADER_BYTES;
  }
  decodeLlc(packet, out, start + headerBytes, 1);
}

/** Reads radiotap (radiotap.org), then 802.11. */
export function decodeRadiotap(packet: PacketBytes, out: DecodedPacket, start: number): void {
  const { view } = packet;
  const left = packet.start + packet.capturedBytes - start;
  const headerBytes = left < 8 ? 0 : view.getUint16(start + 2, true);
  if (headerBytes < 8 || headerBytes > left || view.getUint8(start) !== 0) {
    out.fault = FAULT.linkCut;
    return;
  }
  decodeWireless(packet, out, start + headerBytes, isAligned(packet, start, headerBytes) ? 4 : 1);
}

/** Radiotap's flags field says whether the driver aligned the payload to four bytes. */
function isAligned(packet: PacketBytes, start: number, headerBytes: number): boolean {
  const { view } = packet;
  const present = view.getUint32(start + 4, true);
  if ((present & 2) === 0) return false;
  let at = 8;
  // Bit 31 of each word of the bitmap announces another.
  let word = present;
  while (word >>> 31 === 1) {
    if (at + 4 > headerBytes) return false;
    word = view.getUint32(start + at, true);
    at += 4;
  }
  // The time stamp (bit 0) stands before the flags, aligned to its size.
  if ((present & 1) !== 0) at = ((at + 7) & ~7) + 8;
  return at < headerBytes && (view.getUint8(start + at) & 0x20) !== 0;
}

/** Reads the header of Prism cards or of AVS, whichever the driver wrote, then 802.11. */
export function decodePrism(packet: PacketBytes, out: DecodedPacket, start: number): void {
  const { view } = packet;
  const left = packet.start + packet.capturedBytes - start;
  if (left < 8) {
    out.fault = FAULT.linkCut;
    return;
  }
  const isAvs = (view.getInt32(start) & ~0xfff) === (AVS_MAGIC | 0);
  const headerBytes = isAvs ? view.getUint32(start + 4) : PRISM_HEADER_BYTES;
  if (headerBytes < 8 || headerBytes > left) {
    out.fault = FAULT.linkCut;
    return;
  }
  decodeWireless(packet, out, start + headerBytes, 1);
}
