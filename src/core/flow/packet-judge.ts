import {
  Checksums,
  type DecodedPacket,
  FAULT,
  IP_PROTOCOL,
  TCP_ACK,
  TCP_SYN,
} from "../packet/index.ts";
import type { PacketRecord } from "../pcap/index.ts";
import type { ServerPorts } from "./server-ports.ts";

/** Packets whose checksums were wrong, by layer. */
export interface ChecksumErrors {
  ip: number;
  tcp: number;
  udp: number;
  icmp: number;
}

/** Decides what a packet may count as: residue, part of a flow, or of a flow but broken. */
export class PacketJudge {
  readonly errors: ChecksumErrors = { ip: 0, tcp: 0, udp: 0, icmp: 0 };
  readonly #verify: boolean;
  readonly #ports: ServerPorts;
  readonly #checksums = new Checksums();

  constructor(ports: ServerPorts, options: { verify: boolean }) {
    this.#ports = ports;
    this.#verify = options.verify;
  }

  /** True when no flow can count this packet; it is located by its addresses alone. */
  isResidue(record: PacketRecord, packet: DecodedPacket): boolean {
    const { fault } = packet;
    if (fault !== FAULT.none && fault !== FAULT.tcpHeaderLength) {
      // Offloaded packets without a length are counted only where checksums may be wrong too.
      if (fault !== FAULT.ipLengthZero || this.#verify) return true;
    }
    if (
      this.#verify &&
      packet.ipVersion === 4 &&
      !this.#checksums.isIpv4HeaderGood(record, packet)
    ) {
      this.errors.ip++;
      return true;
    }
    if (packet.fragmentOffset !== 0) return true;
    switch (packet.protocol) {
      case IP_PROTOCOL.none:
      case IP_PROTOCOL.esp:
      case IP_PROTOCOL.mobility:
      case IP_PROTOCOL.ipInIp:
      case IP_PROTOCOL.ipv6:
      case IP_PROTOCOL.gre:
      case -1:
        return true;
      default:
        return false;
    }
  }

  /** Without a SYN the port numbers tell who is the server, if one of them does. */
  isFlippedAtStart(packet: DecodedPacket): boolean {
    const { sourcePort, destinationPort } = packet;
    let flips = false;
    if (packet.protocol === IP_PROTOCOL.udp) {
      flips = this.#ports.isUdp(sourcePort) && !this.#ports.isUdp(destinationPort);
    } else if (packet.protocol === IP_PROTOCOL.tcp) {
      const isSyn = (packet.tcpFlags & TCP_SYN) !== 0;
      if (isSyn && (packet.tcpFlags & TCP_ACK) === 0) return false;
      if (!this.#ports.isTcp(sourcePort)) return false;
      // Both likely: the lower port; but a SYN-ACK alone may be a stealth scan, so leave that.
      flips = this.#ports.isTcp(destinationPort) ? !isSyn && sourcePort < destinationPort : true;
    }
    return flips && !(packet.ipVersion === 4 && packet.dst3 === -1);
  }

  /** What was cut or belongs to a fragment is not judged. */
  isTransportGood(record: PacketRecord, packet: DecodedPacket): boolean {
    if (!this.#verify) return true;
    if (packet.transportBytes < packet.transportLength || packet.moreFragments) return true;
    switch (packet.protocol) {
      case IP_PROTOCOL.udp: {
        if (record.originalBytes > record.capturedBytes) return true;
        const at = packet.transportStart + 6;
        // Zero is "none" in IPv4 (RFC 768); VXLAN sends it over IPv6 too (RFC 6935).
        const isNone = record.bytes[at] === 0 && record.bytes[at + 1] === 0;
        if (isNone && (packet.ipVersion === 4 || packet.destinationPort === 4789)) return true;
        break;
      }
      case IP_PROTOCOL.tcp:
      case IP_PROTOCOL.icmp:
      case IP_PROTOCOL.icmp6:
        break;
      default:
        return true;
    }
    return this.#checksums.isTransportGood(record.bytes, packet);
  }
}
