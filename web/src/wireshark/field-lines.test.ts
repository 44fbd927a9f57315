import { expect, test } from "vitest";
import type { FieldLine } from "../../wireshark/contract.ts";
import { fieldName, lineAtByte, openedTo, parentOf, shownLines } from "./field-lines.ts";

function line(level: number, filter: string, start = 0, length = 0, source = 0): FieldLine {
  const isProtocol = level === 1;
  return {
    label: `${filter}: x`,
    filter,
    level,
    start,
    length,
    source,
    isProtocol,
    frame: undefined,
  };
}

const LINES = [
  line(1, "frame", 0, 60),
  line(2, "frame.len == 60"),
  line(1, "tcp", 34, 20),
  line(2, "tcp.flags == 0x0012", 46, 2),
  { ...line(3, "tcp.flags.syn == True", 47, 1), label: ".... ..1. = Syn: Set" },
  { ...line(3, "tcp.flags.ack == True", 47, 1), label: "...1 .... = Acknowledgment: Set" },
  line(2, "tcp.window_size_value == 10", 48, 2),
];
const NONE: ReadonlySet<string> = new Set();

function shown(...open: string[]): number[] {
  return shownLines(LINES, new Set(open)).map(({ index }) => index);
}

test("closed branches hide what is below them, also branches that would be open", () => {
  expect(shown()).toEqual([0, 2]);
  expect(shown("tcp")).toEqual([0, 2, 3, 6]);
  expect(shown("tcp", "tcp.flags")).toEqual([0, 2, 3, 4, 5, 6]);
  expect(shown("tcp.flags")).toEqual([0, 2]);
});

test("each line knows its place among those with the same parent", () => {
  const places = shownLines(LINES, new Set(["tcp", "tcp.flags"]));
  expect(places.map(({ place, siblings }) => [place, siblings])).toEqual([
    [1, 2],
    [2, 2],
    [1, 2],
    [1, 2],
    [2, 2],
    [2, 2],
  ]);
});

test("a field goes by its name without the value, and text by its beginning", () => {
  expect(fieldName(LINES[4]!)).toBe("tcp.flags.syn");
  expect(fieldName(LINES[2]!)).toBe("tcp");
  expect(fieldName({ ...line(1, ""), label: "Router Alert: MLD (0)" })).toBe('"Router Alert');
  expect(fieldName({ ...line(1, "frame[56:4] == 05:02"), label: "PadN" })).toBe('"PadN');
});

test("to a line lead the branches above it", () => {
  expect(parentOf(LINES, 5)).toBe(3);
  expect(parentOf(LINES, 2)).toBeUndefined();
  expect(openedTo(LINES, 5, NONE)).toEqual(new Set(["tcp", "tcp.flags"]));
  expect(openedTo(LINES, 0, NONE)).toBe(NONE);
});

test("a byte belongs to the smallest field, not to a bit of it and not to the packet as such", () => {
  expect(lineAtByte(LINES, 0, 47)).toBe(3);
  expect(lineAtByte(LINES, 0, 48)).toBe(6);
  expect(lineAtByte(LINES, 0, 46)).toBe(3);
  expect(lineAtByte(LINES, 0, 35)).toBe(2);
  expect(lineAtByte(LINES, 0, 10)).toBeUndefined();
  expect(lineAtByte(LINES, 1, 47)).toBeUndefined();
});

test("twice the lines cost twice the work", () => {
  const work = (n: number): number => {
    let reads = 0;
    const lines = Array.from({ length: n }, (_, at) => line((at % 200) + 1, `a.b${at}`));
    const counted = lines.map((one) => ({
      ...one,
      get level() {
        reads++;
        return one.level;
      },
    }));
    const all = new Set(lines.map(fieldName));
    shownLines(counted, all);
    openedTo(counted, n - 1, NONE);
    return reads;
  };
  const [once, twice, fourTimes] = [work(2_000), work(4_000), work(8_000)];
  expect(twice! / once!).toBeLessThan(2.3);
  expect(fourTimes! / twice!).toBeLessThan(2.3);
});
