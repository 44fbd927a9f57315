import { expect, test } from "vitest";
import { unrecordedWithin } from "./coverage.ts";

const COVERAGE = {
  from_ns: "100",
  to_ns: "900",
  captures: [],
  captures_total: 2,
  gaps: [{ from_ns: "400", to_ns: "600" }],
  not_recorded: [],
  running: false,
};

function check(range: readonly [bigint, bigint], expected: readonly string[]): void {
  const gaps = unrecordedWithin(COVERAGE, ...range);
  expect(gaps.map((gap) => `${gap.from_ns}-${gap.to_ns}`)).toEqual(expected);
}

test("a range within a capture has nothing that was not recorded", () => {
  check([100n, 400n], []);
  check([700n, 800n], []);
});

test("what lies before, between and after captures was not recorded", () => {
  check([0n, 1000n], ["0-100", "400-600", "900-1000"]);
});

test("a gap is as long as the range reaches into it", () => {
  check([500n, 550n], ["500-550"]);
  check([300n, 500n], ["400-500"]);
  check([950n, 1000n], ["950-1000"]);
});

test("of a case without captures nothing was recorded, and of a running import nobody knows yet", () => {
  const nothing = { ...COVERAGE, from_ns: null, to_ns: null, gaps: [] };
  expect(unrecordedWithin(nothing, 1n, 2n)).toEqual([{ from_ns: "1", to_ns: "2" }]);
  expect(unrecordedWithin({ ...COVERAGE, running: true }, 0n, 1000n)).toEqual([]);
});
