import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import { template } from "./index.ts";

const line = (text: string): Uint8Array => Buffer.from(`${text}\n`);
const pieces: Piece[] = [
  [0, line("HELO one")],
  [0, line("two")],
  [1, line("first")],
];

test("a question and its answer are one row; one without an answer is a row at the end", () => {
  const out = talk(template, pieces);
  expect(out.services).toEqual(["finger"]);
  expect(out.rows("template").map((row) => [row["question"], row["answer"]])).toEqual([
    ["HELO one", "first"],
    ["two", undefined],
  ]);
});

test("whole, byte by byte and however cut, the rows are the same", () => {
  const rows = (cut: readonly Piece[]) =>
    talk(template, cut)
      .rows("template")
      .map((row) => [row["question"], row["answer"]]);
  const whole = rows(pieces);
  expect(rows(splitPieces(pieces))).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (lengths) => {
      let n = 0;
      expect(rows(splitPieces(pieces, () => lengths[n++ % lengths.length]!))).toEqual(whole);
    }),
    { numRuns: 200 },
  );
});

test("no bytes whatever make it throw", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), fc.uint8Array({ maxLength: 200 }))), (some) => {
      talk(
        template,
        some.map(([side, bytes]): Piece => [side as 0 | 1, bytes]),
      );
    }),
  );
});
