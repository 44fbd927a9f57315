import { expect, test } from "vitest";
import { noteClusters } from "./time-notes.ts";

const RANGE = { fromNs: 1000n, toNs: 2000n };

function note(name: string, from: number | null, to: number | null) {
  const text = (ns: number | null): string | null => (ns === null ? null : String(ns));
  const about = { uid: null, packet: null, from_ns: text(from), to_ns: text(to) };
  return { note: name, case: "c", text: name, tags: [], by: "ada", at: "", seq: 1, ...about };
}

function check(notes: Parameters<typeof noteClusters>[0], expected: readonly unknown[]): void {
  const found = noteClusters(notes, RANGE);
  expect(found.map((one) => [one.at, one.to, one.notes.map((each) => each.note).join()])).toEqual(
    expected,
  );
}

test("a note stands where its time begins, cut to the range", () => {
  check([note("a", 1500, 1750)], [[0.5, 0.75, "a"]]);
  check([note("a", 500, 3000)], [[0, 1, "a"]]);
  check([note("a", 1500, null)], [[0.5, 0.5, "a"]]);
});

test("notes without a time, or outside the range, have no mark", () => {
  check([note("a", null, null), note("b", 1, 999), note("c", 2001, 2500)], []);
});

test("notes close together share a mark", () => {
  check(
    [note("c", 1900, 1900), note("b", 1510, 1800), note("a", 1500, 1500)],
    [
      [0.5, 0.8, "a,b"],
      [0.9, 0.9, "c"],
    ],
  );
});

test("a range without width is no trouble", () => {
  expect(noteClusters([note("a", 5, 5)], { fromNs: 5n, toNs: 5n })).toHaveLength(1);
});
