import { expect, test } from "vitest";
import { explainConnField } from "../analyzers/index.ts";
import { type ColumnBatch, ZeekJsonWriter } from "../events/index.ts";
import { readPostings } from "../flow/index.ts";
import { createPacketRecord, type PacketRecord } from "../pcap/index.ts";
import { Engine, type EngineOptions } from "./index.ts";

/** An Ethernet, IPv4 and UDP packet of 10.0.0.`host`:5000 and 192.0.2.9:53, with right checksums off. */
function udpPacket(options: {
  at: number;
  host?: number;
  answer?: boolean;
  bytes?: number;
  offset: number;
}): PacketRecord {
  const payload = options.bytes ?? 4;
  const bytes = new Uint8Array(42 + payload);
  const view = new DataView(bytes.buffer);
  view.setUint16(12, 0x0800);
  view.setUint8(14, 0x45);
  view.setUint16(16, 28 + payload);
  view.setUint8(23, 17);
  const inner = 0x0a000000 + (options.host ?? 1);
  view.setUint32(26, options.answer ? 0xc0000209 : inner);
  view.setUint32(30, options.answer ? inner : 0xc0000209);
  view.setUint16(34, options.answer ? 53 : 5000);
  view.setUint16(36, options.answer ? 5000 : 53);
  view.setUint16(38, 8 + payload);
  return Object.assign(createPacketRecord(), {
    bytes,
    view,
    start: 0,
    capturedBytes: bytes.length,
    originalBytes: bytes.length,
    seconds: Math.floor(options.at),
    nanoseconds: Math.round((options.at % 1) * 1e9),
    linkType: 1,
    recordOffset: options.offset,
  });
}

function run(packets: readonly PacketRecord[], options: Partial<EngineOptions> = {}) {
  const rows = new Map<string, Record<string, unknown>[]>();
  const postings: number[] = [];
  const engine = new Engine(
    {
      captureId: "a",
      checksums: "ignore",
      limits: { liveFlows: 1000, postingBytes: 65536 },
      ...options,
    },
    {
      batch(batch: ColumnBatch) {
        const writer = new ZeekJsonWriter(batch.schema);
        const list = rows.get(batch.schema.name) ?? [];
        for (let row = 0; row < batch.rowCount; row++) list.push(writer.row(batch, row));
        rows.set(batch.schema.name, list);
      },
      postings: (bytes) => postings.push(...bytes),
    },
  );
  for (const packet of packets) engine.onPacket(packet);
  engine.end();
  return { rows, postings: Uint8Array.from(postings), counters: engine.counters };
}

const TALK = [
  udpPacket({ at: 100.25, offset: 24 }),
  udpPacket({ at: 100.5, offset: 82, answer: true, bytes: 100 }),
  udpPacket({ at: 100.75, offset: 240, host: 2 }),
  udpPacket({ at: 101.5, offset: 300, bytes: 6 }),
];

test("a capture becomes conn rows with ids, and locator rows that find every packet", () => {
  const { rows, postings, counters } = run(TALK);
  const conn = rows.get("conn")!;
  expect(conn).toHaveLength(2);
  expect(conn[0]).toMatchObject({
    ts: 100.25,
    ts_ns: "100250000000",
    "id.orig_h": "10.0.0.1",
    "id.orig_p": 5000,
    "id.resp_h": "192.0.2.9",
    proto: "udp",
    duration: 1.25,
    orig_bytes: 10,
    resp_bytes: 100,
    conn_state: "SF",
    history: "Dd",
    local_orig: true,
    orig_pkts: 2,
    flow: 1,
    bursts: 2,
  });
  expect(conn[0]!.community_id).toMatch(/^1:[A-Za-z0-9+/]{27}=$/);
  const found = rows
    .get("locator")!
    .map((row) => [row.flow, readPostings(postings, row.first as number, row.count as number)]);
  expect(found).toEqual([
    [1, [24, 82, 300]],
    [2, [240]],
  ]);
  expect(rows.get("bursts")).toHaveLength(1);
  expect(counters).toMatchObject({
    packets: 4,
    decoded: 4,
    flows: 2,
    timeOrdered: true,
    firstTime: { seconds: 100, nanoseconds: 250_000_000 },
  });
});

test("the same capture gives the same events", () => {
  expect([...run(TALK).rows]).toEqual([...run(TALK).rows]);
});

test("packets whose checksum is wrong are located and counted, but not in the flow's sums", () => {
  const { rows, counters } = run(TALK, { checksums: "verify" });
  // The IP header checksum is zero and wrong: no flow, one residue for each address pair.
  expect(rows.get("conn")).toBeUndefined();
  expect(rows.get("residue")).toHaveLength(2);
  expect(counters.checksumErrors.ip).toBe(4);
});

test("a field is explained by the packets that changed it and their bytes", () => {
  const { changes, value } = explainConnField(
    "resp_ip_bytes",
    TALK.filter((_, n) => n !== 2),
    { checksums: "ignore" },
  );
  expect(value).toBe(128);
  expect(changes.map((change) => [change.packetIndex, change.before, change.after])).toEqual([
    [0, undefined, 0],
    [1, 0, 128],
  ]);
  expect(changes[1]!.ranges).toEqual([{ name: "ip.len", offset: 16, length: 2 }]);
});
