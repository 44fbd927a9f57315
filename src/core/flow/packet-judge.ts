import {
  Checksums,
  type DecodedPacket,
  FAULT,
  IP_PROTOCOL,
  type PacketBytes,
  TCP_ACK,
  TCP_SYN,
} from "../packet/index.ts";
import { type ChecksumRule, ChecksumTrust } from "./checksum-trust.ts";
import type { ServerPorts } from "./server-ports.ts";

/** Packets whose checksums were wrong, by layer. */
export interface ChecksumErrors {
  ip: number;
  tcp: number;
  udp: number;
  icmp: number;
  /** Wrong, but believed: their senders leave checksums to the network card. */
  offloaded: number;
}

/** What becomes of an IP packet. */
export const VERDICT = {
  flow: 0,
  /** It only carries others, or says nothing. */
  carrier: 1,
  badChecksum: 2,
  broken: 3,
} as const;

/** Decides what a packet may count as: residue, part of a flow, or of a flow but broken. */
export class PacketJudge {
  readonly errors: ChecksumErrors = { ip: 0, tcp: 0, udp: 0, icmp: 0, offloaded: 0 };
  readonly #verify: boolean;
  readonly #trust: ChecksumTrust | undefined;
  readonly #ports: ServerPorts;
  readonly #checksums = new Checksums();

  constructor(ports: ServerPorts, { checksums }: { checksums: ChecksumRule }) {
    this.#ports = ports;
    this.#verify = checksums !== "ignore";
    if (checksums === "auto") this.#trust = new ChecksumTrust();
  }

  /** Says what becomes of an IP packet; its transport is judged apart. */
  judge(source: PacketBytes, packet: DecodedPacket): number {
    const { fault } = packet;
    if (fault !== FAULT.none && fault !== FAULT.tcpHeaderLength) {
      // Offloaded packets without a length are counted only where checksums may be wrong too.
      const isStrict = this.#verify && !this.#isBelieved(packet);
      if (fault !== FAULT.ipLengthZero || isStrict) return VERDICT.broken;
    }
    if (!this.isHeaderGood(source, packet)) return VERDICT.badChecksum;
    switch (packet.protocol) {
      case IP_PROTOCOL.none:
      case IP_PROTOCOL.esp:
      case IP_PROTOCOL.mobility:
      case IP_PROTOCOL.ipInIp:
      case IP_PROTOCOL.ipv6:
      case IP_PROTOCOL.gre:
      case -1:
        return VERDICT.carrier;
      default:
        return VERDICT.flow;
    }
  }

  /** False, and counted, when an IPv4 header's checksum is wrong and asked for. */
  isHeaderGood(source: PacketBytes, packet: DecodedPacket): boolean {
    if (!this.#verify || packet.ipVersion !== 4) return true;
    if (this.#checksums.isIpv4HeaderGood(source, packet)) return true;
    if (this.#isBelieved(packet)) return true;
    this.errors.ip++;
    return false;
  }

  /** True when the transport header cannot be read on: located under its flow, and no more. */
  isTransportBroken(packet: DecodedPacket): boolean {
    return packet.fault === FAULT.tcpHeaderLength;
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

  /** A question by its port: questions and answers of DNS are over long before other UDP flows are. */
  isDns(packet: DecodedPacket): boolean {
    if (packet.protocol !== IP_PROTOCOL.udp) return false;
    switch (this.isFlippedAtStart(packet) ? packet.sourcePort : packet.destinationPort) {
      case 53:
      case 137:
      case 5353:
      case 5355:
        return true;
      default:
        return false;
    }
  }

  /** Counts a wrong transport checksum and gives its weird's name. */
  noteBadTransport(packet: DecodedPacket): string {
    switch (packet.protocol) {
      case IP_PROTOCOL.tcp:
        this.errors.tcp++;
        return "bad_TCP_checksum";
      case IP_PROTOCOL.udp:
        this.errors.udp++;
        return "bad_UDP_checksum";
      default:
        this.errors.icmp++;
        return "bad_ICMP_checksum";
    }
  }

  /** What was cut or belongs to a fragment is not judged. */
  isTransportGood(source: PacketBytes, packet: DecodedPacket): boolean {
    if (!this.#verify) return true;
    if (packet.transportBytes < packet.transportLength || packet.moreFragments) return true;
    switch (packet.protocol) {
      case IP_PROTOCOL.udp: {
        if (source.originalBytes > source.capturedBytes) return true;
        const at = packet.transportStart + 6;
        // Zero is "none" in IPv4 (RFC 768); VXLAN sends it over IPv6 too (RFC 6935).
        const isNone = source.bytes[at] === 0 && source.bytes[at + 1] === 0;
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
    const { bytes } = source;
    const isGood = this.#checksums.isTransportGood(bytes, packet);
    if (this.#trust === undefined) return isGood;
    if (isGood) {
      // One in 65,536 that the card is to fill in is right by chance: it says nothing of its sender.
      if (this.#trust.isUnknown(packet) && !this.#checksums.isTransportUnfilled(bytes, packet))
        this.#trust.noteGood(packet);
      return true;
    }
    if (!this.#checksums.isTransportUnfilled(bytes, packet)) return this.#isBelieved(packet);
    this.errors.offloaded++;
    return true;
  }

  #isBelieved(packet: DecodedPacket): boolean {
    if (this.#trust === undefined || !this.#trust.isUnknown(packet)) return false;
    this.errors.offloaded++;
    return true;
  }
}
