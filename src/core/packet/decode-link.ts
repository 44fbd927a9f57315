import { decodeIp } from "./decode-ip.ts";
import {
  decodeEtherType,
  decodeLlc,
  decodeMpls,
  decodeNetwork,
  decodeNlpid,
  decodePpp,
} from "./decode-network.ts";
import { decodePrism, decodeRadiotap, decodeWireless } from "./decode-wireless.ts";
import { type DecodedPacket, FAULT, type PacketBytes } from "./decoded-packet.ts";
import { ETHER_TYPE, LINK_TYPE } from "./link-type.ts";

const SLIP_HEADER_BYTES = 16;
const IPNET_HEADER_BYTES = 24;
const IP_OVER_FC_HEADER_BYTES = 16;
const INFINIBAND_HEADER_BYTES = 40;
const PREAMBLE_BYTES = 8;
/** Start bytes of frames and first fragments behind the preamble (IEEE 802.3 99.3). */
const FRAME_STARTS: ReadonlySet<number> = new Set([0xd5, 0xe6, 0x4c, 0x7f, 0xb3]);

/** What a link layer's decoder may find out about a packet, and where the layer begins. */
type LinkDecoder = (packet: PacketBytes, out: DecodedPacket, at: number) => void;

/** How many bytes must be there before a decoder is asked. */
interface Link {
  headerBytes: number;
  decode: LinkDecoder;
}

const LINKS = new Map<number, Link>([
  [LINK_TYPE.tokenRing, { headerBytes: 14, decode: decodeTokenRing }],
  [LINK_TYPE.slip, { headerBytes: SLIP_HEADER_BYTES, decode: skip(SLIP_HEADER_BYTES, decodeIp) }],
  [LINK_TYPE.ppp, { headerBytes: 2, decode: decodePppLink }],
  [LINK_TYPE.fddi, { headerBytes: 13, decode: decodeFddi }],
  [LINK_TYPE.pppHdlc, { headerBytes: 2, decode: decodePppLink }],
  [LINK_TYPE.pppEthernet, { headerBytes: 8, decode: skip(6, decodePpp) }],
  [LINK_TYPE.atmRfc1483, { headerBytes: 4, decode: decodeAtm }],
  [LINK_TYPE.cHdlc, { headerBytes: 4, decode: skip(2, decodeEtherType) }],
  [LINK_TYPE.ieee80211, { headerBytes: 2, decode: decodeBareWireless }],
  [LINK_TYPE.frameRelay, { headerBytes: 3, decode: decodeFrameRelay }],
  [LINK_TYPE.pflog, { headerBytes: 4, decode: decodePflog }],
  [LINK_TYPE.prism, { headerBytes: 8, decode: decodePrism }],
  [
    LINK_TYPE.ipOverFc,
    { headerBytes: IP_OVER_FC_HEADER_BYTES, decode: skip(IP_OVER_FC_HEADER_BYTES, decodeLlc) },
  ],
  [LINK_TYPE.sunAtm, { headerBytes: 4, decode: decodeSunAtm }],
  [LINK_TYPE.radiotap, { headerBytes: 8, decode: decodeRadiotap }],
  [LINK_TYPE.arcnetLinux, { headerBytes: 5, decode: decodeArcnet }],
  [LINK_TYPE.avs, { headerBytes: 8, decode: decodePrism }],
  [LINK_TYPE.pppPppd, { headerBytes: 4, decode: decodePppd }],
  [LINK_TYPE.juniperEthernet, { headerBytes: 6, decode: decodeJuniperEthernet }],
  [LINK_TYPE.pppDirection, { headerBytes: 3, decode: skip(1, decodePppLink) }],
  [LINK_TYPE.cHdlcDirection, { headerBytes: 5, decode: skip(3, decodeEtherType) }],
  [LINK_TYPE.frameRelayDirection, { headerBytes: 4, decode: skip(1, decodeFrameRelay) }],
  [LINK_TYPE.mpls, { headerBytes: 5, decode: decodeMplsLink }],
  [
    LINK_TYPE.ipnet,
    { headerBytes: IPNET_HEADER_BYTES, decode: skip(IPNET_HEADER_BYTES, decodeIp) },
  ],
  [LINK_TYPE.nflog, { headerBytes: 4, decode: decodeNflog }],
  [LINK_TYPE.ipoib, { headerBytes: INFINIBAND_HEADER_BYTES + 4, decode: decodeIpoib }],
  [LINK_TYPE.mpacket, { headerBytes: PREAMBLE_BYTES + 14, decode: decodeMpacket }],
  [LINK_TYPE.broadcomTag, { headerBytes: 18, decode: skip(16, decodeEtherType) }],
  [LINK_TYPE.broadcomTagFront, { headerBytes: 18, decode: skip(16, decodeEtherType) }],
  [LINK_TYPE.dsaTag, { headerBytes: 18, decode: decodeDsa }],
  [LINK_TYPE.dsaTagLong, { headerBytes: 22, decode: decodeDsaLong }],
]);

/** Reads the rarer link layers, those of which a capture is seldom full. */
export function decodeLink(packet: PacketBytes, out: DecodedPacket): void {
  decodeLinkAt(packet, out, packet.start, packet.linkType);
}

