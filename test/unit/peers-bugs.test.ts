import { expect, test } from "vitest";
import { logSchemas } from "../../src/core/analyzers/index.ts";
import { Engine } from "../../src/core/engine/index.ts";
import { DecodedLayers } from "../../src/core/packet/index.ts";
import { CaptureReader } from "../../src/core/pcap/index.ts";
import { compilePackets, parseQuery } from "../../src/core/query/index.ts";
import { LogRows, type Row } from "../support/log-rows.ts";

// Faults of other tools that docs/ground-truth.md names, and that Holdfast must not share.

const MICROSECOND_MAGIC = 0xa1b2c3d4;

/** An Ethernet frame with one UDP datagram from 10.0.0.1 to 10.0.0.2, tagged on request. */
function frame(options: { vlans?: readonly number[] } = {}): Uint8Array {
  const tags = options.vlans ?? [];
  const start = 14 + tags.length * 4;
  const out = new Uint8Array(start + 32);
  const view = new DataView(out.buffer);
  let at = 12;
  for (const vlan of tags) {
    view.setUint16(at, 0x8100);
    view.setUint16(at + 2, vlan);
    at += 4;
  }
  view.setUint16(at, 0x0800);
  view.setUint8(start, 0x45);
  view.setUint16(start + 2, 32);
  view.setUint8(start + 8, 64);
  view.setUint8(start + 9, 17);
  view.setUint32(start + 12, 0x0a000001);
  view.setUint32(start + 16, 0x0a000002);
  view.setUint16(start + 10, 0x66cb);
  view.setUint16(start + 20, 5000);
  view.setUint16(start + 22, 6000);
  view.setUint16(start + 24, 12);
  return out;
}

function capture(packets: readonly { bytes: Uint8Array; originalBytes?: number }[]): Uint8Array {
  const length = packets.reduce((sum, { bytes }) => sum + 16 + bytes.length, 24);
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint32(0, MICROSECOND_MAGIC, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, 1, true);
  let at = 24;
  packets.forEach(({ bytes, originalBytes }, n) => {
    view.setUint32(at, 1_700_000_000, true);
    view.setUint32(at + 4, n, true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, originalBytes ?? bytes.length, true);
    out.set(bytes, at + 16);
    at += 16 + bytes.length;
  });
  return out;
}

function conn(bytes: Uint8Array): { rows: Row[]; packets: number } {
  const rows = new LogRows();
  const engine = new Engine(
    { captureId: "peers", limits: { liveFlows: 64, postingBytes: 4096 } },
    rows,
  );
  const reader = new CaptureReader({ onPacket: engine.onPacket });
  reader.push(bytes);
  reader.end();
  engine.end();
  return { rows: rows.of("conn"), packets: engine.counters.packets };
}

test("a record that claims 4 GB on the wire does not make its flow 4 GB large", () => {
  const { rows } = conn(capture([{ bytes: frame(), originalBytes: 0xffffffff }]));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ orig_pkts: 1, orig_ip_bytes: 32, orig_frame_bytes: 46 });
});

test("a record longer than every snap length does not end the reading", () => {
  const packets = [{ bytes: frame(), originalBytes: 300_000 }, { bytes: frame() }];
  const { rows, packets: read } = conn(capture(packets));
  expect(read).toBe(2);
  expect(rows[0]).toMatchObject({ orig_pkts: 2 });
});

test("host X finds the packets that carry VLAN tags, one or two", () => {
  const now = { seconds: 0, nanoseconds: 0 };
  const parsed = parseQuery("host 10.0.0.2 and port 6000", { logs: logSchemas, now });
  if (parsed.status !== "ok") throw new Error("the query is good");
  const plan = compilePackets(parsed.query, logSchemas);
  const layers = new DecodedLayers();
  for (const vlans of [[], [7], [7, 8]]) {
    const bytes = frame({ vlans });
    layers.decode({
      bytes,
      view: new DataView(bytes.buffer),
      start: 0,
      capturedBytes: bytes.length,
      originalBytes: bytes.length,
      linkType: 1,
    });
    expect(plan.matches(layers, 0, 0, []), `tags ${vlans.join()}`).toBe(true);
  }
});

test("every length that a header can claim is survived, and the packet stays counted", () => {
  const good = frame();
  const mutants: { bytes: Uint8Array }[] = [];
  for (const at of [14, 16, 17, 20, 21, 23, 38, 39]) {
    for (const value of [0, 1, 0x0f, 0x45, 0x4f, 0x7f, 0x80, 0xff]) {
      const bytes = good.slice();
      bytes[at] = value;
      for (const length of [bytes.length, 34, 15, 1, 0])
        mutants.push({ bytes: bytes.subarray(0, length) });
    }
  }
  expect(conn(capture(mutants)).packets).toBe(mutants.length);
});
