import {
  createDecodedPacket,
  type DecodedPacket,
  decodePacket,
  IP_PROTOCOL,
  type PacketBytes,
} from "../../packet/index.ts";
import type { PacketRecord } from "../../pcap/index.ts";
import { resolveFlowOptions } from "../flow-options.ts";
import { PacketLayers } from "../packet-layers.ts";

/** Takes a TCP segment: the packet whose bytes it lies in, and its headers. Both objects are reused. */
export type SegmentSink = (source: PacketBytes, packet: DecodedPacket) => void;

/**
 * Finds the TCP segments in captured packets the way the flow table does: inside tunnels, and in
 * datagrams put together from fragments.
 */
export class TcpSegments {
  readonly #layers: PacketLayers;
  readonly #decoded = createDecodedPacket();
  #baseSeconds = Number.NaN;

  constructor(sink: SegmentSink) {
    const { limits } = resolveFlowOptions({ captureId: "" });
    this.#layers = new PacketLayers(limits, {
      place: ({ source, packet }) => {
        if (packet.protocol === IP_PROTOCOL.tcp && packet.hasPorts) sink(source, packet);
        return true;
      },
      fragment: () => true,
      weird: () => undefined,
      remarks: () => undefined,
      tooDeep: () => undefined,
      tunnel: () => undefined,
    });
  }

  packet(record: PacketRecord): void {
    decodePacket(record, this.#decoded);
    if (this.#decoded.ipVersion === 0) return;
    if (Number.isNaN(this.#baseSeconds)) this.#baseSeconds = record.seconds;
    const now = (record.seconds - this.#baseSeconds) * 1e9 + record.nanoseconds;
    this.#layers.packet(record, this.#decoded, now);
  }
}