function decodeLinkAt(
  packet: PacketBytes,
  out: DecodedPacket,
  start: number,
  linkType: number,
): void {
  const link = LINKS.get(linkType);
  const left = packet.start + packet.capturedBytes - start;
  if (link !== undefined) {
    if (left < link.headerBytes) out.fault = FAULT.linkCut;
    else link.decode(packet, out, start);
  } else if (linkType === LINK_TYPE.ppi) decodePpi(packet, out, start);
  else if (linkType === LINK_TYPE.darwinPktap || linkType === LINK_TYPE.pktap) {
    decodePktap(packet, out, start);
  } else out.linkKnown = false;
}

/** A layer that only has to be stepped over. */
function skip(bytes: number, decode: LinkDecoder): LinkDecoder {
  return (packet, out, at) => decode(packet, out, at + bytes);
}

/** Address and control of HDLC may stand before the number (RFC 1662), or Cisco's own header. */
export function decodePppLink(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const first = packet.view.getUint16(at);
  const left = packet.start + packet.capturedBytes - at;
  if (first === 0x0f00 || first === 0x8f00) {
    if (left < 4) out.fault = FAULT.linkCut;
    else decodeEtherType(packet, out, at + 2);
  } else decodePpp(packet, out, first === 0xff03 ? at + 2 : at);
}

/** In place of HDLC's address pppd writes the direction. */
function decodePppd(packet: PacketBytes, out: DecodedPacket, at: number): void {
  decodePpp(packet, out, packet.view.getUint8(at + 1) === 3 ? at + 2 : at + 1);
}

function decodeMplsLink(packet: PacketBytes, out: DecodedPacket, at: number): void {
  out.etherType = ETHER_TYPE.mpls;
  decodeMpls(packet, out, at);
}

function decodeBareWireless(packet: PacketBytes, out: DecodedPacket, at: number): void {
  decodeWireless(packet, out, at, 1);
}

/** IEEE 802.5: a source address whose first bit is set announces a route. */
function decodeTokenRing(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const { view } = packet;
  // Frame type 1 is LLC.
  if (view.getUint8(at + 1) >> 6 !== 1) return;
  const end = packet.start + packet.capturedBytes;
  let next = at + 14;
  if ((view.getUint8(at + 8) & 0x80) !== 0 && end > next) next += view.getUint8(next) & 31;
  decodeLlc(packet, out, next);
}

/** FDDI frames of class LLC (ISO 9314-2). */
function decodeFddi(packet: PacketBytes, out: DecodedPacket, at: number): void {
  if ((packet.view.getUint8(at) & 0xf0) === 0x50) decodeLlc(packet, out, at + 13);
}

/** RFC 2684: LLC in front, or with one protocol a circuit nothing at all. */
function decodeAtm(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const first = packet.view.getUint16(at);
  if (first === 0xaaaa || first === 0xfefe || first === 0x0606) decodeLlc(packet, out, at);
  else if (first >> 8 === 0x45) decodeIp(packet, out, at);
}

/** SunATM: traffic type, virtual path and channel. */
function decodeSunAtm(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const traffic = packet.view.getUint8(at) & 15;
  const left = packet.start + packet.capturedBytes - at;
  if (traffic === 2) decodeLlc(packet, out, at + 4);
  // LAN emulation: a marker, then Ethernet.
  else if (traffic === 1 && left >= 20) decodeEtherType(packet, out, at + 18);
}

/** RFC 2427 behind an address of two to four bytes; Cisco's own way has an EtherType there instead. */
function decodeFrameRelay(packet: PacketBytes, out: DecodedPacket, start: number): void {
  const { view } = packet;
  const end = packet.start + packet.capturedBytes;
  let at = start;
  // The last byte of the address has its lowest bit set.
  while (at < start + 4 && at < end && (view.getUint8(at) & 1) === 0) at++;
  at++;
  if (end - at < 2) {
    out.fault = FAULT.linkCut;
    return;
  }
  if (view.getUint8(at) !== 3) {
    decodeEtherType(packet, out, at);
    return;
  }
  // A zero byte pads the header to an even length.
  decodeNlpid(packet, out, view.getUint8(at + 1) === 0 ? at + 2 : at + 1);
}

/** OpenBSD's packet filter log: the header tells its own length. */
function decodePflog(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const headerBytes = (packet.view.getUint8(at) + 3) & ~3;
  if (headerBytes < 4) return;
  decodeIp(packet, out, at + headerBytes);
}

/** ARCNET (RFC 1201 with a split flag and sequence number, RFC 1051 without). */
function decodeArcnet(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const { view } = packet;
  const left = packet.start + packet.capturedBytes - at;
  const type = view.getUint8(at + 4);
  if (type === 0xf0) decodeIp(packet, out, at + 5);
  if (type !== 0xd4) return;
  if (left < 8) out.fault = FAULT.linkCut;
  // The exception packet repeats the header behind three bytes of padding.
  else decodeIp(packet, out, at + (view.getUint8(at + 5) === 0xff ? 12 : 8));
}

