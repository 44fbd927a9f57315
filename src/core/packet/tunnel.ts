import { type DecodedPacket, IP_PROTOCOL, type PacketBytes } from "./decoded-packet.ts";
import { LINK_TYPE } from "./link-type.ts";
import { findInGre, findNextSubframe } from "./tunnels/gre.ts";
import {
  broken,
  enclose,
  found,
  type InnerPacket,
  ipFault,
  TUNNEL,
} from "./tunnels/inner-packet.ts";
import { findInTeredo, looksLikeTeredo } from "./tunnels/teredo.ts";
import {
  findInAyiya,
  findInGeneve,
  findInGtp,
  findInMplsUdp,
  findInOldVxlan,
  findInVxlan,
  findInVxlanGpe,
} from "./tunnels/udp-tunnels.ts";

export {
  createInnerPacket,
  type InnerPacket,
  TUNNEL,
  TUNNEL_FAULTS,
  TUNNEL_NAMES,
} from "./tunnels/inner-packet.ts";

/** UDP ports of tunnels (IANA; 8472 is Linux's old one for VXLAN). */
const PORT = {
  gtpControl: 2123,
  gtpUser: 2152,
  teredo: 3544,
  vxlan: 4789,
  vxlanGpe: 4790,
  ayiya: 5072,
  geneve: 6081,
  mplsUdp: 6635,
  vxlanOld: 8472,
} as const;

/** The shortest payload in which anything is found: an 8-byte header and an IPv4 header. */
const UDP_PAYLOAD_BYTES_MIN = 28;

/**
 * True when the packet can carry another. UDP is asked by its ports and, since Teredo and AYIYA use any,
 * by the first bytes of its payload: one ordinary datagram in fifteen is looked at closer.
 */
export function mayTunnel(outer: PacketBytes, decoded: DecodedPacket): boolean {
  switch (decoded.protocol) {
    case IP_PROTOCOL.udp:
      if (!decoded.hasPorts || decoded.payloadBytes < UDP_PAYLOAD_BYTES_MIN) return false;
      return (
        isLikelyContent(outer.view.getInt32(decoded.payloadStart)) ||
        isTunnelPort(decoded.destinationPort) ||
        isTunnelPort(decoded.sourcePort)
      );
    case IP_PROTOCOL.ipInIp:
    case IP_PROTOCOL.ipv6:
    case IP_PROTOCOL.gre:
      return true;
    default:
      return false;
  }
}

/** Teredo: IPv6, or its own headers of type 0 and 1; AYIYA: SHA-1 signature, shared secret. */
function isLikelyContent(first: number): boolean {
  const top = first >>> 16;
  return top >> 12 === 6 || top <= 1 || (first & 0xffffff) === 0x521129;
}

/**
 * Finds the packet inside one layer of tunnel. False when there is none, with `inner.fault` 0 when
 * the packet simply is no tunnel; beside a packet that was found, a fault is a remark on it. The
 * outer packet's own checks are the caller's. Never throws and allocates nothing.
 */
export function findInner(outer: PacketBytes, decoded: DecodedPacket, inner: InnerPacket): boolean {
  inner.fault = 0;
  inner.nextStart = 0;
  if (decoded.ipVersion === 0 || decoded.fragmentOffset !== 0) return false;
  switch (decoded.protocol) {
    case IP_PROTOCOL.udp:
      return decoded.hasPorts && findInUdp(outer, decoded, inner);
    case IP_PROTOCOL.ipInIp:
      enclose(outer, decoded, inner, decoded.payloadLength);
      return findIp(inner, 4);
    case IP_PROTOCOL.ipv6:
      enclose(outer, decoded, inner, decoded.payloadLength);
      return findIp(inner, 6);
    case IP_PROTOCOL.gre:
      enclose(outer, decoded, inner, decoded.payloadLength);
      return findInGre(inner);
    default:
      return false;
  }
}

/** Goes on to the next packet of the same tunnel packet: an 802.11 frame can hold several. */
export function findNextInner(inner: InnerPacket): boolean {
  return findNextSubframe(inner);
}

function findIp(inner: InnerPacket, version: 4 | 6): boolean {
  const fault = ipFault(inner, version);
  return fault === 0 ? found(inner, TUNNEL.ip, -1, LINK_TYPE.raw) : broken(inner, fault);
}

function findInUdp(outer: PacketBytes, decoded: DecodedPacket, inner: InnerPacket): boolean {
  const { udpLength, payloadLength, destinationPort, sourcePort } = decoded;
  enclose(
    outer,
    decoded,
    inner,
    udpLength < 8 ? payloadLength : Math.min(udpLength - 8, payloadLength),
  );
  switch (isTunnelPort(destinationPort) ? destinationPort : sourcePort) {
    case PORT.vxlan:
      return findInVxlan(inner);
    case PORT.vxlanGpe:
      return findInVxlanGpe(inner);
    case PORT.vxlanOld:
      return findInOldVxlan(inner);
    case PORT.geneve:
      return findInGeneve(inner);
    case PORT.gtpUser:
    case PORT.gtpControl:
      return !isInGtp(outer) && findInGtp(inner);
    case PORT.teredo:
      return findInTeredo(inner);
    case PORT.ayiya:
      return findInAyiya(inner);
    case PORT.mplsUdp:
      return findInMplsUdp(inner);
    default:
      return findByContent(inner);
  }
}

function isTunnelPort(port: number): boolean {
  switch (port) {
    case PORT.gtpControl:
    case PORT.gtpUser:
    case PORT.teredo:
    case PORT.vxlan:
    case PORT.vxlanGpe:
    case PORT.ayiya:
    case PORT.geneve:
    case PORT.mplsUdp:
    case PORT.vxlanOld:
      return true;
    default:
      return false;
  }
}

/** GTP is never carried in GTP: such a packet is an ordinary one that uses the port by chance. */
function isInGtp(outer: PacketBytes): boolean {
  return (outer as Partial<InnerPacket>).kind === TUNNEL.gtpu;
}

function findByContent(inner: InnerPacket): boolean {
  if (inner.capturedBytes < UDP_PAYLOAD_BYTES_MIN) return false;
  const first = inner.view.getInt32(inner.start);
  // AYIYA as it was deployed: SHA-1 signature, shared secret, forward, IPv6.
  if ((first & 0xffffff) === 0x521129) return findInAyiya(inner) && isWholeIp(inner);
  const top = first >>> 16;
  if (top > 1 && top >> 12 !== 6) return false;
  if (!looksLikeTeredo(inner) || !findInTeredo(inner)) {
    inner.fault = 0;
    return false;
  }
  return true;
}

/** What was found by its look alone has to hold together. */
function isWholeIp(inner: InnerPacket): boolean {
  return ipFault(inner, 6) === 0;
}
