import { type SegmentSink, TcpSegments } from "../../core/flow/index.ts";
import { type DecodedPacket, parseAddress } from "../../core/packet/index.ts";
import type { PacketRecord } from "../../core/pcap/index.ts";

/** One end of a connection as a row of `conn` names it. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Both ends of a connection. */
export interface ConnectionEnds {
  readonly originator: Endpoint;
  readonly responder: Endpoint;
}

/** Finds a TCP connection's own segments in its packets, which may carry them in tunnels and fragments. */
export class ConnectionSegments {
  readonly #sides: ConnectionSides;
  readonly #segments: TcpSegments;

  constructor(ends: ConnectionEnds, sink: SegmentSink) {
    this.#sides = new ConnectionSides(ends);
    this.#segments = new TcpSegments((source, packet) => {
      if (this.#sides.isOwn(packet)) sink(source, packet);
    });
  }

  packet(record: PacketRecord): void {
    this.#segments.packet(record);
  }

  /** True when the originator sent it. */
  isFromOriginator(packet: DecodedPacket): boolean {
    return this.#sides.isFromOriginator(packet);
  }
}

/** Tells a connection's own packets, and which end sent them; without ports the addresses decide. */
export class ConnectionSides {
  readonly #originator: EndWords;
  readonly #responder: EndWords;

  constructor({ originator, responder }: ConnectionEnds) {
    this.#originator = wordsOf(originator);
    this.#responder = wordsOf(responder);
  }

  isFromOriginator(packet: DecodedPacket): boolean {
    return isSource(packet, this.#originator);
  }

  isOwn(packet: DecodedPacket): boolean {
    return (
      (isSource(packet, this.#originator) && isDestination(packet, this.#responder)) ||
      (isSource(packet, this.#responder) && isDestination(packet, this.#originator))
    );
  }
}

/** Address words with sign, as the decoder gives them, and the port. */
type EndWords = readonly [number, number, number, number, port: number];

function wordsOf({ address, port }: Endpoint): EndWords {
  const [a, b, c, d] = parseAddress(address) ?? [0, 0, 0, 0];
  return [a | 0, b | 0, c | 0, d | 0, port];
}

function isSource(packet: DecodedPacket, [a, b, c, d, port]: EndWords): boolean {
  const { src0, src1, src2, src3 } = packet;
  if (packet.hasPorts && packet.sourcePort !== port) return false;
  return src3 === d && src2 === c && src1 === b && src0 === a;
}

function isDestination(packet: DecodedPacket, [a, b, c, d, port]: EndWords): boolean {
  const { dst0, dst1, dst2, dst3 } = packet;
  if (packet.hasPorts && packet.destinationPort !== port) return false;
  return dst3 === d && dst2 === c && dst1 === b && dst0 === a;
}