/** Juniper's cookie header with its extensions, then Ethernet. */
function decodeJuniperEthernet(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const { view } = packet;
  if (view.getUint32(at) >>> 8 !== 0x4d4743) return;
  const flags = view.getUint8(at + 3);
  const next = at + ((flags & 0x80) === 0 ? 4 : 6 + view.getUint16(at + 4));
  const left = packet.start + packet.capturedBytes - next;
  // With bit 1 the link layer was taken off.
  if ((flags & 2) !== 0) return;
  if (left < 14) out.fault = FAULT.linkCut;
  else decodeEtherType(packet, out, next + 12);
}

/** Linux netfilter log: attributes in the byte order of the host, one of which is the packet. */
function decodeNflog(packet: PacketBytes, out: DecodedPacket, start: number): void {
  const { view } = packet;
  const end = packet.start + packet.capturedBytes;
  let at = start + 4;
  while (end - at >= 4) {
    // Types are small numbers: the byte that is not zero tells the order.
    const isLittle = view.getUint8(at + 3) === 0;
    const length = view.getUint16(at, isLittle);
    if ((view.getUint16(at + 2, isLittle) & 0x7fff) === 9) {
      decodeIp(packet, out, at + 4);
      return;
    }
    if (length < 4 || length > end - at) {
      out.fault = FAULT.linkAttribute;
      return;
    }
    at += (length + 3) & ~3;
  }
  out.fault = FAULT.linkCut;
}

function decodeIpoib(packet: PacketBytes, out: DecodedPacket, at: number): void {
  out.etherType = packet.view.getUint16(at + INFINIBAND_HEADER_BYTES);
  decodeNetwork(packet, out, at + INFINIBAND_HEADER_BYTES + 4);
}

/** Ethernet with its preamble; later pieces of a preempted frame have no header. */
function decodeMpacket(packet: PacketBytes, out: DecodedPacket, at: number): void {
  if (FRAME_STARTS.has(packet.view.getUint8(at + PREAMBLE_BYTES - 1))) {
    decodeEtherType(packet, out, at + PREAMBLE_BYTES + 12);
  }
}

/** Marvell's switch tag behind the addresses; it takes the place of a VLAN tag. */
function decodeDsa(packet: PacketBytes, out: DecodedPacket, at: number): void {
  readDsaVlan(packet, out, at + 12);
  decodeEtherType(packet, out, at + 16);
}

/** The same behind an EtherType of its own. */
function decodeDsaLong(packet: PacketBytes, out: DecodedPacket, at: number): void {
  readDsaVlan(packet, out, at + 16);
  decodeEtherType(packet, out, at + 20);
}

function readDsaVlan(packet: PacketBytes, out: DecodedPacket, at: number): void {
  if ((packet.view.getUint8(at) & 0x20) !== 0) {
    out.outerVlan = packet.view.getUint16(at + 2) & 0xfff;
  }
}

/** Per-packet information: the link type of what follows is in the header. */
function decodePpi(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const { view } = packet;
  const left = packet.start + packet.capturedBytes - at;
  const headerBytes = left < 8 ? 0 : view.getUint16(at + 2, true);
  if (headerBytes < 8 || headerBytes > left) out.fault = FAULT.linkCut;
  else decodeInner(packet, out, at + headerBytes, view.getUint32(at + 4, true));
}

/** Apple's packet tap: length, kind of record and link type in the byte order of the host. */
function decodePktap(packet: PacketBytes, out: DecodedPacket, at: number): void {
  const { view } = packet;
  const left = packet.start + packet.capturedBytes - at;
  if (left < 12) {
    out.fault = FAULT.linkCut;
    return;
  }
  const headerBytes = view.getUint32(at, true);
  const kind = view.getUint32(at + 4, true);
  // The private number 149 is used by others too.
  if (headerBytes < 12 || headerBytes > left || kind !== 1) {
    if (packet.linkType === LINK_TYPE.pktap) out.linkKnown = false;
    else out.fault = FAULT.linkCut;
    return;
  }
  decodeInner(packet, out, at + headerBytes, view.getUint32(at + 8, true));
}

/** The layer inside one that names it; those that would name another are not followed again. */
function decodeInner(packet: PacketBytes, out: DecodedPacket, at: number, linkType: number): void {
  const left = packet.start + packet.capturedBytes - at;
  switch (linkType) {
    case LINK_TYPE.ethernet:
      if (left < 14) out.fault = FAULT.linkCut;
      else decodeEtherType(packet, out, at + 12);
      return;
    // On these systems DLT_RAW is 12 or 14 and DLT_LOOP as DLT_NULL.
    case LINK_TYPE.raw:
    case LINK_TYPE.rawBsd:
    case LINK_TYPE.rawOpenBsd:
      decodeIp(packet, out, at);
      return;
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      if (left < 4) out.fault = FAULT.linkCut;
      else decodeIp(packet, out, at + 4);
      return;
    case LINK_TYPE.ppi:
    case LINK_TYPE.pktap:
    case LINK_TYPE.darwinPktap:
      out.linkKnown = false;
      return;
    default:
      decodeLinkAt(packet, out, at, linkType);
  }
}
