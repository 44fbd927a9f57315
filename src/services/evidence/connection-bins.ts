import { type BinnedPacket, TimeBins } from "../../core/flow/index.ts";
import {
  DecodedLayers,
  type DecodedPacket,
  IP_PROTOCOL,
  TCP_FIN,
  TCP_RST,
  TCP_SYN,
} from "../../core/packet/index.ts";
import { type ConnectionEnds, ConnectionSides } from "./connection-segments.ts";
import type { FoundPacket } from "./packet-reader.ts";

/** When something was, as the packet loop has it. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

interface BinsQuestion extends ConnectionEnds {
  readonly from: Moment;
  /** The last moment that counts; packets behind it are not read. */
  readonly to: Moment | undefined;
  readonly widthNs: number;
  readonly binsMax: number;
}

/** Reads a connection's packets once and counts them over time. */
export async function readBins(
  packets: AsyncIterable<FoundPacket>,
  question: BinsQuestion,
): Promise<TimeBins> {
  const { to } = question;
  const bins = new TimeBins(question);
  const sides = new ConnectionSides(question);
  const layers = new DecodedLayers();
  for await (const { packet } of packets) {
    const { seconds, nanoseconds, originalBytes } = packet;
    if (to !== undefined && isAfter(packet, to)) break;
    layers.decode(packet);
    const own = ownLayer(layers, sides);
    // A piece of a tunnel's datagram names nobody inside: it goes to the originator's side.
    const side = own === undefined || sides.isFromOriginator(own) ? 0 : 1;
    bins.packet({ seconds, nanoseconds, bytes: originalBytes, side, tcp: segmentOf(own) });
  }
  return bins;
}

function isAfter(packet: Moment, to: Moment): boolean {
  return (
    packet.seconds > to.seconds ||
    (packet.seconds === to.seconds && packet.nanoseconds > to.nanoseconds)
  );
}

function ownLayer(layers: DecodedLayers, sides: ConnectionSides): DecodedPacket | undefined {
  for (let n = 0; n < layers.count; n++) {
    const layer = layers.at(n);
    if (sides.isOwn(layer)) return layer;
  }
  return undefined;
}

function segmentOf(packet: DecodedPacket | undefined): BinnedPacket["tcp"] {
  if (packet === undefined || packet.protocol !== IP_PROTOCOL.tcp || !packet.hasPorts) {
    return undefined;
  }
  const { tcpFlags: flags, tcpWindow, tcpSequence: sequence } = packet;
  const ends = Number((flags & TCP_SYN) !== 0) + Number((flags & TCP_FIN) !== 0);
  const length = Math.max(packet.payloadLength, packet.payloadBytes) + ends;
  return { sequence, length, isWindowClosed: tcpWindow === 0 && (flags & TCP_RST) === 0 };
}
