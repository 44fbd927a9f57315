import { ETHER_TYPE, LINK_TYPE } from "../link-type.ts";
import {
  broken,
  found,
  type InnerPacket,
  ipFault,
  TUNNEL,
  TUNNEL_FAULT,
  takeHeader,
} from "./inner-packet.ts";

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
/** Bits that no RFC gave a meaning. */
const RESERVED = 0x0078;

const ERSPAN_1_2 = 0x88be;
const ERSPAN_3 = 0x22eb;
const PPP = 0x880b;
const WCCP = 0x883e;
const ETHERNET_HEADER_BYTES = 14;
/** Source route entries followed (RFC 1701); more is an attempt to keep the decoder busy. */
const ROUTES_MAX = 64;

/** Reads GRE: version 0 (RFC 2784, 2890, 1701) and version 1 (PPTP, RFC 2637). */
export function findInGre(inner: InnerPacket): boolean {
  if (inner.capturedBytes < 4) return broken(inner, TUNNEL_FAULT.greCut);
  const flags = inner.view.getUint16(inner.start);
  const protocol = inner.view.getUint16(inner.start + 2);
  const version = flags & 7;
  if (version > 1) return broken(inner, TUNNEL_FAULT.greVersion);
  if (version === 1 && protocol !== PPP) return broken(inner, TUNNEL_FAULT.enhancedGreProtocol);
  if ((flags & RESERVED) !== 0) return broken(inner, TUNNEL_FAULT.greFlags);
  // The offset field of RFC 1701 is there with either bit.
  const keyAt = 4 + ((flags & (CHECKSUM | ROUTING)) !== 0 ? 4 : 0);
  const headerBytes =
    keyAt +
    ((flags & KEY) !== 0 ? 4 : 0) +
    ((flags & SEQUENCE) !== 0 ? 4 : 0) +
    ((flags & ACKNOWLEDGMENT) !== 0 ? 4 : 0);
  if (headerBytes > inner.capturedBytes) return broken(inner, TUNNEL_FAULT.greCut);
  const id = (flags & KEY) === 0 ? -1 : inner.view.getUint32(inner.start + keyAt);
  takeHeader(inner, headerBytes);
  if ((flags & ROUTING) !== 0 && !skipRoutes(inner)) {
    return broken(inner, TUNNEL_FAULT.greCut);
  }
  // PPTP's key is payload length and call id.
  if (version === 1) return findInPptp(inner, id < 0 ? -1 : id & 0xffff);
  return findByProtocol(inner, protocol, flags, id);
}

/** Source route entries up to the one of no length; Zeek stops at the bit with a weird. */
function skipRoutes(inner: InnerPacket): boolean {
  inner.fault = TUNNEL_FAULT.greRouting;
  for (let routes = 0; routes < ROUTES_MAX; routes++) {
    if (inner.capturedBytes < 4) return false;
    const bytes = inner.view.getUint8(inner.start + 3);
    const isLast = bytes === 0 && inner.view.getUint16(inner.start) === 0;
    if (!takeHeader(inner, 4 + bytes)) return false;
    if (isLast) return true;
  }
  return false;
}

/** PPP with its address and control bytes in front or, by agreement, without (RFC 1661 6.6). */
function findInPptp(inner: InnerPacket, id: number): boolean {
  // An acknowledgment alone carries nothing.
  if (inner.originalBytes === 0) return false;
  if (inner.capturedBytes < 4) return broken(inner, TUNNEL_FAULT.greCut);
  if (inner.view.getUint16(inner.start) === 0xff03) takeHeader(inner, 2);
  const isShort = (inner.view.getUint8(inner.start) & 1) === 1;
  const protocol = isShort ? inner.view.getUint8(inner.start) : inner.view.getUint16(inner.start);
  if (protocol !== 0x21 && protocol !== 0x57) return broken(inner, TUNNEL_FAULT.notIp);
  takeHeader(inner, isShort ? 1 : 2);
  const fault = ipFault(inner, protocol === 0x21 ? 4 : 6);
  return fault === 0 ? found(inner, TUNNEL.gre, id, LINK_TYPE.raw) : broken(inner, fault);
}

function findByProtocol(inner: InnerPacket, protocol: number, flags: number, id: number): boolean {
  switch (protocol) {
    case ETHER_TYPE.ipv4:
    case ETHER_TYPE.ipv6:
      return inner.capturedBytes > 0 && found(inner, TUNNEL.gre, id, LINK_TYPE.raw);
    case ETHER_TYPE.transparentEthernet:
      if (inner.originalBytes <= ETHERNET_HEADER_BYTES) return broken(inner, TUNNEL_FAULT.greCut);
      return found(inner, TUNNEL.gre, id, LINK_TYPE.ethernet);
    case ETHER_TYPE.mpls:
    case ETHER_TYPE.mplsMulticast:
      return found(inner, TUNNEL.gre, id, LINK_TYPE.mpls);
    case ETHER_TYPE.securityGroup:
      return findInSecurityGroup(inner, id);
    case PPP:
      return found(inner, TUNNEL.gre, id, LINK_TYPE.ppp);
    case WCCP:
      return findInWccp(inner, id);
    case ERSPAN_1_2:
      return findInErspan(inner, (flags & SEQUENCE) !== 0 ? 8 : 0);
    case ERSPAN_3:
      return findInErspan(inner, 12);
    default:
      return isAruba(protocol) && findInAruba(inner, id);
  }
}

