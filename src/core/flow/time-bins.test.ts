import { expect, test } from "vitest";
import { type BinnedPacket, binWidthFor, TimeBins } from "./time-bins.ts";

const FROM = { seconds: 100, nanoseconds: 0 };

function packet(ns: number, more: Partial<BinnedPacket> = {}): BinnedPacket {
  return { seconds: 100, nanoseconds: ns, bytes: 60, side: 0, tcp: undefined, ...more };
}

function segment(sequence: number, length: number): BinnedPacket["tcp"] {
  return { sequence, length, isWindowClosed: false };
}

function binned(packets: readonly BinnedPacket[], widthNs = 10_000, binsMax = 100): TimeBins {
  const bins = new TimeBins({ from: FROM, widthNs, binsMax });
  for (const one of packets) bins.packet(one);
  return bins;
}

test("a width is 1, 2 or 5 times a power of ten, 10 µs at the least", () => {
  const check = (spanNs: number, expected: number) =>
    expect(binWidthFor(spanNs, 500)).toBe(expected);
  check(0, 10_000);
  check(4_999_999, 10_000);
  check(5_000_000, 20_000);
  check(1e9, 5_000_000);
  check(3600e9, 10e9);
  check(3e17, 1e15);
});

test("each direction has its packets and bytes, and a bin knows its first packet", () => {
  const { bins } = binned([
    packet(0),
    packet(9_999, { side: 1, bytes: 1500 }),
    packet(10_000, { side: 1 }),
    packet(50_000),
  ]);
  expect(bins.map(({ at, number }) => [at, number])).toEqual([
    [0, 1],
    [1, 3],
    [5, 4],
  ]);
  expect(bins[0]!.sides).toEqual([
    { packets: 1, bytes: 60, again: 0, closed: 0 },
    { packets: 1, bytes: 1500, again: 0, closed: 0 },
  ]);
});

test("what was sent again is told, also from what came before the range", () => {
  const early = { seconds: 99, tcp: segment(1000, 500) };
  const { bins } = binned([
    packet(0, early),
    packet(1, { tcp: segment(1000, 500) }),
    packet(2, { tcp: segment(1500, 500) }),
    packet(3, { tcp: segment(2000, 0) }),
    packet(4, { side: 1, tcp: segment(1000, 500) }),
  ]);
  expect(bins[0]!.sides.map(({ again }) => again)).toEqual([1, 0]);
  expect(bins[0]!.number).toBe(2);
});

test("a stream that goes round the circle of sequence numbers is not sent again", () => {
  const step = 2 ** 30;
  const packets = Array.from({ length: 12 }, (_, n) =>
    packet(n, { tcp: segment((n * step) | 0, step) }),
  );
  expect(binned(packets).bins[0]!.sides[0].again).toBe(0);
});

test("a closed window is counted", () => {
  const tcp = { sequence: 1, length: 0, isWindowClosed: true };
  expect(binned([packet(0, { tcp })]).bins[0]!.sides[0].closed).toBe(1);
});

test("there are only so many bins; what has none is counted", () => {
  const { bins, leftOut } = binned(
    [packet(0), packet(10_000), packet(20_000), packet(30_000)],
    10_000,
    2,
  );
  expect(bins).toHaveLength(2);
  expect(leftOut).toBe(2);
});
