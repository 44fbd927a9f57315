import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { mysql } from "./index.ts";

type Part = number | string;

function packet(number: number, ...parts: Part[]): Uint8Array {
  const content = parts.flatMap((part) =>
    typeof part === "number" ? [part] : [...Buffer.from(part)],
  );
  const { length } = content;
  return Uint8Array.from([length & 255, (length >> 8) & 255, length >> 16, number, ...content]);
}

const zeros = (count: number): number[] => Array<number>(count).fill(0);
const greeting = packet(
  0,
  10,
  "8.0\0",
  ...zeros(13),
  0xff,
  0xf7,
  33,
  2,
  0,
  0xff,
  0xff,
  21,
  ...zeros(23),
);
const login = packet(1, 0x05, 0xa6, 0x07, 0, ...zeros(4), 33, ...zeros(23), "ada\0", 0, "\0");
const ok = packet(2, 0, 0, 0, 2, 0, 0, 0);
const eof = (number: number): Uint8Array => packet(number, 0xfe, 0, 0, 2, 0);
const opened: Piece[] = [
  [1, greeting],
  [0, login],
  [1, ok],
];
const dialogue: Piece[] = [
  ...opened,
  [0, packet(0, 3, "select 1")],
  [1, packet(1, 1)],
  [1, packet(2, 3, "def", ...zeros(20))],
  [1, eof(3)],
  [1, packet(4, 1, "1")],
  [1, eof(5)],
  [0, packet(0, 3, "drop table t")],
  [1, packet(1, 0xff, 0x7a, 0x04, "#42S02no such table")],
  [0, packet(0, 1)],
];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(mysql, pieces)
    .rows("mysql")
    .map(({ cmd, arg, success, rows, response }) => [cmd, arg, success, rows, response]);

test("login, query, error and quit have a row each", () => {
  expect(talk(mysql, dialogue).services).toEqual(["mysql"]);
  expect(rowsOf(dialogue)).toEqual([
    ["login", "ada", true, 0, undefined],
    ["query", "select 1", true, 0, undefined],
    ["query", "drop table t", false, undefined, "no such table"],
    ["quit", "", undefined, undefined, undefined],
  ]);
});

test("where the client asks for TLS both sides go to it", () => {
  const asks = packet(1, 0, 0x08, 0, 0, ...zeros(28));
  const out = talk(mysql, [
    [1, greeting],
    [0, asks],
    [0, Uint8Array.of(22)],
    [1, Uint8Array.of(22)],
  ]);
  expect(out.services).toEqual(["mysql"]);
  expect(out.inner.map(({ name }) => name)).toEqual(["ssl"]);
  expect(out.rows("mysql")).toEqual([]);
});

test("whole, byte by byte and however cut, the same rows", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 60 });
});

test("of a packet longer than is looked at the rest is passed over", () => {
  const long = packet(0, 3, "x".repeat(400_000));
  const rows = talk(mysql, [...opened, [0, long], [1, packet(1, 0, 0)], [0, packet(0, 1)]]).rows(
    "mysql",
  );
  expect(rows.map(({ cmd }) => cmd)).toEqual(["login", "query", "quit"]);
  expect(String(rows[1]?.["arg"]).length).toBe(262_143);
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(mysql, opened);
});
