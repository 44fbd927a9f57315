import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import { expectSameHoweverCut } from "../../../../test/support/stream-facts.ts";
import { syslog } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
const rowsOf = (pieces: readonly Piece[]) =>
  talk(syslog, pieces)
    .rows("syslog")
    .map(({ facility, severity, message }) => [facility, severity, message]);

test("a datagram is a message, with or without a priority", () => {
  const out = talk(
    syslog,
    [
      [0, bytes("<13>hello")],
      [0, bytes("X")],
    ],
    { transport: "udp" },
  );
  expect(out.services).toEqual(["syslog"]);
  expect(out.rows("syslog").map(({ facility, severity }) => [facility, severity])).toEqual([
    ["USER", "NOTICE"],
    ["UNSPECIFIED", "UNSPECIFIED"],
  ]);
});

const stream: Piece[] = [[0, bytes("9 <13>hello<14>to the end\n\n<165>b\r\n3 <1>")]];

test("both framings of streams are read, mixed too", () => {
  expect(talk(syslog, stream).services).toEqual(["syslog_tcp"]);
  expect(rowsOf(stream)).toEqual([
    ["USER", "NOTICE", "hello"],
    ["USER", "INFO", "to the end"],
    ["LOCAL4", "NOTICE", "b"],
    ["KERN", "ALERT", ""],
  ]);
  expect(talk(syslog, [[0, bytes("GET / HTTP/1.1\r\n")]]).rejected).toBe("no frame");
});

test("whole, byte by byte and however cut, the same rows", () => {
  expectSameHoweverCut(stream, rowsOf, { pieceBytesMax: 9 });
});

test("no bytes whatever make it throw", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (some) => {
      talk(syslog, [[0, some]]);
      talk(
        syslog,
        [
          [0, bytes("<1>a")],
          [0, some],
        ],
        { transport: "udp" },
      );
    }),
    { numRuns: 500 },
  );
});
