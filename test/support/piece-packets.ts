import { createPacketRecord, type PacketRecord } from "../../src/core/pcap/index.ts";
import type { Piece } from "./conversation.ts";
import { A, ACK, B, FIN, type Hosts, SYN, tcp } from "./crafted-packets.ts";

const LINK_RAW_IP = 101;
const SEGMENT_BYTES_MAX = 1460;

/** A TCP connection of port 40,000 to `port` that carries the pieces, as packets of raw IP. */
export function packetsOf(pieces: readonly Piece[], port: number): PacketRecord[] {
  const next: [number, number] = [1_000, 5_000];
  const packets: Uint8Array[] = [];
  const send = (side: 0 | 1, flags: number, payload: Uint8Array = new Uint8Array()): void => {
    const hosts: Hosts = side === 0 ? [A, B] : [B, A];
    const ports = side === 0 ? ([40_000, port] as const) : ([port, 40_000] as const);
    const [sequence, acknowledgment] = [next[side], next[1 - side]!];
    packets.push(tcp(hosts, { ports, flags, sequence, acknowledgment, payload }));
    next[side] += payload.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
  };
  send(0, SYN);
  send(1, SYN | ACK);
  for (const [side, what] of pieces) {
    if (typeof what === "number") next[side] += what;
    else {
      for (let at = 0; at < what.length; at += SEGMENT_BYTES_MAX) {
        send(side, ACK, what.subarray(at, at + SEGMENT_BYTES_MAX));
      }
    }
  }
  send(0, FIN | ACK);
  send(1, FIN | ACK);
  return packets.map(recordOf);
}

function recordOf(bytes: Uint8Array, index: number): PacketRecord {
  return Object.assign(createPacketRecord(), {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    start: 0,
    capturedBytes: bytes.length,
    originalBytes: bytes.length,
    seconds: 1_000 + index,
    nanoseconds: 0,
    linkType: LINK_RAW_IP,
    recordOffset: 24 + index * 65_536,
  });
}
