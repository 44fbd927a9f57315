import fc from "fast-check";
import { expect, test } from "vitest";
import { formatUid } from "../../base/index.ts";
import { type ColumnBatch, ZeekJsonWriter } from "../../events/index.ts";
import { createDecodedPacket, parseAddress } from "../../packet/index.ts";
import { createPacketRecord } from "../../pcap/index.ts";
import { BurstLane } from "./burst-lane.ts";
import { fillingBytes, fillingStep, timeAtLeast } from "./filling-steps.ts";
import { BURST_BIN_NANOSECONDS, MicroburstsAnalyzer, microburstsSchema } from "./index.ts";

interface Sent {
  /** Nanoseconds from the capture's first second. */
  readonly at: number;
  readonly bytes: number;
  readonly flow?: number;
  readonly from?: string;
  readonly to?: string;
  readonly interfaceIndex?: number;
}

type Row = Record<string, unknown>;

/** 10.0.0.0/8 and 192.168.0.0/16. */
const ours = {
  hasIpv4: (address: number) => address >>> 24 === 10 || address >>> 16 === 0xc0a8,
  hasIpv6: () => false,
};

function run(packets: readonly Sent[]) {
  const rows: Row[] = [];
  const fillingRows: Row[] = [];
  const fillings = new Map<number, Uint8Array>();
  const sink = {
    batch(batch: ColumnBatch) {
      const writer = new ZeekJsonWriter(batch.schema);
      const list = batch.schema === microburstsSchema ? rows : fillingRows;
      for (let row = 0; row < batch.rowCount; row++) list.push(writer.row(batch, row));
    },
    postings() {},
  };
  const analyzer = new MicroburstsAnalyzer(sink, ours);
  const record = createPacketRecord();
  const decoded = createDecodedPacket();
  for (const packet of packets) {
    record.seconds = 1_700_000_000 + Math.floor(packet.at / 1e9);
    record.nanoseconds = packet.at % 1e9;
    record.originalBytes = packet.bytes;
    record.interfaceIndex = packet.interfaceIndex ?? 0;
    decoded.ipVersion = 4;
    [decoded.src0, decoded.src1, decoded.src2, decoded.src3] = parseAddress(
      packet.from ?? "10.0.0.1",
    )!;
    [decoded.dst0, decoded.dst1, decoded.dst2, decoded.dst3] = parseAddress(
      packet.to ?? "198.41.0.4",
    )!;
    analyzer.packet(record, decoded, packet.flow ?? 1);
  }
  analyzer.endBins();
  for (let ordinal = 1; ordinal < 100; ordinal++) {
    analyzer.flowEnded({ ordinal, uidHigh: 0, uidLow: ordinal });
  }
  analyzer.end();
  for (const row of fillingRows) {
    const bytes = Buffer.from(String(row["fillings"]), "hex");
    fillings.set(Number(row["bin"]) * 1e9, Uint8Array.from(bytes));
  }
  return { rows, fillings, late: fillingRows.map((row) => Number(row["late"])) };
}

function peak(rows: readonly Row[], binNanoseconds: number, direction = "out"): Row | undefined {
  return rows.find(
    (row) =>
      Math.round(Number(row["bin"]) * 1e9) === binNanoseconds &&
      row["direction"] === direction &&
      row["rank"] === 1,
  );
}

test("ten frames within 100 µs are the peak of that width, at their true rate", () => {
  const burst = Array.from({ length: 10 }, (_, n) => ({ at: 5_000_000 + n * 9_000, bytes: 1500 }));
  const { rows } = run([{ at: 0, bytes: 60 }, ...burst, { at: 900_000_000, bytes: 60 }]);
  expect(peak(rows, 1e5)).toMatchObject({
    ts_ns: "1700000000005000000",
    bytes: 15_000,
    packets: 10,
    rate: 1_200_000_000,
  });
  expect(peak(rows, 1e4)).toMatchObject({ bytes: 3000, packets: 2 });
  expect(peak(rows, 1e9)).toMatchObject({ bytes: 15_120, packets: 12, rate: 120_960 });
});

