import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { rfb } from "./index.ts";

const u32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const zeros = (count: number): number[] => Array<number>(count).fill(0);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const opened: Piece[] = [
  [1, Buffer.from("RFB 003.008\n")],
  [0, Buffer.from("RFB 003.008\n")],
  [1, bytes(2, 1, 2)],
  [0, bytes(2)],
  [1, bytes(...zeros(16))],
  [0, bytes(...zeros(16))],
];
const dialogue: Piece[] = [
  ...opened,
  [1, bytes(...u32(0))],
  [0, bytes(1)],
  [1, bytes(4, 0, 3, 0, ...zeros(16), ...u32(4), ...Buffer.from("desk"))],
];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(rfb, pieces)
    .rows("rfb")
    .map(({ ts, ts_ns, ...row }) => row);

test("versions, login and desktop are in the row", () => {
  expect(talk(rfb, dialogue).services).toEqual(["rfb"]);
  expect(rowsOf(dialogue)).toEqual([
    expect.objectContaining({
      client_major_version: "003",
      server_minor_version: "008",
      authentication_method: "VNC",
      auth: true,
      share_flag: true,
      desktop_name: "desk",
      width: 1024,
      height: 768,
    }),
  ]);
});

test("a login that failed has a row, without a desktop", () => {
  expect(rowsOf([...opened, [1, bytes(...u32(1), ...u32(2), 110, 111)]])).toEqual([
    expect.objectContaining({ authentication_method: "VNC", auth: false }),
  ]);
});

test("whole, byte by byte and however cut, the same row", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 20 });
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(rfb, dialogue);
});
