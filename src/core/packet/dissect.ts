import { ByteReader } from "../base/index.ts";
import { decodePacket } from "./decode-packet.ts";
import { createDecodedPacket, type DecodedPacket, type PacketBytes } from "./decoded-packet.ts";
import { dissectIp } from "./dissect-ip.ts";
import { dissectLabels, dissectLink } from "./dissect-link.ts";
import { ETHER_TYPE, LINK_TYPE } from "./link-type.ts";
import { FieldList, type PacketField } from "./packet-field.ts";
import { findInner, mayTunnel } from "./tunnel.ts";
import { createInnerPacket } from "./tunnels/inner-packet.ts";

/** Tunnels inside tunnels that are shown. */
const DEPTH_MAX = 8;

/**
 * The explaining decode of one packet: a tree of fields with their texts and byte ranges. For people
 * (`show`, the page, `explain`), not for the packet path. Never throws; what is cut off is simply
 * not there. Offsets count from the packet's first byte.
 */
export function dissectPacket(
  bytes: Uint8Array,
  linkType: number,
  lengths: { capturedBytes: number; originalBytes: number },
): PacketField[] {
  const end = Math.min(lengths.capturedBytes, bytes.length);
  const reader = new ByteReader(bytes, { end });
  const fields = new FieldList(reader);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { originalBytes } = lengths;
  let source: PacketBytes = { bytes, view, start: 0, capturedBytes: end, originalBytes, linkType };
  for (let depth = 0; depth <= DEPTH_MAX; depth++) {
    const decoded = createDecodedPacket();
    decodePacket(source, decoded);
    const inner = createInnerPacket();
    const isTunnel =
      depth < DEPTH_MAX && mayTunnel(source, decoded) && findInner(source, decoded, inner);
    fields.inner = isTunnel ? inner : undefined;
    dissectLayer(fields, source.linkType, decoded);
    if (!isTunnel || reader.short || reader.position > inner.start) break;
    if (reader.position < inner.start) {
      fields.bytes("tunnel.rest", "Rest of the tunnel header", inner.start - reader.position);
    }
    source = inner;
  }
  if (reader.remaining > 0) fields.rest("data", "Data");
  return fields.roots;
}

function dissectLayer(fields: FieldList, linkType: number, decoded: DecodedPacket): void {
  switch (linkType) {
    case LINK_TYPE.ethernet:
      dissectEthernet(fields, decoded);
      return;
    case LINK_TYPE.linuxSll:
      dissectCooked(fields, decoded);
      return;
    case LINK_TYPE.linuxSll2:
      dissectCooked2(fields, decoded);
      return;
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      fields.group("null", "Loopback", () => {
        fields.u32("null.family", "Address family");
      });
      dissectIp(fields);
      return;
    case LINK_TYPE.raw:
    case LINK_TYPE.rawBsd:
    case LINK_TYPE.rawOpenBsd:
    case LINK_TYPE.ipv4:
    case LINK_TYPE.ipv6:
      dissectIp(fields);
      return;
    default:
      dissectLink(fields, linkType, decoded);
  }
}

function dissectEthernet(fields: FieldList, decoded: DecodedPacket): void {
  let type = 0;
  fields.group("eth", "Ethernet", () => {
    fields.mac("eth.dst", "Destination");
    fields.mac("eth.src", "Source");
    type = fields.hex16("eth.type", "EtherType");
  });
  dissectEtherType(fields, type, decoded);
}

function dissectCooked(fields: FieldList, decoded: DecodedPacket): void {
  let type = 0;
  fields.group("sll", "Linux cooked capture", () => {
    fields.u16("sll.pkttype", "Packet type");
    fields.u16("sll.hatype", "Address type");
    fields.u16("sll.halen", "Address length");
    fields.bytes("sll.src", "Source", 8);
    type = fields.hex16("sll.etype", "EtherType");
  });
  dissectEtherType(fields, type, decoded);
}

function dissectCooked2(fields: FieldList, decoded: DecodedPacket): void {
  let type = 0;
  fields.group("sll", "Linux cooked capture v2", () => {
    type = fields.hex16("sll.etype", "EtherType");
    fields.u16("sll.reserved", "Reserved");
    fields.u32("sll.ifindex", "Interface");
    fields.u16("sll.hatype", "Address type");
    fields.u8("sll.pkttype", "Packet type");
    fields.u8("sll.halen", "Address length");
    fields.bytes("sll.src", "Source", 8);
  });
  dissectEtherType(fields, type, decoded);
}

function dissectEtherType(fields: FieldList, first: number, decoded: DecodedPacket): void {
  let type: number = first;
  while (type === ETHER_TYPE.vlan || type === ETHER_TYPE.qinq || type === ETHER_TYPE.qinqOld) {
    fields.group("vlan", "VLAN", () => {
      fields.bits16("vlan.id", "VLAN id", 0xfff);
      type = fields.hex16("vlan.etype", "EtherType");
    });
    if (fields.isShort) return;
  }
  if (type === ETHER_TYPE.pppoeSession) {
    fields.group("pppoe", "PPPoE session", () => {
      fields.bytes("pppoe.header", "Header", 6);
      fields.hex16("ppp.protocol", "Protocol");
    });
  } else if (type === ETHER_TYPE.mpls || type === ETHER_TYPE.mplsMulticast) dissectLabels(fields);
  if (decoded.ipVersion === 0) return;
  // LLC, backbone tags and frames in frames are shown as bytes.
  const length = decoded.ipStart - fields.reader.position;
  if (length < 0) return;
  if (length > 0) fields.bytes("link.rest", "Rest of the link header", length);
  dissectIp(fields);
}