test("each interface and direction has peaks of its own", () => {
  const { rows } = run([
    { at: 0, bytes: 100, from: "10.0.0.1", to: "198.41.0.4" },
    { at: 10, bytes: 200, from: "198.41.0.4", to: "10.0.0.1" },
    { at: 20, bytes: 300, from: "10.0.0.1", to: "192.168.1.1" },
    { at: 30, bytes: 400, from: "198.41.0.4", to: "1.1.1.1" },
    { at: 40, bytes: 500, from: "198.41.0.4", to: "1.1.1.1", interfaceIndex: 3 },
    { at: 50, bytes: 600, interfaceIndex: 1000 },
  ]);
  const peaks = rows.filter((row) => row["rank"] === 1 && row["bin"] === 1e-5);
  expect(peaks.map((row) => [row["interface"], row["direction"], row["bytes"]])).toEqual([
    [0, "out", 100],
    [0, "in", 200],
    [0, "inside", 300],
    [0, "unknown", 400],
    [3, "unknown", 500],
  ]);
});

test("a burst names the flows that filled it, largest first", () => {
  const { rows } = run([
    { at: 1_000, bytes: 100, flow: 7 },
    { at: 2_000, bytes: 900, flow: 8 },
    { at: 3_000, bytes: 500, flow: 9 },
    { at: 4_000, bytes: 500, flow: 9 },
    { at: 5_000, bytes: 50, flow: 0 },
    { at: 2_000_000, bytes: 60, flow: 7 },
  ]);
  const uid = (n: bigint): string => formatUid(n);
  expect(peak(rows, 1e4)).toMatchObject({
    uid: uid(9n),
    contributors: `${uid(9n)}=1000 ${uid(8n)}=900 ${uid(7n)}=100`,
  });
});

test("packets out of order count in the bins that are still open, older ones are counted as late", () => {
  const { rows, late } = run([
    { at: 1_500_000_000, bytes: 100 },
    { at: 1_400_000_000, bytes: 1000 },
    { at: 200_000_000, bytes: 10_000 },
  ]);
  expect(peak(rows, 1e9)).toMatchObject({ bytes: 1100, packets: 2 });
  expect(late).toEqual([1, 1, 1, 1, 1, 1]);
});

test("a clock that was set back begins again", () => {
  const { rows } = run([
    { at: 3_000_000_000_000, bytes: 100 },
    { at: 1_000_000_000, bytes: 700 },
    { at: 1_000_000_100, bytes: 700 },
  ]);
  expect(peak(rows, 1e4)).toMatchObject({ bytes: 1400, ts_ns: "1700000001000000000" });
});

test("the kept bins are those of a plain count, whatever the traffic", () => {
  const sent = fc.record({
    gap: fc.integer({ min: 0, max: 3_000_000 }),
    bytes: fc.integer({ min: 1, max: 9000 }),
  });
  fc.assert(
    fc.property(fc.array(sent, { maxLength: 200 }), (list) => {
      let at = 0;
      const packets = list.map(({ gap, bytes }) => {
        at += gap;
        return { at, bytes };
      });
      const { rows, fillings } = run(packets);
      for (const width of BURST_BIN_NANOSECONDS) {
        const bins = new Map<number, number>();
        for (const packet of packets) {
          const bin = Math.floor(packet.at / width);
          bins.set(bin, (bins.get(bin) ?? 0) + packet.bytes);
        }
        const wanted = [...bins.values()].sort((a, b) => b - a);
        const found = rows.filter((row) => Math.round(Number(row["bin"]) * 1e9) === width);
        expect(found.map((row) => row["bytes"])).toEqual(wanted.slice(0, 16));
        if (wanted.length === 0) continue;
        const all = timeAtLeast(fillings.get(width)!, 1, width);
        expect(all).toEqual({ bins: wanted.length, nanoseconds: wanted.length * width });
      }
    }),
    { numRuns: 100, seed: 3 },
  );
});

test("a filling's step holds it to within a sixteenth", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 46 }), (bytes) => {
      const least = fillingBytes(fillingStep(bytes));
      expect(least).toBeLessThanOrEqual(bytes);
      expect(least).toBeGreaterThan(bytes / 1.0626);
    }),
    { seed: 4 },
  );
});

test("bursts that grow without end cost twice the work for twice the packets", () => {
  const examined = [40_000, 80_000, 160_000].map((count) => {
    const lane = new BurstLane(0, 0, { keep() {}, drop() {} });
    for (let n = 0; n < count; n++) {
      const nanoseconds = (n * 3000) % 1e9;
      const seconds = Math.floor((n * 3000) / 1e9);
      lane.packet({ seconds, nanoseconds, originalBytes: 60 + (n >> 2) }, 0, 1 + (n & 63));
    }
    lane.end();
    return lane.examined / count;
  });
  for (const each of examined) expect(each).toBeLessThan(8);
  expect(examined[2]! / examined[0]!).toBeLessThan(1.15);
});
