import {
  type DecodedPacket,
  FAULT,
  IP_PROTOCOL,
  type PacketBytes,
  REMARK,
} from "./decoded-packet.ts";

const HOME_ADDRESS = 201;

/**
 * Reads IPv4 or IPv6 at `start` and the transport header after it. What was decoded before a fault
 * stays: a packet with readable addresses can still be located by them.
 */
export function decodeIp(packet: PacketBytes, out: DecodedPacket, start: number): void {
  out.ipStart = start;
  const { view } = packet;
  const end = packet.start + packet.capturedBytes;
  if (end - start < 20) {
    out.fault = FAULT.ipCut;
    return;
  }
  const version = view.getUint8(start) >> 4;
  if (version === 4) decodeIpv4(packet, out, start);
  else if (version === 6) decodeIpv6(packet, out, start);
  else out.fault = FAULT.ipVersion;
}

function decodeIpv4(packet: PacketBytes, out: DecodedPacket, start: number): void {
  const { view } = packet;
  out.ipVersion = 4;
  out.src0 = 0;
  out.src1 = 0;
  out.src2 = 0xffff;
  out.src3 = view.getInt32(start + 12);
  out.dst0 = 0;
  out.dst1 = 0;
  out.dst2 = 0xffff;
  out.dst3 = view.getInt32(start + 16);
  out.ipHeaderBytes = (view.getUint8(start) & 15) * 4;
  out.ipTotalBytes = view.getUint16(start + 2);
  out.hopLimit = view.getUint8(start + 8);
  out.fragmentId = view.getUint16(start + 4);
  const fragment = view.getUint16(start + 6);
  out.fragmentOffset = (fragment & 0x1fff) * 8;
  out.moreFragments = (fragment & 0x2000) !== 0;
  if (out.ipHeaderBytes < 20) {
    // A length of zero is named first, as Zeek does: such a header is likelier to be no header at all.
    out.fault = out.ipTotalBytes === 0 ? FAULT.ipLengthZero : FAULT.ipHeaderLength;
    return;
  }
  decodeUpper(packet, out, view.getUint8(start + 9));
}

function decodeIpv6(packet: PacketBytes, out: DecodedPacket, start: number): void {
  const { view } = packet;
  const end = packet.start + packet.capturedBytes;
  if (end - start < 40) {
    out.fault = FAULT.ipCut;
    return;
  }
  out.ipVersion = 6;
  out.src0 = view.getInt32(start + 8);
  out.src1 = view.getInt32(start + 12);
  out.src2 = view.getInt32(start + 16);
  out.src3 = view.getInt32(start + 20);
  out.dst0 = view.getInt32(start + 24);
  out.dst1 = view.getInt32(start + 28);
  out.dst2 = view.getInt32(start + 32);
  out.dst3 = view.getInt32(start + 36);
  out.ipTotalBytes = view.getUint16(start + 4) + 40;
  out.hopLimit = view.getUint8(start + 7);
  out.fragmentId = 0;
  const next = view.getUint8(start + 6);
  if (isExtension(next)) {
    walkExtensions(packet, out, next);
    return;
  }
  out.ipHeaderBytes = 40;
  decodeUpper(packet, out, next);
}

/** Hop-by-hop, routing, fragment, destination options, AH; ESP and mobility end the chain. */
function isExtension(type: number): boolean {
  return type === 0 || type === 43 || type === 44 || type === 60 || type === 51;
}

function walkExtensions(packet: PacketBytes, out: DecodedPacket, first: number): void {
  const { view } = packet;
  const end = packet.start + packet.capturedBytes;
  let at = out.ipStart + 40;
  let type = first;
  let isAtomic = false;
  while (isExtension(type)) {
    const left = end - at;
    const length =
      left < 8
        ? 8
        : type === 44
          ? 8
          : type === 51
            ? (view.getUint8(at + 1) + 2) * 4
            : (view.getUint8(at + 1) + 1) * 8;
    if (length > left) {
      out.ipHeaderBytes = at - out.ipStart;
      out.fault = FAULT.ipCut;
      return;
    }
    const next = view.getUint8(at);
    if (type === 44) {
      const fragment = view.getUint16(at + 2);
      out.fragmentOffset = fragment & 0xfff8;
      out.moreFragments = (fragment & 1) !== 0;
      out.fragmentId = view.getInt32(at + 4);
      isAtomic = (fragment & 0xfff9) === 0;
      at += length;
      type = next;
      break;
    }
    if (type === 43) readRouting(packet, out, at, length);
    if (type === 60) readHomeAddress(packet, out, at, length);
    at += length;
    type = next;
  }
  out.ipHeaderBytes = at - out.ipStart;
  // A chain that goes on after a fragment header is inside the fragmented part.
  decodeUpper(packet, out, type);
  // A fragment that is the whole datagram (RFC 6946) counts as Zeek counts what it puts together: without
  // the fragment header.
  if (isAtomic && out.fault === FAULT.none) out.ipTotalBytes -= 8;
}

/**
 * While segments are left the header's destination is only the next hop. The last address is where
 * the packet goes, and the one that checksums cover (RFC 8200 8.1; types 0 and 2).
 */
