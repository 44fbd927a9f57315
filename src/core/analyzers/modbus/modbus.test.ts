import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { modbus } from "./index.ts";

const message = (transaction: number, code: number, ...rest: number[]): Uint8Array =>
  Uint8Array.from([0, transaction, 0, 0, 0, 2 + rest.length, 9, code, ...rest]);
const dialogue: Piece[] = [
  [0, message(1, 3, 0, 1, 0, 1)],
  [1, message(1, 3, 2, 0, 7)],
  [0, message(2, 5, 0, 1, 255, 0)],
  [1, message(2, 0x85, 2)],
];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(modbus, pieces)
    .rows("modbus")
    .map(({ tid, unit, func, pdu_type, exception }) => [tid, unit, func, pdu_type, exception]);

test("each message has a row, an exception its reason", () => {
  expect(talk(modbus, dialogue).services).toEqual(["modbus"]);
  expect(rowsOf(dialogue)).toEqual([
    [1, 9, "READ_HOLDING_REGISTERS", "REQ", undefined],
    [1, 9, "READ_HOLDING_REGISTERS", "RESP", undefined],
    [2, 9, "WRITE_SINGLE_COIL", "REQ", undefined],
    [2, 9, "WRITE_SINGLE_COIL_EXCEPTION", "RESP", "ILLEGAL_DATA_ADDRESS"],
  ]);
});

test("another protocol identifier is not Modbus", () => {
  expect(talk(modbus, [[0, Buffer.from("GET / HTTP/1.1\r\n")]]).rejected).toBeDefined();
});

test("whole, byte by byte and however cut, the same rows", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 9 });
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(modbus, dialogue);
});
