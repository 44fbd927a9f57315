import fc from "fast-check";
import { expect, test } from "vitest";
import { ZeekJsonWriter } from "../events/index.ts";
import { readPostings } from "../flow/index.ts";
import { createPacketRecord } from "../pcap/index.ts";
import { Engine } from "./index.ts";

type Row = Record<string, unknown>;

/** Rows of all logs and the locations of each flow's packets, from IP packets one millisecond apart. */
function run(packets: readonly Uint8Array[], limits = {}) {
  const rows = new Map<string, Row[]>();
  const postings: number[] = [];
  const engine = new Engine(
    { captureId: "test", limits: { liveFlows: 256, postingBytes: 65_536, ...limits } },
    {
      batch(batch) {
        const writer = new ZeekJsonWriter(batch.schema);
        const list = rows.get(batch.schema.name) ?? [];
        for (let row = 0; row < batch.rowCount; row++) list.push(writer.row(batch, row));
        rows.set(batch.schema.name, list);
      },
      postings: (bytes) => postings.push(...bytes),
    },
  );
  const record = createPacketRecord();
  packets.forEach((bytes, n) => {
    record.bytes = bytes;
    record.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    record.capturedBytes = bytes.length;
    record.originalBytes = bytes.length;
    record.linkType = 101;
    record.seconds = 1;
    record.nanoseconds = n * 1e6;
    record.recordOffset = 24 + n * 1000;
    engine.onPacket(record);
  });
  engine.end();
  const located = new Map<number, number[]>();
  const bytes = Uint8Array.from(postings);
  for (const row of rows.get("locator") ?? []) {
    const offsets = readPostings(bytes, row["first"] as number, row["count"] as number);
    const flow = row["flow"] as number;
    const numbers = offsets.map((offset) => (offset - 24) / 1000);
    located.set(flow, [...(located.get(flow) ?? []), ...numbers]);
  }
  const log = (name: string) => rows.get(name) ?? [];
  const packetsOf = (row: Row) => located.get(row["flow"] as number);
  return { log, packetsOf, counters: engine.counters };
}

function ones(bytes: Uint8Array, seed = 0): number {
  let sum = seed;
  for (let n = 0; n < bytes.length; n += 2) sum += (bytes[n]! << 8) | (bytes[n + 1] ?? 0);
  while (sum > 0xffff) sum = (sum >>> 16) + (sum & 0xffff);
  return sum;
}

function ipv4(
  [from, to]: readonly [number, number],
  protocol: number,
  payload: Uint8Array,
  more: { offset?: number; moreFragments?: boolean; id?: number; ttl?: number } = {},
): Uint8Array {
  const out = new Uint8Array(20 + payload.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, out.length);
  view.setUint16(4, more.id ?? 7);
  view.setUint16(6, (more.moreFragments ? 0x2000 : 0) | ((more.offset ?? 0) >> 3));
  view.setUint8(8, more.ttl ?? 64);
  view.setUint8(9, protocol);
  view.setUint32(12, from);
  view.setUint32(16, to);
  view.setUint16(10, ~ones(out.subarray(0, 20)));
  out.set(payload, 20);
  return out;
}

function udp(from: number, to: number, payload: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 + payload.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, from);
  view.setUint16(2, to);
  view.setUint16(4, out.length);
  out.set(payload, 8);
  return out;
}

function tcp(
  hosts: readonly [number, number],
  segment: { seq: number; flags: number; data?: string; ack?: number; urgent?: boolean },
): Uint8Array {
  const data = new TextEncoder().encode(segment.data ?? "");
  const out = new Uint8Array(20 + data.length);
  const view = new DataView(out.buffer);
  const isFirst = hosts[0] === A;
  view.setUint16(0, isFirst ? 40_000 : 80);
  view.setUint16(2, isFirst ? 80 : 40_000);
  view.setUint32(4, segment.seq);
  view.setUint32(8, segment.ack ?? 0);
  view.setUint8(12, 0x50);
  view.setUint8(13, segment.flags);
  view.setUint16(14, 65_535);
  out.set(data, 20);
  const pseudo = new Uint8Array(12);
  const pseudoView = new DataView(pseudo.buffer);
  pseudoView.setUint32(0, hosts[0]);
  pseudoView.setUint32(4, hosts[1]);
  pseudoView.setUint16(8, 6);
  pseudoView.setUint16(10, out.length);
  view.setUint16(16, ~ones(out, ones(pseudo)));
  return out;
}

