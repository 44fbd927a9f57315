import fc from "fast-check";
import { expect, test } from "vitest";
import { Engine } from "../../src/core/engine/index.ts";
import { readPostings } from "../../src/core/flow/index.ts";
import { createPacketRecord } from "../../src/core/pcap/index.ts";
import { A, ACK, B, ipv4, letters, OUTER, SYN, tcp, udp } from "../support/crafted-packets.ts";
import { LogRows, type Row } from "../support/log-rows.ts";

/** Rows of all logs and the locations of each flow's packets, from IP packets one millisecond apart. */
function run(packets: readonly Uint8Array[], limits = {}) {
  const rows = new LogRows();
  const engine = new Engine(
    { captureId: "test", limits: { liveFlows: 256, postingBytes: 65_536, ...limits } },
    rows,
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
  for (const row of rows.of("locator")) {
    const offsets = readPostings(rows.postingBytes, row["first"] as number, row["count"] as number);
    const flow = row["flow"] as number;
    const numbers = offsets.map((offset) => (offset - 24) / 1000);
    located.set(flow, [...(located.get(flow) ?? []), ...numbers]);
  }
  const log = (name: string) => rows.of(name);
  const packetsOf = (row: Row) => located.get(row["flow"] as number);
  return { log, packetsOf, counters: engine.counters };
}

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
  const whole = udp(5000, 6000, letters(100));
  const { log, packetsOf } = run([
    ipv4([A, B], 17, udp(5000, 6000, letters(4))),
    ...fragments(whole, [4, 4]),
    ipv4([B, A], 17, udp(6000, 5000, letters(4))),
  ]);
  expect(log("conn")).toHaveLength(1);
  const [row] = log("conn");
  expect(row).toMatchObject({ orig_pkts: 2, resp_pkts: 1, orig_bytes: 104, orig_frames: 4 });
  expect(packetsOf(row!)).toEqual([0, 1, 2, 3, 4]);
});

test("fragments that come in any order, between other packets, lie under the flow once each", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), fc.nat(3), (order, at) => {
      const parts = fragments(udp(5000, 6000, letters(120)), [4, 4, 4]);
      const packets = order.map((n) => parts[n]!);
      packets.splice(at, 0, ipv4([A, B], 17, udp(5000, 6000, letters(4))));
      const { log, packetsOf } = run(packets);
      expect(log("conn")).toHaveLength(1);
      const found = packetsOf(log("conn")[0]!)!;
      expect(found.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
      expect(new Set(found).size).toBe(5);
    }),
  );
});

test("a first fragment too short for ports still finds its flow when the datagram is whole", () => {
  const { log, packetsOf } = run(fragments(udp(5000, 6000, letters(40)), [1, 2]).slice(0));
  expect(packetsOf(log("conn")[0]!)).toHaveLength(3);
});

test("a fragment whose header is damaged holds its datagram back and lies under its addresses", () => {
  const parts = fragments(udp(5000, 6000, letters(100)), [4, 4]);
  parts[1]![10]! ^= 1;
  const { log, packetsOf } = run(parts);
  expect(log("conn")).toHaveLength(0);
  expect(packetsOf(log("residue")[0]!)).toEqual([0, 1, 2]);
  expect(log("weird").map((row) => row["name"])).toContain("bad_IP_checksum");
});

test("a flow in a tunnel knows its outer addresses and parent; its packets lie under both", () => {
  const inner = ipv4([A, B], 17, udp(5000, 6000, letters(4)));
  const { log, packetsOf } = run([ipv4(OUTER, 4, inner), ipv4([OUTER[1], OUTER[0]], 4, inner)]);
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
  const innermost = ipv4([A, B], 17, udp(5000, 6000, letters(4)));
  const nest = (depth: number): Uint8Array =>
    depth === 0 ? innermost : ipv4([OUTER[0] + depth, OUTER[1] + depth], 4, nest(depth - 1));
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
  const inner = ipv4([A, B], 17, udp(5000, 6000, letters(60)));
  const parts = [inner.subarray(0, 32), inner.subarray(32)];
  const { log, packetsOf } = run([
    ipv4(OUTER, 4, parts[0]!, { moreFragments: true }),
    ipv4(OUTER, 4, parts[1]!, { offset: 32 }),
  ]);
  expect(log("conn")).toHaveLength(1);
  expect(packetsOf(log("conn")[0]!)).toEqual([0, 1]);
  expect(log("conn")[0]).toMatchObject({ orig_pkts: 1, orig_frames: 2 });
});

function opened(): Uint8Array[] {
  return [
    tcp([A, B], { sequence: 100, flags: SYN }),
    tcp([B, A], { sequence: 500, acknowledgment: 101, flags: SYN | ACK }),
    tcp([A, B], { sequence: 101, acknowledgment: 501, flags: ACK }),
    tcp([A, B], { sequence: 101, acknowledgment: 501, flags: ACK, text: "GET / HTTP" }),
  ];
}

const answer = (text: string, hopLimit = 64) =>
  tcp([B, A], { sequence: 501, acknowledgment: 111, flags: ACK, text, hopLimit });

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
  const { log } = run([tcp([A, B], { sequence: 100, flags: SYN, text: "early" })]);
  expect(log("weird").map((row) => row["name"])).toEqual(["SYN_with_data"]);
});

test("the handshake and the first answer are timed", () => {
  const { log } = run([...opened(), answer("200 OK")]);
  expect(log("conn")[0]).toMatchObject({ syn_rtt: 0.001, ack_rtt: 0.001, response_time: 0.001 });
});
