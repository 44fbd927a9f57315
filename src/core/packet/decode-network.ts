import { decodeIp } from "./decode-ip.ts";
import { type DecodedPacket, FAULT, type PacketBytes, REMARK } from "./decoded-packet.ts";
import { ETHER_TYPE } from "./link-type.ts";

const LLC_SNAP = 0xaaaa03;
const LLC_IP = 0x060603;
/** An OSI network layer protocol identifier follows (ISO 9577). */
const LLC_NLPID = 0xfefe03;
/** SNAP organisations: Ethernet (RFC 1042), bridge tunnel (IEEE 802.1H), IEEE 802.1 (RFC 2684). */
const OUI_ETHERNET = 0;
const OUI_BRIDGE_TUNNEL = 0xf8;
const OUI_IEEE_802_1 = 0x80c2;
const NLPID_IPV4 = 0xcc;
const NLPID_IPV6 = 0x8e;
const NLPID_SNAP = 0x80;
const ETHERNET_HEADER_BYTES = 14;
/** Below it the field of an Ethernet header is a length (IEEE 802.3 3.2.6). */
const ETHER_TYPE_MIN = 0x600;
const ETHER_TYPE_ARP = 0x0806;

/** Reads the EtherType at `at` and goes on with what follows it. */
export function decodeEtherType(packet: PacketBytes, out: DecodedPacket, at: number): void {
  out.etherType = packet.view.getUint16(at);
  if (out.etherType === ETHER_TYPE.ipv4 || out.etherType === ETHER_TYPE.ipv6) {
    decodeIp(packet, out, at + 2);
    return;
  }
  decodeNetwork(packet, out, at + 2);
}

/** Goes on behind a header that named `out.etherType`. */
export function decodeNetwork(
  packet: PacketBytes,
  out: DecodedPacket,
  start: number,
  depth = 0,
): void {
  const { view } = packet;
  const end = packet.start + packet.capturedBytes;
  let at = start;
  let type = out.etherType;
  while (type === ETHER_TYPE.vlan || type === ETHER_TYPE.qinq || type === ETHER_TYPE.qinqOld) {
    if (end - at < 4) {
      out.fault = FAULT.linkCut;
      return;
    }
    const vlan = view.getUint16(at) & 0xfff;
    if (out.outerVlan < 0) out.outerVlan = vlan;
    else if (out.innerVlan < 0) out.innerVlan = vlan;
    else out.remarks |= REMARK.thirdVlan;
    type = view.getUint16(at + 2);
    at += 4;
  }
  out.etherType = type;
  switch (type) {
    case ETHER_TYPE.ipv4:
    case ETHER_TYPE.ipv6:
      decodeIp(packet, out, at);
      return;
    case ETHER_TYPE.mpls:
    case ETHER_TYPE.mplsMulticast:
      decodeMpls(packet, out, at, depth);
      return;
    case ETHER_TYPE.pppoeSession:
      if (end - at < 8) out.fault = FAULT.linkCut;
      else decodePpp(packet, out, at + 6);
      return;
    // Cisco FabricPath and IEEE 802.1ah carry a whole Ethernet frame after a tag of 2 and 4 bytes.
    case ETHER_TYPE.fabricPath:
      decodeInnerEthernet(packet, out, at + 2, depth);
      return;
    case ETHER_TYPE.providerBridge:
      decodeInnerEthernet(packet, out, at + 4, depth);
      return;
    case ETHER_TYPE.transparentEthernet:
      decodeInnerEthernet(packet, out, at, depth);
      return;
    case ETHER_TYPE.securityGroup:
      // Version, length, option and group; then the EtherType again.
      if (end - at < 8) out.fault = FAULT.linkCut;
      else if (depth === 0) decodeTyped(packet, out, at + 6, 1);
      return;
    case ETHER_TYPE.serviceHeader:
      decodeServiceHeader(packet, out, at, depth);
      return;
    default:
      if (type < ETHER_TYPE_MIN) decodeLlc(packet, out, at, depth);
  }
}

/** One level only: a frame inside a frame inside a frame is an attempt to keep the decoder busy. */
function decodeInnerEthernet(
  packet: PacketBytes,
  out: DecodedPacket,
  at: number,
  depth: number,
): void {
  const end = packet.start + packet.capturedBytes;
  if (end - at < ETHERNET_HEADER_BYTES) out.fault = FAULT.linkCut;
  else if (depth === 0) decodeTyped(packet, out, at + 12, 1);
}

function decodeTyped(packet: PacketBytes, out: DecodedPacket, at: number, depth: number): void {
  out.etherType = packet.view.getUint16(at);
  decodeNetwork(packet, out, at + 2, depth);
}

/** The network service header (RFC 8300): length in words, next protocol. */
function decodeServiceHeader(
  packet: PacketBytes,
  out: DecodedPacket,
  at: number,
  depth: number,
): void {
  const end = packet.start + packet.capturedBytes;
  const headerBytes = end - at < 8 ? 0 : (packet.view.getUint8(at + 1) & 63) * 4;
  if (headerBytes < 8 || headerBytes > end - at) {
    out.fault = FAULT.linkCut;
    return;
  }
  const next = packet.view.getUint8(at + 3);
  if (next === 1 || next === 2) {
    out.etherType = next === 1 ? ETHER_TYPE.ipv4 : ETHER_TYPE.ipv6;
    decodeIp(packet, out, at + headerBytes);
  } else if (next === 3) decodeInnerEthernet(packet, out, at + headerBytes, depth);
}