const A = 0x0a000001;
const B = 0x0a000002;
const OUT = [0xc0a80001, 0xc0a80002] as const;
const text = (length: number) => Uint8Array.from({ length }, (_, n) => 65 + (n % 26));

function fragments(payload: Uint8Array, sizes: readonly number[], id = 7): Uint8Array[] {
  const out: Uint8Array[] = [];
  let at = 0;
  for (const size of [...sizes, payload.length]) {
    const end = Math.min(payload.length, at + size * 8);
    const moreFragments = end < payload.length;
    out.push(ipv4([A, B], 17, payload.subarray(at, end), { offset: at, moreFragments, id }));
    at = end;
    if (!moreFragments) break;
  }
  return out;
}

test("a datagram in fragments is one packet of its flow, and all its frames lie under it", () => {
  const whole = udp(5000, 6000, text(100));
  const { log, packetsOf } = run([
    ipv4([A, B], 17, udp(5000, 6000, text(4))),
    ...fragments(whole, [4, 4]),
    ipv4([B, A], 17, udp(6000, 5000, text(4))),
  ]);
  expect(log("conn")).toHaveLength(1);
  const [row] = log("conn");
  expect(row).toMatchObject({ orig_pkts: 2, resp_pkts: 1, orig_bytes: 104, orig_frames: 4 });
  expect(packetsOf(row!)).toEqual([0, 1, 2, 3, 4]);
});

test("fragments that come in any order, between other packets, lie under the flow once each", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), fc.nat(3), (order, at) => {
      const parts = fragments(udp(5000, 6000, text(120)), [4, 4, 4]);
      const packets = order.map((n) => parts[n]!);
      packets.splice(at, 0, ipv4([A, B], 17, udp(5000, 6000, text(4))));
      const { log, packetsOf } = run(packets);
      expect(log("conn")).toHaveLength(1);
      const found = packetsOf(log("conn")[0]!)!;
      expect(found.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
      expect(new Set(found).size).toBe(5);
    }),
  );
});

test("a first fragment too short for ports still finds its flow when the datagram is whole", () => {
  const { log, packetsOf } = run(fragments(udp(5000, 6000, text(40)), [1, 2]).slice(0));
  expect(packetsOf(log("conn")[0]!)).toHaveLength(3);
});

test("a fragment whose header is damaged holds its datagram back and lies under its addresses", () => {
  const parts = fragments(udp(5000, 6000, text(100)), [4, 4]);
  parts[1]![10]! ^= 1;
  const { log, packetsOf } = run(parts);
  expect(log("conn")).toHaveLength(0);
  expect(packetsOf(log("residue")[0]!)).toEqual([0, 1, 2]);
  expect(log("weird").map((row) => row["name"])).toContain("bad_IP_checksum");
});

test("a flow in a tunnel knows its outer addresses and parent; its packets lie under both", () => {
  const inner = ipv4([A, B], 17, udp(5000, 6000, text(4)));
  const { log, packetsOf } = run([ipv4(OUT, 4, inner), ipv4([OUT[1], OUT[0]], 4, inner)]);
  const [row] = log("conn");
  const [tunnel] = log("tunnel");
  expect(row).toMatchObject({
    "id.orig_h": "10.0.0.1",
    tunnel: "ip",
    outer_orig_h: "192.168.0.1",
    outer_resp_h: "192.168.0.2",
    tunnel_parents: tunnel!["uid"],
    orig_pkts: 2,
  });
  expect(tunnel).toMatchObject({ tunnel_type: "Tunnel::IP", action: "Tunnel::DISCOVER" });
  expect(packetsOf(row!)).toEqual([0, 1]);
  expect(packetsOf(log("residue")[0]!)).toEqual([0, 1]);
});

