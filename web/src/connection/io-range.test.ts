import { expect, test } from "vitest";
import { moved, rangeOf, rangeText, rangeWithin, scaled } from "./io-range.ts";

const WHOLE = 10_000_000_000;

test("a range goes into the address and comes back; what is none is the whole", () => {
  const range = { from: 20_000, to: 5_000_000 };
  expect(rangeOf(rangeText(range))).toEqual(range);
  for (const text of [null, "", "5", "9-4", "a-b", "1-99999999999999999", "-1-5"]) {
    expect(rangeOf(text)).toBeUndefined();
  }
  expect(rangeText(undefined)).toBe("");
});

test("a range is within the connection, has 100 µs, and the whole is no range", () => {
  expect(rangeWithin({ from: 5e9, to: 1e9 }, WHOLE)).toEqual({ from: 1e9, to: 5e9 });
  expect(rangeWithin({ from: 1e9, to: 1e9 }, WHOLE)).toEqual({
    from: 1e9 - 50_000,
    to: 1e9 + 50_000,
  });
  expect(rangeWithin({ from: 0, to: 10 }, WHOLE)).toEqual({ from: 0, to: 100_000 });
  expect(rangeWithin({ from: -5, to: 2e10 }, WHOLE)).toBeUndefined();
  expect(rangeWithin({ from: 0, to: 0 }, 0)).toBeUndefined();
});

test("zooming keeps the moment in its place, and widening ends with the whole", () => {
  const range = { from: 4e9, to: 6e9 };
  expect(scaled(range, 0.5, { around: 4e9, wholeNs: WHOLE })).toEqual({ from: 4e9, to: 5e9 });
  expect(scaled(range, 2, { around: 5e9, wholeNs: WHOLE })).toEqual({ from: 3e9, to: 7e9 });
  expect(scaled(range, 9, { around: 5e9, wholeNs: WHOLE })).toBeUndefined();
});

test("moving ends where the connection does, and keeps the width", () => {
  const range = { from: 4e9, to: 6e9 };
  expect(moved(range, 0.5, WHOLE)).toEqual({ from: 5e9, to: 7e9 });
  expect(moved(range, 9, WHOLE)).toEqual({ from: 8e9, to: WHOLE });
  expect(moved(range, -9, WHOLE)).toEqual({ from: 0, to: 2e9 });
});