/** Cisco's security group tag; in GRE the EtherType of what follows stands before its six bytes. */
function findInSecurityGroup(inner: InnerPacket, id: number): boolean {
  if (inner.capturedBytes < 8) return broken(inner, TUNNEL_FAULT.greCut);
  const type = inner.view.getUint16(inner.start);
  takeHeader(inner, 8);
  if (type !== ETHER_TYPE.ipv4 && type !== ETHER_TYPE.ipv6) return false;
  return found(inner, TUNNEL.gre, id, LINK_TYPE.raw);
}

/** WCCP version 2 puts a redirect header of four bytes before IPv4; version 1 does not. */
function findInWccp(inner: InnerPacket, id: number): boolean {
  if (inner.capturedBytes < 24) return broken(inner, TUNNEL_FAULT.greCut);
  if (inner.view.getUint8(inner.start) >> 4 !== 4) takeHeader(inner, 4);
  return found(inner, TUNNEL.gre, id, LINK_TYPE.raw);
}

/** ERSPAN I has no header, II eight bytes, III twelve and perhaps eight more (draft-foschiano-erspan-03). */
function findInErspan(inner: InnerPacket, headerBytes: number): boolean {
  if (inner.capturedBytes < headerBytes) return broken(inner, TUNNEL_FAULT.greCut);
  const { view, start } = inner;
  const session = headerBytes === 0 ? -1 : view.getUint16(start + 2) & 0x3ff;
  const vlan = headerBytes === 0 ? 0 : view.getUint16(start) & 0xfff;
  if (vlan !== 0) inner.vlan = vlan;
  let bytes = headerBytes;
  let linkType: number = LINK_TYPE.ethernet;
  if (headerBytes === 12) {
    const last = view.getUint8(start + 11);
    // The O bit: a platform specific subheader follows.
    if ((last & 1) !== 0) bytes += 8;
    // Frame type 2 is a bare IP packet; other numbers are no Ethernet either.
    const frameType = (view.getUint8(start + 10) >> 2) & 31;
    if (frameType === 2) linkType = LINK_TYPE.raw;
    else if (frameType !== 0) return false;
  }
  if (!takeHeader(inner, bytes) || inner.originalBytes < ETHERNET_HEADER_BYTES) {
    return broken(inner, TUNNEL_FAULT.greCut);
  }
  return found(inner, TUNNEL.erspan, session, linkType);
}

/** Aruba access points send 802.11 frames under these protocol types. */
function isAruba(protocol: number): boolean {
  return (protocol & 0xfe0f) === 0x8200 || protocol === 0x9000;
}

/**
 * Where the frame holds several packets (A-MSDU, IEEE 802.11 9.3.2.2), each is a frame of addresses,
 * length and LLC as on Ethernet behind the one 802.11 header, and the first is taken.
 */
function findInAruba(inner: InnerPacket, id: number): boolean {
  if (inner.originalBytes === 0) return broken(inner, TUNNEL_FAULT.greCut);
  found(inner, TUNNEL.gre, id, LINK_TYPE.ieee80211);
  const headerBytes = aggregateHeaderBytes(inner);
  if (headerBytes === 0 || !takeHeader(inner, headerBytes)) return true;
  inner.linkType = LINK_TYPE.ethernet;
  inner.nextStart = inner.start;
  inner.nextCapturedBytes = inner.capturedBytes;
  inner.nextOriginalBytes = inner.originalBytes;
  return findNextSubframe(inner) || broken(inner, TUNNEL_FAULT.greCut);
}

/** Bytes of 802.11 header before the packets of an A-MSDU; 0 when the frame is none. */
function aggregateHeaderBytes(inner: InnerPacket): number {
  const { view, start, capturedBytes } = inner;
  if (capturedBytes < 32) return 0;
  const control = view.getUint16(start);
  // A data frame with QoS and a payload that is not protected.
  if ((control & 0xcc40) !== 0x8800) return 0;
  const qos = start + 24 + ((control & 3) === 3 ? 6 : 0);
  if ((view.getUint8(qos) & 0x80) === 0) return 0;
  return qos - start + 2 + ((control & 0x80) === 0 ? 0 : 4);
}

/** Goes on to the next packet of an A-MSDU; false when there is none. */
export function findNextSubframe(inner: InnerPacket): boolean {
  const { nextStart, nextCapturedBytes, nextOriginalBytes } = inner;
  inner.nextStart = 0;
  if (nextStart === 0 || nextCapturedBytes < ETHERNET_HEADER_BYTES) return false;
  const bytes = ETHERNET_HEADER_BYTES + inner.view.getUint16(nextStart + 12);
  if (bytes > nextOriginalBytes) return false;
  inner.start = nextStart;
  inner.capturedBytes = Math.min(bytes, nextCapturedBytes);
  inner.originalBytes = bytes;
  // All but the last are padded to a multiple of four.
  const step = (bytes + 3) & ~3;
  if (step < nextCapturedBytes) {
    inner.nextStart = nextStart + step;
    inner.nextCapturedBytes = nextCapturedBytes - step;
    inner.nextOriginalBytes = nextOriginalBytes - step;
  }
  return true;
}