test("tunnels nest to the limit, and the packet beyond it is told and stays", () => {
  const innermost = ipv4([A, B], 17, udp(5000, 6000, text(4)));
  const nest = (depth: number): Uint8Array =>
    depth === 0 ? innermost : ipv4([OUT[0] + depth, OUT[1] + depth], 4, nest(depth - 1));
  expect(run([nest(4)]).log("conn")).toHaveLength(1);
  const beyond = run([nest(5)]);
  expect(beyond.log("conn")).toHaveLength(0);
  expect(beyond.log("weird").map((row) => row["name"])).toEqual([
    "exceeded_tunnel_max_depth_in_tunnel",
  ]);
  expect(beyond.counters.limits.find(({ name }) => name === "flow.tunnelDepth")?.reached).toBe(1);
  expect(beyond.log("residue").length).toBeGreaterThan(0);
});

test("a tunnel inside fragments is opened, and every fragment lies under the inner flow", () => {
  const inner = ipv4([A, B], 17, udp(5000, 6000, text(60)));
  const parts = [inner.subarray(0, 32), inner.subarray(32)];
  const { log, packetsOf } = run([
    ipv4(OUT, 4, parts[0]!, { moreFragments: true }),
    ipv4(OUT, 4, parts[1]!, { offset: 32 }),
  ]);
  expect(log("conn")).toHaveLength(1);
  expect(packetsOf(log("conn")[0]!)).toEqual([0, 1]);
  expect(log("conn")[0]).toMatchObject({ orig_pkts: 1, orig_frames: 2 });
});

const ACK = 16;
const SYN = 2;

function opened(): Uint8Array[] {
  return [
    ipv4([A, B], 6, tcp([A, B], { seq: 100, flags: SYN })),
    ipv4([B, A], 6, tcp([B, A], { seq: 500, ack: 101, flags: SYN | ACK })),
    ipv4([A, B], 6, tcp([A, B], { seq: 101, ack: 501, flags: ACK })),
    ipv4([A, B], 6, tcp([A, B], { seq: 101, ack: 501, flags: ACK, data: "GET / HTTP" })),
  ];
}

const answer = (data: string, ttl = 64) =>
  ipv4([B, A], 6, tcp([B, A], { seq: 501, ack: 111, flags: ACK, data }), { ttl });

test("two answers with other content are told with both packets", () => {
  const { log } = run([...opened(), answer("302 to the liar"), answer("200 the real one", 52)]);
  const weirds = log("weird");
  expect(new Set(weirds.map((row) => row["name"]))).toEqual(
    new Set(["hop_limit_differs", "rexmit_inconsistency"]),
  );
  const twice = weirds.find((row) => row["name"] === "rexmit_inconsistency");
  expect(twice).toMatchObject({
    uid: log("conn")[0]!["uid"],
    packet_offset: 24 + 5 * 1000,
    other_packet_offset: 24 + 4 * 1000,
    addl: "other data from sequence number 501",
  });
});

test("the same data sent again is no weird", () => {
  const { log } = run([...opened(), answer("200 OK"), answer("200 OK")]);
  expect(log("weird")).toEqual([]);
  expect(log("conn")[0]).toMatchObject({ resp_retransmissions: 1, orig_retransmissions: 0 });
});

test("data on a SYN is told", () => {
  const { log } = run([ipv4([A, B], 6, tcp([A, B], { seq: 100, flags: SYN, data: "early" }))]);
  expect(log("weird").map((row) => row["name"])).toEqual(["SYN_with_data"]);
});

test("the handshake and the first answer are timed", () => {
  const { log } = run([...opened(), answer("200 OK")]);
  expect(log("conn")[0]).toMatchObject({ syn_rtt: 0.001, ack_rtt: 0.001, response_time: 0.001 });
});
