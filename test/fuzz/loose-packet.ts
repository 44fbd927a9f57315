import { createPacketRecord, type PacketRecord } from "../../src/core/pcap/index.ts";

/** A packet by itself, free to be changed. */
export interface LoosePacket {
  readonly bytes: Uint8Array;
  readonly linkType: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A record that a decoder can read. */
export function recordOf(packet: LoosePacket): PacketRecord {
  const { bytes, linkType } = packet;
  return Object.assign(createPacketRecord(), {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    capturedBytes: bytes.length,
    originalBytes: bytes.length,
    linkType,
  });
}