function readRouting(packet: PacketBytes, out: DecodedPacket, at: number, length: number): void {
  const { view } = packet;
  const words = view.getUint8(at + 1);
  const isOnWay = view.getUint8(at + 3) !== 0;
  switch (view.getUint8(at + 2)) {
    case 0:
      // Deprecated, since it lets packets go round in circles (RFC 5095).
      out.remarks |= REMARK.routingHeader0;
      if (!isOnWay || words < 2) return;
      if (words % 2 !== 0) {
        out.remarks |= REMARK.oddRoutingHeader0;
        return;
      }
      break;
    case 2:
      if (!isOnWay) return;
      if (words !== 2) {
        out.remarks |= REMARK.routingLength;
        return;
      }
      break;
    default:
      out.remarks |= REMARK.routingType;
      return;
  }
  const address = at + length - 16;
  out.dst0 = view.getInt32(address);
  out.dst1 = view.getInt32(address + 4);
  out.dst2 = view.getInt32(address + 8);
  out.dst3 = view.getInt32(address + 12);
}

/** Mobile IPv6: the home address option holds the source that the transport layer knows (RFC 6275 6.3). */
function readHomeAddress(
  packet: PacketBytes,
  out: DecodedPacket,
  start: number,
  length: number,
): void {
  const { view } = packet;
  const end = start + length;
  let at = start + 2;
  let hasAddress = false;
  while (at + 2 <= end) {
    const type = view.getUint8(at);
    if (type === 0) {
      at += 1;
      continue;
    }
    const bytes = view.getUint8(at + 1);
    if (at + 2 + bytes > end) {
      out.remarks |= REMARK.optionLength;
      return;
    }
    if (type === HOME_ADDRESS) {
      if (bytes !== 16) out.remarks |= REMARK.homeAddressLength;
      else if (hasAddress) out.remarks |= REMARK.homeAddressRepeated;
      else {
        hasAddress = true;
        out.src0 = view.getInt32(at + 2);
        out.src1 = view.getInt32(at + 6);
        out.src2 = view.getInt32(at + 10);
        out.src3 = view.getInt32(at + 14);
      }
    }
    at += 2 + bytes;
  }
}

function decodeUpper(packet: PacketBytes, out: DecodedPacket, protocol: number): void {
  out.protocol = protocol;
  const start = out.ipStart + out.ipHeaderBytes;
  const capturedEnd = packet.start + packet.capturedBytes;
  const wireEnd = packet.start + Math.max(packet.originalBytes, packet.capturedBytes);
  let ipEnd = out.ipStart + out.ipTotalBytes;
  if (out.ipTotalBytes === 0) {
    out.fault = FAULT.ipLengthZero;
    ipEnd = capturedEnd;
  } else if (ipEnd > wireEnd) {
    out.fault = FAULT.ipLength;
    return;
  }
  if (start > ipEnd) {
    out.fault = FAULT.ipHeaderLength;
    return;
  }
  if (start > capturedEnd) {
    out.fault = FAULT.ipCut;
    return;
  }
  out.transportStart = start;
  out.transportLength = ipEnd - start;
  const left = Math.min(ipEnd, capturedEnd) - start;
  out.transportBytes = left;
  out.payloadStart = start;
  out.payloadBytes = left;
  out.payloadLength = out.transportLength;
  // Only the first fragment holds the transport header.
  if (out.fragmentOffset !== 0) return;
  if (protocol === IP_PROTOCOL.tcp) decodeTcp(packet, out, start, left);
  else if (protocol === IP_PROTOCOL.udp) decodeUdp(packet, out, start, left);
  else if (protocol === IP_PROTOCOL.sctp) {
    // Community ID hashes SCTP's ports; flows, as in Zeek, do not have them.
    if (left < 4) return;
    out.sourcePort = packet.view.getUint16(start);
    out.destinationPort = packet.view.getUint16(start + 2);
  } else if (protocol === IP_PROTOCOL.icmp || protocol === IP_PROTOCOL.icmp6) {
    if (left < 8) {
      out.fault = FAULT.transportCut;
      return;
    }
    out.icmpType = packet.view.getUint8(start);
    out.icmpCode = packet.view.getUint8(start + 1);
    setPayload(out, 8);
  }
}

function decodeTcp(packet: PacketBytes, out: DecodedPacket, start: number, left: number): void {
  if (left < 20) {
    out.fault = FAULT.transportCut;
    return;
  }
  const { view } = packet;
  const ports = view.getInt32(start);
  out.hasPorts = true;
  out.sourcePort = ports >>> 16;
  out.destinationPort = ports & 0xffff;
  out.tcpSequence = view.getInt32(start + 4);
  out.tcpAcknowledgment = view.getInt32(start + 8);
  const rest = view.getInt32(start + 12);
  out.tcpFlags = (rest >>> 16) & 0xff;
  out.tcpWindow = rest & 0xffff;
  const headerBytes = (rest >>> 28) * 4;
  if (headerBytes < 20 || headerBytes > left) {
    out.fault = FAULT.tcpHeaderLength;
    return;
  }
  setPayload(out, headerBytes);
}

function decodeUdp(packet: PacketBytes, out: DecodedPacket, start: number, left: number): void {
  if (left < 8) {
    out.fault = FAULT.transportCut;
    return;
  }
  const ports = packet.view.getInt32(start);
  out.hasPorts = true;
  out.sourcePort = ports >>> 16;
  out.destinationPort = ports & 0xffff;
  out.udpLength = packet.view.getUint16(start + 4);
  setPayload(out, 8);
}

function setPayload(out: DecodedPacket, headerBytes: number): void {
  out.payloadStart = out.transportStart + headerBytes;
  out.payloadBytes = out.transportBytes - headerBytes;
  out.payloadLength = out.transportLength - headerBytes;
}
