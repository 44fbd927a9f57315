import { createDecodedPacket, decodePacket } from "../../src/core/packet/index.ts";
import { sum } from "../support/crafted-packets.ts";
import { type LoosePacket, recordOf } from "./loose-packet.ts";

const CHECKSUM_PLACES: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6, 58: 2 };
const ICMP = 1;

const decoded = createDecodedPacket();

/** The packet with the checksums that its headers now should have, as far as they can be read. */
export function mendChecksums(packet: LoosePacket): LoosePacket {
  const bytes = packet.bytes.slice();
  const view = new DataView(bytes.buffer);
  const mended = { ...packet, bytes };
  decodePacket(recordOf(mended), decoded);
  const { ipVersion, ipStart, ipHeaderBytes, transportStart, transportBytes, protocol } = decoded;
  if (ipVersion === 0) return packet;
  if (ipVersion === 4 && ipHeaderBytes >= 20 && ipStart + ipHeaderBytes <= bytes.length) {
    view.setUint16(ipStart + 10, 0);
    view.setUint16(ipStart + 10, ~sum(bytes.subarray(ipStart, ipStart + ipHeaderBytes)));
  }
  const place = CHECKSUM_PLACES[protocol];
  if (place === undefined || decoded.moreFragments || decoded.fragmentOffset !== 0) return mended;
  const end = Math.min(bytes.length, transportStart + transportBytes);
  if (transportStart + place + 2 > end) return mended;
  const addresses =
    ipVersion === 4
      ? bytes.subarray(ipStart + 12, ipStart + 20)
      : bytes.subarray(ipStart + 8, ipStart + 40);
  const upper = bytes.subarray(transportStart, end);
  const pseudo = protocol === ICMP ? 0 : sum(addresses, protocol + upper.length);
  view.setUint16(transportStart + place, 0);
  view.setUint16(transportStart + place, ~sum(upper, pseudo) & 0xffff || 0xffff);
  return mended;
}
