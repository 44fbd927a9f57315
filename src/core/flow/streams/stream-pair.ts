import {
  Checksums,
  type DecodedPacket,
  FAULT,
  IP_PROTOCOL,
  type PacketBytes,
  TCP_ACK,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
  TCP_URG,
} from "../../packet/index.ts";
import type { OverlapPolicy } from "../overlap-policy.ts";
import { StreamAssembler } from "./stream-assembler.ts";
import type { StreamBudget, StreamLimits } from "./stream-limits.ts";
import type { StreamSink } from "./stream-sink.ts";

/**
 * Longer packets than Ethernet carries were joined by the capturing host (GRO), which leaves the first
 * one's checksum; what is so long is not judged.
 */
const WIRE_BYTES_MAX = 1500;

/** 0 is the sender of the first packet, 1 its peer. */
export type StreamSide = 0 | 1;

export interface TcpStreamsOptions {
  /** A policy for both receivers, or one for what each side sent. */
  readonly policy: OverlapPolicy | readonly [OverlapPolicy, OverlapPolicy];
  readonly limits: StreamLimits;
  readonly sinks: readonly [StreamSink, StreamSink];
  readonly budget?: StreamBudget;
  readonly heldBytes?: number;
  /**
   * `verify` leaves segments out whose checksum is wrong, as the receiver does, once its sender has
   * shown a right one: a sender with checksum offload is captured with wrong ones only.
   */
  readonly checksums?: "verify" | "ignore";
}

/** One end of a connection: address words as in `DecodedPacket`, and the port. */
export interface StreamNode {
  address: [number, number, number, number];
  port: number;
}

/** What was seen of a connection's frame, besides its bytes. */
export interface ConnectionSigns {
  packets: number;
  /** Numbers of the first SYN and the first SYN with ACK; -1 when none was seen. */
  synSequence: number;
  synAckSequence: number;
  /** True once the SYN with ACK was acknowledged. */
  isEstablished: boolean;
  fins: number;
  resets: number;
  /** Payload of resets: a reason in words (RFC 9293 3.5.3), never part of the stream. */
  resetPayloadBytes: number;
  /** SYNs that carry payload (RFC 9293 3.4, RFC 7413). */
  synPayloads: number;
  /** Packets with an urgent pointer; their bytes stay in the stream (RFC 6093). */
  urgentPackets: number;
  /** Packets left out because their checksum is wrong. */
  badChecksums: number;
  /** Packets left out: fragments, broken headers. */
  skippedPackets: number;
}

/**
 * Both directions of one TCP connection out of its packets, in the order they were captured. The
 * packets must be of one connection; fragments are to be put together before.
 */
export class TcpStreams {
  readonly sides: readonly [StreamAssembler, StreamAssembler];
  readonly nodes: readonly [StreamNode, StreamNode] = [createNode(), createNode()];
  readonly signs: ConnectionSigns = {
    packets: 0,
    synSequence: -1,
    synAckSequence: -1,
    isEstablished: false,
    fins: 0,
    resets: 0,
    resetPayloadBytes: 0,
    synPayloads: 0,
    urgentPackets: 0,
    badChecksums: 0,
    skippedPackets: 0,
  };
  readonly #checksums: Checksums | undefined;
  readonly #hasGoodChecksum: [boolean, boolean] = [false, false];

  constructor(options: TcpStreamsOptions) {
    this.#checksums = options.checksums === "verify" ? new Checksums() : undefined;
    const { policy, limits, budget } = options;
    const assembler = (side: StreamSide): StreamAssembler =>
      new StreamAssembler({
        policy: typeof policy === "string" ? policy : policy[side],
        limits,
        sink: options.sinks[side],
        heldBytes: options.heldBytes ?? 0,
        ...(budget && { budget }),
      });
    this.sides = [assembler(0), assembler(1)];
  }