/**
 * Reads IEEE 802.2 LLC. With SNAP (RFC 1042) it carries an EtherType, with the IEEE's organisation a
 * bridged Ethernet frame (RFC 2684 5.2). What carries no IP is left as it is.
 */
export function decodeLlc(packet: PacketBytes, out: DecodedPacket, at: number, depth = 0): void {
  const { view } = packet;
  const left = packet.start + packet.capturedBytes - at;
  if (left < 4) return;
  const llc = view.getUint32(at) >>> 8;
  if (llc === LLC_IP) decodeIp(packet, out, at + 3);
  else if (llc === LLC_NLPID) decodeNlpid(packet, out, at + 3, depth);
  else if (llc === LLC_SNAP && left >= 8) decodeSnap(packet, out, at + 3, depth);
}

/** Reads SNAP: an organisation and its protocol number. */
function decodeSnap(packet: PacketBytes, out: DecodedPacket, at: number, depth: number): void {
  const { view } = packet;
  const organisation = (view.getUint16(at) << 8) | view.getUint8(at + 2);
  if (organisation === OUI_ETHERNET || organisation === OUI_BRIDGE_TUNNEL) {
    // Through `depth`, since an EtherType that is a length would lead here again.
    if (depth < 2) decodeTyped(packet, out, at + 3, depth + 1);
    return;
  }
  const type = view.getUint16(at + 3);
  // Ethernet with and without its check sequence; ATM aligns the frame by two bytes.
  if (organisation !== OUI_IEEE_802_1 || (type !== 1 && type !== 7)) return;
  const isPadded = packet.linkType !== 107;
  decodeInnerEthernet(packet, out, at + (isPadded ? 7 : 5), depth);
}

/** Reads what a network layer protocol identifier announces (RFC 2427 3). */
export function decodeNlpid(packet: PacketBytes, out: DecodedPacket, at: number, depth = 0): void {
  const left = packet.start + packet.capturedBytes - at;
  if (left < 1) {
    out.fault = FAULT.linkCut;
    return;
  }
  const nlpid = packet.view.getUint8(at);
  if (nlpid === NLPID_IPV4 || nlpid === NLPID_IPV6) {
    out.etherType = nlpid === NLPID_IPV4 ? ETHER_TYPE.ipv4 : ETHER_TYPE.ipv6;
    decodeIp(packet, out, at + 1);
  } else if (nlpid === NLPID_SNAP && left >= 6) decodeSnap(packet, out, at + 1, depth);
}

/**
 * Reads a PPP protocol number and what it carries. The number is one byte where that was agreed on:
 * only then is the first byte odd (RFC 1661 2).
 */
export function decodePpp(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const left = packet.start + packet.capturedBytes - at;
  if (left < 2) {
    out.fault = FAULT.linkCut;
    return;
  }
  const first = packet.view.getUint8(at);
  const isShort = (first & 1) === 1;
  const next = at + (isShort ? 1 : 2);
  switch (isShort ? first : packet.view.getUint16(at)) {
    case 0x21:
      out.etherType = ETHER_TYPE.ipv4;
      decodeIp(packet, out, next);
      return;
    case 0x57:
      out.etherType = ETHER_TYPE.ipv6;
      decodeIp(packet, out, next);
      return;
    case 0x281:
    case 0x283:
      out.etherType = ETHER_TYPE.mpls;
      decodeMpls(packet, out, next, 1);
      return;
    case 0x3d:
      // Multilink (RFC 1990): only a packet in one piece, its begin and end bits set, can be read.
      if (left >= 8 && packet.view.getUint8(next) >> 6 === 3) decodeWholePpp(packet, out, next + 4);
      return;
    default:
  }
}

/** The packet inside a multilink piece; without multilink again. */
function decodeWholePpp(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const first = packet.view.getUint8(at);
  if (first === 0x21 || first === 0x57) decodeIp(packet, out, at + 1);
  else if (first === 0 && packet.view.getUint8(at + 1) !== 0x3d) decodePpp(packet, out, at);
}

/**
 * Skips the label stack (RFC 3032). Nothing says what follows: the first nibble does for IP, and zero is
 * the control word of a pseudo-wire (RFC 4385), whose Ethernet frame must then look like one.
 */
export function decodeMpls(
  packet: PacketBytes,
  out: DecodedPacket,
  start: number,
  depth = 0,
): void {
  const end = packet.start + packet.capturedBytes;
  let at = start;
  for (;;) {
    if (end - at < 5) {
      out.fault = FAULT.linkCut;
      return;
    }
    const bottom = packet.bytes[at + 2]! & 1;
    at += 4;
    if (bottom === 1) break;
  }
  const version = packet.bytes[at]! >> 4;
  if (version === 4 || version === 6) decodeIp(packet, out, at);
  else if (version === 0 && isEthernet(packet, at + 4)) {
    decodeInnerEthernet(packet, out, at + 4, depth);
  } else if (isEthernet(packet, at)) decodeInnerEthernet(packet, out, at, depth);
}

/** True when a header at `at` names a protocol that is carried in pseudo-wires. */
function isEthernet(packet: PacketBytes, at: number): boolean {
  if (packet.start + packet.capturedBytes - at < ETHERNET_HEADER_BYTES) return false;
  switch (packet.view.getUint16(at + 12)) {
    case ETHER_TYPE.ipv4:
    case ETHER_TYPE.ipv6:
    case ETHER_TYPE.vlan:
    case ETHER_TYPE.qinq:
    case ETHER_TYPE.mpls:
    case ETHER_TYPE.pppoeSession:
    case ETHER_TYPE_ARP:
      return true;
    default:
      return false;
  }
}
