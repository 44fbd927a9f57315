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

const GTP_USER_PACKET = 255;
/** Extension headers of one GTP packet; more is an attempt to keep the decoder busy. */
const GTP_EXTENSIONS_MAX = 32;
const AYIYA_FORWARD = 1;
const NSH_BASE_BYTES = 8;

/** Reads VXLAN (RFC 7348). */
export function findInVxlan(inner: InnerPacket): boolean {
  if (inner.capturedBytes < 8) return false;
  const { view, start } = inner;
  if ((view.getUint8(start) & 8) === 0) return false;
  takeHeader(inner, 8);
  return found(inner, TUNNEL.vxlan, view.getUint32(start + 4) >>> 8, LINK_TYPE.ethernet);
}

/** Linux used port 8472 before one was given; others use it too, so every reserved bit has to be clear. */
export function findInOldVxlan(inner: InnerPacket): boolean {
  if (inner.capturedBytes < 22) return false;
  const { view, start } = inner;
  if (view.getUint32(start) !== 0x08000000 || view.getUint8(start + 7) !== 0) return false;
  return findInVxlan(inner);
}

/** Reads VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe-12), which names what it carries. */
export function findInVxlanGpe(inner: InnerPacket): boolean {
  if (inner.capturedBytes < 8) return false;
  const { view, start } = inner;
  const flags = view.getUint8(start);
  const id = (flags & 8) === 0 ? -1 : view.getUint32(start + 4) >>> 8;
  const protocol = (flags & 4) === 0 ? 3 : view.getUint8(start + 3);
  takeHeader(inner, 8);
  // 4 is the network service header (RFC 8300), which names its content by the same numbers.
  return protocol === 4 ? findInNsh(inner, id) : foundByNumber(inner, protocol, id);
}

function findInNsh(inner: InnerPacket, id: number): boolean {
  if (inner.capturedBytes < NSH_BASE_BYTES) return false;
  const { view, start } = inner;
  const bytes = (view.getUint8(start + 1) & 63) * 4;
  if (bytes < NSH_BASE_BYTES || !takeHeader(inner, bytes)) return false;
  return foundByNumber(inner, view.getUint8(start + 3), id);
}

function foundByNumber(inner: InnerPacket, protocol: number, id: number): boolean {
  switch (protocol) {
    case 1:
    case 2:
      return found(inner, TUNNEL.vxlan, id, LINK_TYPE.raw);
    case 3:
      return found(inner, TUNNEL.vxlan, id, LINK_TYPE.ethernet);
    case 5:
      return found(inner, TUNNEL.vxlan, id, LINK_TYPE.mpls);
    default:
      return false;
  }
}

/** Reads GENEVE (RFC 8926); options are skipped. */
export function findInGeneve(inner: InnerPacket): boolean {
  if (inner.capturedBytes < 8) return false;
  const { view, start } = inner;
  const first = view.getUint8(start);
  if (first >> 6 !== 0 || !takeHeader(inner, 8 + (first & 63) * 4)) return false;
  const id = view.getUint32(start + 4) >>> 8;
  switch (view.getUint16(start + 2)) {
    case ETHER_TYPE.transparentEthernet:
      return found(inner, TUNNEL.geneve, id, LINK_TYPE.ethernet);
    case ETHER_TYPE.ipv4:
    case ETHER_TYPE.ipv6:
      return found(inner, TUNNEL.geneve, id, LINK_TYPE.raw);
    case ETHER_TYPE.mpls:
    case ETHER_TYPE.mplsMulticast:
      return found(inner, TUNNEL.geneve, id, LINK_TYPE.mpls);
    default:
      return false;
  }
}

/** Reads the user packets of GTP version 1 (3GPP TS 29.281); signalling carries no packet. */
export function findInGtp(inner: InnerPacket): boolean {
  if (inner.capturedBytes < 8) return false;
  const { view, start } = inner;
  const flags = view.getUint8(start);
  // Version 1, and protocol type GTP rather than GTP' (charging).
  if (flags >> 4 !== 3 || view.getUint8(start + 1) !== GTP_USER_PACKET) return false;
  const id = view.getUint32(start + 4);
  takeHeader(inner, 8);
  if ((flags & 7) !== 0) {
    // Sequence number, N-PDU number and type of the first extension are there with any of the bits.
    if (!takeHeader(inner, 4)) return false;
    const next = view.getUint8(start + 11);
    if ((flags & 4) !== 0 && !skipGtpExtensions(inner, next)) return false;
  }
  if (inner.capturedBytes < 1) return false;
  const version = view.getUint8(inner.start) >> 4;
  if (version !== 4 && version !== 6) return false;
  return ipFault(inner, version) === 0 && found(inner, TUNNEL.gtpu, id, LINK_TYPE.raw);
}

function skipGtpExtensions(inner: InnerPacket, first: number): boolean {
  let type = first;
  for (let count = 0; type !== 0; count++) {
    if (count === GTP_EXTENSIONS_MAX || inner.capturedBytes < 4) return false;
    // Length in four bytes, with itself and the type of the next.
    const bytes = inner.view.getUint8(inner.start) * 4;
    if (bytes === 0 || !takeHeader(inner, bytes)) return false;
    type = inner.view.getUint8(inner.start - 1);
  }
  return true;
}

/** Reads AYIYA (draft-massar-v6ops-ayiya-02). */
export function findInAyiya(inner: InnerPacket): boolean {
  if (inner.capturedBytes < 8) return false;
  const { view, start } = inner;
  const identityBytes = 1 << (view.getUint8(start) >> 4);
  const signatureBytes = (view.getUint8(start + 1) >> 4) * 4;
  const operation = view.getUint8(start + 2) & 15;
  const next = view.getUint8(start + 3);
  if (!takeHeader(inner, 8 + identityBytes + signatureBytes)) return false;
  if (operation !== AYIYA_FORWARD) return false;
  if (inner.originalBytes === 0) return broken(inner, TUNNEL_FAULT.ayiyaEmpty);
  if (next !== 4 && next !== 41) return false;
  return found(inner, TUNNEL.ayiya, -1, LINK_TYPE.raw);
}

/** MPLS in UDP (RFC 7510). */
export function findInMplsUdp(inner: InnerPacket): boolean {
  return inner.capturedBytes >= 5 && found(inner, TUNNEL.mplsUdp, -1, LINK_TYPE.mpls);
}
