import { expect, test } from "vitest";
import { ladderRungs } from "./ladder-rungs.ts";
import type { PathPacket } from "./packet-info.ts";

let number = 0;

function packet(
  ms: number,
  direction: "out" | "back",
  tcp: Partial<NonNullable<PathPacket["tcp"]>>,
): PathPacket {
  return {
    row: {
      number: ++number,
      ts_ns: String(1_000_000_000n + BigInt(ms) * 1_000_000n),
      captured_bytes: 60,
      original_bytes: 60,
      link_type: 1,
    },
    direction,
    tcp: { sequence: 0, length: 0, flags: "ACK", window: 500, acknowledgment: undefined, ...tcp },
  };
}

const START = "1000000000";

test("a segment is acknowledged when the other end says it has all of it", () => {
  const rungs = ladderRungs(
    [
      packet(0, "out", { sequence: 0xffff_fffe, length: 1, flags: "SYN" }),
      packet(30, "back", {
        sequence: 10,
        length: 1,
        flags: "SYN ACK",
        acknowledgment: 0xffff_ffff,
      }),
      packet(31, "out", { sequence: 0xffff_ffff, acknowledgment: 11 }),
      // Over the wrap of numbers.
      packet(32, "out", { sequence: 0xffff_ffff, length: 100, acknowledgment: 11 }),
      packet(70, "back", { sequence: 11, acknowledgment: 99 }),
    ],
    START,
  );
  expect(rungs.map(({ acknowledgedAfter }) => acknowledgedAfter?.toFixed(3))).toEqual([
    "0.030",
    "0.001",
    undefined,
    "0.038",
    undefined,
  ]);
  expect(rungs.map(({ label }) => label)).toEqual(["SYN", "SYN ACK", "ACK", "ACK · 100 B", "ACK"]);
  expect(rungs[4]!.pause).toBeCloseTo(0.038);
});

test("what was sent before is marked, and its time is that of the first", () => {
  const rungs = ladderRungs(
    [
      packet(0, "out", { sequence: 100, length: 50 }),
      packet(200, "out", { sequence: 100, length: 50 }),
      packet(230, "back", { acknowledgment: 150 }),
      packet(231, "back", { acknowledgment: 150, window: 0 }),
    ],
    START,
  );
  expect(rungs.map(({ isAgain }) => isAgain)).toEqual([false, true, false, false]);
  expect(rungs[0]!.acknowledgedAfter).toBeCloseTo(0.23);
  expect(rungs[3]!.isClosed).toBe(true);
});

test("packets that are no TCP have their size, those without direction are left out", () => {
  const one = { ...packet(5, "out", {}), tcp: undefined };
  const none = { ...packet(6, "out", {}), direction: "none" as const };
  expect(ladderRungs([one, none], START)).toMatchObject([{ label: "60 B", isAgain: false }]);
});
