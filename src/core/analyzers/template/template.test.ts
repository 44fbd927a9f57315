import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
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
  expectSameHoweverCut(pieces, rows, { pieceBytesMax: 9 });
});

test("no bytes whatever make it throw", () => {
  expectAnyBytesHarmless(template, pieces);
});
