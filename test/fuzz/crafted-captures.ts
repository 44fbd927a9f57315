import { gzipSync, zstdCompressSync } from "node:zlib";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import {
  A,
  ACK,
  B,
  FIN,
  fragmentsOf,
  ipv4,
  letters,
  nested,
  OUTER,
  SYN,
  tcp,
  udp,
} from "../support/crafted-packets.ts";

const RAW = 101;
const SNAP_BYTES = 262_144;

type Order = "little" | "big";

/** What a hostile network looks like in little: tunnels, fragments, holes, conflicts, forgeries. */
export function craftedPackets(): Uint8Array[] {
  const question = udp(5000, 53, letters(40));
  const opened = [
    tcp([A, B], { sequence: 100, flags: SYN }),
    tcp([B, A], { sequence: 500, acknowledgment: 101, flags: SYN | ACK }),
    tcp([A, B], { sequence: 101, acknowledgment: 501, flags: ACK }),
  ];
  const said = (sequence: number, text: string, hopLimit = 64) =>
    tcp([A, B], { sequence, acknowledgment: 501, flags: ACK, text, hopLimit });
  return [
    ...opened,
    said(101, "GET / HTTP/1.1"),
    said(120, "beyond a hole"),
    said(110, "other content over it"),
    said(101, "GET /other way", 52),
    tcp([B, A], { sequence: 501, acknowledgment: 133, flags: ACK, text: "302 a liar" }),
    tcp([B, A], { sequence: 501, acknowledgment: 133, flags: ACK, text: "200 honest" }),
    ...fragmentsOf([A, B], 17, udp(5000, 6000, letters(300)), { size: 64 }),
    ...fragmentsOf([A, B], 17, udp(5000, 6000, letters(300)), { size: 48, id: 8 }).reverse(),
    ...[0, 1, 2, 5].map((depth) => nested(ipv4([B, A], 17, question), depth)),
    ...fragmentsOf(OUTER, 4, ipv4([A, B], 17, udp(7000, 53, letters(200))), { size: 80 }),
    ...fragmentsOf(OUTER, 4, fragmentsOf([A, B], 17, question, { size: 24 })[0]!, { size: 24 }),
    ipv4([A, B], 17, udp(5000, 4789, letters(60))),
    ipv4([A, B], 1, Uint8Array.from([8, 0, 0, 0, 0, 1, 0, 1])),
    letters(50),
    new Uint8Array(0),
    tcp([A, B], { sequence: 133, acknowledgment: 511, flags: FIN | ACK }),
    tcp([B, A], { sequence: 511, acknowledgment: 134, flags: FIN | ACK }),
  ];
}

/** The crafted packets in every format, by name; the compressed ones hold a plain one. */
export function craftedCaptures(): ReadonlyMap<string, Uint8Array> {
  const packets = craftedPackets();
  const pcapng = joined([
    section("little", packets.slice(0, 20)),
    section("big", packets.slice(20)),
    section("little", packets.slice(0, 9)),
  ]);
  return new Map([
    ["pcap", pcap("little", packets)],
    ["pcap of the other byte order", pcap("big", packets)],
    ["pcapng as we write it", writtenPcapng(packets)],
    ["pcapng of three sections in both byte orders", pcapng],
    ["gzip", new Uint8Array(gzipSync(pcap("little", packets)))],
    ["zstd", new Uint8Array(zstdCompressSync(pcapng))],
  ]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function pcap(order: Order, packets: readonly Uint8Array[]): Uint8Array {
  const parts = [words(order, [0xa1b2c3d4]), halves(order, [2, 4])];
  parts.push(words(order, [0, 0, SNAP_BYTES, RAW]));
  packets.forEach((packet, n) => {
    parts.push(words(order, [1000 + (n >> 3), n * 1000, packet.length, packet.length]), packet);
  });
  return joined(parts);
}

/** A section with two interfaces, an unknown block, statistics, and packets of either block type. */
function section(order: Order, packets: readonly Uint8Array[]): Uint8Array {
  const header = joined([words(order, [0x1a2b3c4d]), halves(order, [1, 0]), words(order, [0, 0])]);
  const parts = [
    block(order, 0x0a0d0d0a, header),
    block(order, 1, joined([halves(order, [RAW, 0]), words(order, [SNAP_BYTES])])),
    block(order, 1, joined([halves(order, [RAW, 0]), words(order, [SNAP_BYTES])])),
    block(order, 0x0bad, new Uint8Array(70_000)),
  ];
  packets.forEach((packet, n) => {
    if (n % 7 === 3) parts.push(block(order, 3, joined([words(order, [packet.length]), packet])));
    else parts.push(block(order, 6, enhancedPacket(order, packet, n)));
  });
  parts.push(block(order, 5, words(order, [0, 0, 0])));
  return joined(parts);
}

function enhancedPacket(order: Order, packet: Uint8Array, n: number): Uint8Array {
  const microseconds = 1_000_000_000 + n * 1000;
  const head = words(order, [n % 2, 0, microseconds, packet.length, packet.length]);
  return joined([head, packet, new Uint8Array(-packet.length & 3)]);
}

function block(order: Order, type: number, body: Uint8Array): Uint8Array {
  const total = 12 + body.length + (-body.length & 3);
  const padding = new Uint8Array(-body.length & 3);
  return joined([words(order, [type, total]), body, padding, words(order, [total])]);
}

function words(order: Order, values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [n, value] of values.entries()) view.setUint32(n * 4, value, order === "little");
  return new Uint8Array(view.buffer);
}

function halves(order: Order, values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (const [n, value] of values.entries()) view.setUint16(n * 2, value, order === "little");
  return new Uint8Array(view.buffer);
}

function writtenPcapng(packets: readonly Uint8Array[]): Uint8Array {
  const writer = new PcapngWriter({ interfaceName: "eth0" });
  const parts = [writer.start({ comments: ["crafted"] })];
  for (const [n, bytes] of packets.entries()) {
    const times = { seconds: 1000 + (n >> 3), nanoseconds: n };
    const lengths = { originalBytes: bytes.length, snapLength: SNAP_BYTES };
    const comment = n % 5 === 0 ? { comment: `packet ${n}` } : {};
    parts.push(writer.packet({ bytes, linkType: RAW, ...lengths, ...times, ...comment }));
  }
  parts.push(writer.statistics({ interfaceId: 0, seconds: 1, nanoseconds: 2, received: 40n }));
  return joined(parts);
}
