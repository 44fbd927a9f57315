import { expect, test } from "vitest";
import { type ColumnBatch, ZeekJsonWriter } from "../../events/index.ts";
import { type AckCounts, CaptureLossAnalyzer } from "./index.ts";

const T = 1_700_000_000;

/** Packets at seconds from `T`, each with the counts before it; the last counts hold at the end. */
function rowsOf(packets: readonly (readonly [at: number, acks: number, gaps: number])[]) {
  const rows: Record<string, unknown>[] = [];
  let counts: AckCounts = { acks: 0, gaps: 0 };
  const sink = {
    batch(batch: ColumnBatch) {
      const writer = new ZeekJsonWriter(batch.schema);
      for (let row = 0; row < batch.rowCount; row++) rows.push(writer.row(batch, row));
    },
    postings() {},
  };
  const analyzer = new CaptureLossAnalyzer(sink, () => counts);
  for (const [at, acks, gaps] of packets) {
    counts = { acks, gaps };
    const whole = Math.floor(at);
    analyzer.packet(T + whole, Math.round((at - whole) * 1e9));
  }
  analyzer.end();
  return rows;
}

test("the first measurement comes after a minute, the next after 15, the last at the end", () => {
  const rows = rowsOf([
    [0, 0, 0],
    [59.9, 90, 0],
    [60.25, 100, 1],
    [900, 500, 20],
    [960.25, 1100, 51],
    [1000, 1110, 51],
  ]);
  expect(rows).toMatchObject([
    { ts_ns: String((BigInt(T) + 60n) * 1_000_000_000n + 250_000_000n), acks: 100, gaps: 1 },
    { ts_delta: 900, acks: 1000, gaps: 50, percent_lost: 5 },
    { ts_delta: 39.75, acks: 10, gaps: 0, percent_lost: 0 },
  ]);
  expect(rows[0]).toMatchObject({ ts_delta: 60.25, percent_lost: 1, peer: "holdfast" });
});

test("a long silence is one measurement, and a capture without acknowledgements lost nothing", () => {
  const rows = rowsOf([
    [0, 0, 0],
    [100_000, 0, 0],
  ]);
  expect(rows).toMatchObject([
    { ts_delta: 100_000, acks: 0, percent_lost: 0 },
    { ts_delta: 0, acks: 0 },
  ]);
});

test("packets out of order move no clock back, and an empty capture has no row", () => {
  expect(rowsOf([])).toEqual([]);
  const rows = rowsOf([
    [1000, 0, 0],
    [1, 5, 0],
    [1030, 9, 3],
  ]);
  expect(rows).toMatchObject([{ ts_delta: 30, acks: 9, gaps: 3 }]);
});
