import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
  rowsWithoutTimes,
} from "../../../../test/support/stream-facts.ts";
import { socks } from "./index.ts";

const bytes = (...values: (number | string)[]): Uint8Array =>
  Uint8Array.from(
    values.flatMap((value) => (typeof value === "number" ? [value] : [...Buffer.from(value)])),
  );
const version5: Piece[] = [
  [0, bytes(5, 1, 2)],
  [1, bytes(5, 2)],
  [0, bytes(1, 3, "ada", 6, "secret")],
  [1, bytes(1, 0)],
  [0, bytes(5, 1, 0, 3, 11, "example.net", 1, 187)],
  [1, bytes(5, 0, 0, 1, 10, 0, 0, 9, 4, 1)],
  [0, bytes("hello")],
  [1, bytes("world")],
];

test("version 5: who asked to be connected where, and what is carried is looked into", () => {
  const out = talk(socks, version5);
  expect(out.services).toEqual(["socks"]);
  expect(out.rows("socks")).toEqual([
    expect.objectContaining({
      version: 5,
      user: "ada",
      status: "succeeded",
      "request.name": "example.net",
      request_p: 443,
      "bound.host": "10.0.0.9",
      bound_p: 1025,
    }),
  ]);
  expect(JSON.stringify(out.rows("socks"))).not.toContain("secret");
  expect(out.rows("tunnel")).toEqual([
    expect.objectContaining({ "id.orig_p": 0, tunnel_type: "Tunnel::SOCKS" }),
  ]);
  expect(out.inner).toEqual([{ name: "by content", bytes: [bytes("hello"), bytes("world")] }]);
});

test("version 4A names a host behind the user", () => {
  const out = talk(socks, [
    [0, bytes(4, 1, 0, 80, 0, 0, 0, 1, "ada", 0, "example.net", 0)],
    [1, bytes(0, 91, 0, 0, 0, 0, 0, 0)],
  ]);
  expect(out.rows("socks")).toEqual([
    expect.objectContaining({
      version: 4,
      status: "general SOCKS server failure",
      "request.host": "0.0.0.1",
      "request.name": "example.net",
      request_p: 80,
    }),
  ]);
});

test("without an answer it is no service, and has no row", () => {
  const out = talk(socks, version5.slice(0, 3));
  expect(out.services).toEqual([]);
  expect(out.rows("socks")).toEqual([]);
});

test("a command that does not exist is no SOCKS", () => {
  const out = talk(socks, [
    [0, bytes(5, 1, 0)],
    [1, bytes(5, 0)],
    [0, bytes(5, 9, 0, 1, 1, 2, 3, 4, 0, 80)],
  ]);
  expect(out.rejected).toBe("not SOCKS");
});

test("whole, byte by byte and however cut, the same row", () => {
  const rows = rowsWithoutTimes(socks, ["socks"]);
  expectSameHoweverCut(version5, rows, { pieceBytesMax: 20 });
});

test("only a greeting with nothing behind it is taken for SOCKS", () => {
  expect(socks.recognises!(bytes(5, 1, 0), 0, "tcp")).toBe("yes");
  expect(socks.recognises!(bytes(5, 2, 0), 0, "tcp")).toBe("more");
  expect(socks.recognises!(bytes(5, 1, 0, 7), 0, "tcp")).toBe("no");
  expect(socks.recognises!(bytes("GET /"), 0, "tcp")).toBe("no");
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(socks, version5);
});
