import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
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
  const rows = (pieces: readonly Piece[]) =>
    talk(socks, pieces)
      .rows("socks")
      .map(({ ts, ts_ns, ...row }) => row);
  const whole = rows(version5);
  expect(rows(splitPieces(version5))).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (lengths) => {
      let n = 0;
      expect(rows(splitPieces(version5, () => lengths[n++ % lengths.length]!))).toEqual(whole);
    }),
    { numRuns: 200 },
  );
});

test("only a greeting with nothing behind it is taken for SOCKS", () => {
  expect(socks.recognises!(bytes(5, 1, 0), 0, "tcp")).toBe("yes");
  expect(socks.recognises!(bytes(5, 2, 0), 0, "tcp")).toBe("more");
  expect(socks.recognises!(bytes(5, 1, 0, 7), 0, "tcp")).toBe("no");
  expect(socks.recognises!(bytes("GET /"), 0, "tcp")).toBe("no");
});

test("any bytes whatever do no harm", () => {
  fc.assert(
    fc.property(fc.nat(8), fc.array(fc.tuple(fc.nat(1), fc.uint8Array())), (length, some) => {
      const rest = some.map(([side, what]): Piece => [side as 0 | 1, what]);
      talk(socks, [...version5.slice(0, length), ...rest]);
    }),
    { numRuns: 500 },
  );
});
