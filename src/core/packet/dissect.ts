import { ByteReader } from "../base/index.ts";
import { ETHER_TYPE, LINK_TYPE } from "./decode-packet.ts";
import { dissectIp } from "./dissect-ip.ts";
import { FieldList, type PacketField } from "./packet-field.ts";

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
  switch (linkType) {
    case LINK_TYPE.ethernet:
      dissectEthernet(fields);
      break;
    case LINK_TYPE.linuxSll:
      dissectCooked(fields);
      break;
    case LINK_TYPE.linuxSll2:
      dissectCooked2(fields);
      break;
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      fields.group("null", "Loopback", () => {
        fields.u32("null.family", "Address family");
      });
      dissectIp(fields);
      break;
    case LINK_TYPE.raw:
    case LINK_TYPE.rawBsd:
    case LINK_TYPE.rawOpenBsd:
    case LINK_TYPE.ipv4:
    case LINK_TYPE.ipv6:
      dissectIp(fields);
      break;
    default:
      break;
  }
  if (reader.remaining > 0) fields.rest("data", "Data");
  return fields.roots;
}

function dissectEthernet(fields: FieldList): void {
  let type = 0;
  fields.group("eth", "Ethernet", () => {
    fields.mac("eth.dst", "Destination");
    fields.mac("eth.src", "Source");
    type = fields.hex16("eth.type", "EtherType");
  });
  dissectEtherType(fields, type);
}

function dissectCooked(fields: FieldList): void {
  let type = 0;
  fields.group("sll", "Linux cooked capture", () => {
    fields.u16("sll.pkttype", "Packet type");
    fields.u16("sll.hatype", "Address type");
    fields.u16("sll.halen", "Address length");
    fields.bytes("sll.src", "Source", 8);
    type = fields.hex16("sll.etype", "EtherType");
  });
  dissectEtherType(fields, type);
}

function dissectCooked2(fields: FieldList): void {
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
  dissectEtherType(fields, type);
}

function dissectEtherType(fields: FieldList, first: number): void {
  let type: number = first;
  while (type === ETHER_TYPE.vlan || type === ETHER_TYPE.qinq || type === ETHER_TYPE.qinqOld) {
    fields.group("vlan", "VLAN", () => {
      fields.bits16("vlan.id", "VLAN id", 0xfff);
      type = fields.hex16("vlan.etype", "EtherType");
    });
    if (fields.isShort) return;
  }
  if (type === ETHER_TYPE.pppoeSession) {
    let protocol = 0;
    fields.group("pppoe", "PPPoE session", () => {
      fields.bytes("pppoe.header", "Header", 6);
      protocol = fields.hex16("ppp.protocol", "Protocol");
    });
    if (isPppIp(protocol)) dissectIp(fields);
    return;
  }
  if (type === ETHER_TYPE.mpls || type === ETHER_TYPE.mplsMulticast) {
    let isBottom = false;
    while (!isBottom && !fields.isShort) {
      fields.group("mpls", "MPLS", () => {
        isBottom = (fields.u32("mpls.entry", "Label stack entry") & 0x100) !== 0;
      });
    }
    dissectIp(fields);
    return;
  }
  if (type === ETHER_TYPE.ipv4 || type === ETHER_TYPE.ipv6) dissectIp(fields);
}

function isPppIp(protocol: number): boolean {
  return protocol === 0x21 || protocol === 0x57;
}