  /** Takes the next packet of the connection: where its bytes lie, its headers, its record's offset. */
  packet(record: PacketBytes, packet: DecodedPacket, recordOffset: number): void {
    const { signs } = this;
    if (!isWholeSegment(record, packet)) {
      signs.skippedPackets++;
      return;
    }
    if (signs.packets === 0) this.#name(packet);
    signs.packets++;
    const side = this.sideOf(packet);
    if (this.#isRefused(record, packet, side)) {
      signs.badChecksums++;
      return;
    }
    const stream = this.sides[side];
    const flags = packet.tcpFlags;
    if ((flags & TCP_URG) !== 0) signs.urgentPackets++;
    if ((flags & TCP_RST) !== 0) {
      signs.resets++;
      signs.resetPayloadBytes += payloadOnWire(record, packet);
      return;
    }
    if ((flags & TCP_SYN) !== 0) this.#syn(stream, packet);
    if ((flags & TCP_ACK) !== 0) this.#acknowledge(side === 0 ? 1 : 0, packet);
    const isSyn = (flags & TCP_SYN) !== 0;
    const sequence = isSyn ? (packet.tcpSequence + 1) | 0 : packet.tcpSequence;
    const wireBytes = payloadOnWire(record, packet);
    if (isSyn && wireBytes > 0) signs.synPayloads++;
    if (wireBytes > 0) {
      // With a header cut short no byte of the payload was captured.
      const start = packet.payloadStart;
      const captured = packet.fault === FAULT.tcpHeaderLength ? 0 : packet.payloadBytes;
      const bytes = record.bytes.subarray(start, start + captured);
      stream.segment(sequence, bytes, recordOffset, wireBytes);
    }
    if ((flags & TCP_FIN) !== 0) {
      signs.fins++;
      stream.finish((sequence + wireBytes) | 0);
    }
  }

  /** The side that sent a packet. */
  sideOf(packet: DecodedPacket): StreamSide {
    const [node0] = this.nodes;
    const { address } = node0;
    return packet.sourcePort === node0.port &&
      packet.src3 === address[3] &&
      packet.src2 === address[2] &&
      packet.src1 === address[1] &&
      packet.src0 === address[0]
      ? 0
      : 1;
  }

  end(): void {
    this.sides[0].end();
    this.sides[1].end();
  }

  #isRefused(record: PacketBytes, packet: DecodedPacket, side: StreamSide): boolean {
    if (
      this.#checksums === undefined ||
      packet.transportBytes < packet.transportLength ||
      packet.ipTotalBytes > WIRE_BYTES_MAX
    )
      return false;
    if (!this.#checksums.isTransportGood(record.bytes, packet)) return this.#hasGoodChecksum[side];
    this.#hasGoodChecksum[side] = true;
    return false;
  }

  #name(packet: DecodedPacket): void {
    const [node0, node1] = this.nodes;
    node0.address = [packet.src0, packet.src1, packet.src2, packet.src3];
    node0.port = packet.sourcePort;
    node1.address = [packet.dst0, packet.dst1, packet.dst2, packet.dst3];
    node1.port = packet.destinationPort;
  }

  #syn(stream: StreamAssembler, packet: DecodedPacket): void {
    const { signs } = this;
    if ((packet.tcpFlags & TCP_ACK) !== 0) {
      if (signs.synAckSequence < 0) signs.synAckSequence = packet.tcpSequence >>> 0;
    } else if (signs.synSequence < 0) signs.synSequence = packet.tcpSequence >>> 0;
    stream.start(packet.tcpSequence);
  }

  #acknowledge(peer: StreamSide, packet: DecodedPacket): void {
    const { signs } = this;
    const synAck = (signs.synAckSequence + 1) >>> 0;
    if (signs.synAckSequence >= 0 && packet.tcpAcknowledgment >>> 0 === synAck) {
      signs.isEstablished = true;
    }
    this.sides[peer].acknowledged(packet.tcpAcknowledgment);
  }
}

function createNode(): StreamNode {
  return { address: [0, 0, 0, 0], port: 0 };
}

/** Whether a packet's sequence number and length can be told: not of a fragment, nor of a broken header. */
function isWholeSegment(record: PacketBytes, packet: DecodedPacket): boolean {
  if (packet.protocol !== IP_PROTOCOL.tcp || !packet.hasPorts || packet.moreFragments) return false;
  if (packet.fault !== FAULT.tcpHeaderLength) return true;
  const headerBytes = headerBytesOf(record, packet);
  return headerBytes >= 20 && headerBytes <= packet.transportLength;
}

/** Payload as long as it was on the wire, also where the capture cut the header's options off. */
function payloadOnWire(record: PacketBytes, packet: DecodedPacket): number {
  if (packet.fault === FAULT.tcpHeaderLength) {
    return packet.transportLength - headerBytesOf(record, packet);
  }
  // Where the IP header does not tell a length (segmentation offload) it is as long as captured.
  return Math.max(packet.payloadLength, packet.payloadBytes);
}

function headerBytesOf(record: PacketBytes, packet: DecodedPacket): number {
  return (record.bytes[packet.transportStart + 12]! >> 4) * 4;
}
