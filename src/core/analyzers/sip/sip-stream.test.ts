import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import { growthOf } from "../../../../test/support/counted-steps.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
} from "../../../../test/support/stream-facts.ts";
import { sip } from "./index.ts";

const bytes = (...lines: string[]): Uint8Array => new Uint8Array(Buffer.from(lines.join("\r\n")));
const invite = (body: string): Uint8Array =>
  bytes(
    "INVITE sip:bob@example.org SIP/2.0",
    "From: <sip:anna@example.org>;tag=1",
    "Call-ID: one",
    `Content-Length: ${body.length}`,
    "",
    body,
  );
const dialogue: Piece[] = [
  [0, bytes("", "", "")],
  [0, invite("v=0\r\n\r\nINVITE sip:fake SIP/2.0\r\n\r\n")],
  [1, bytes("SIP/2.0 180 Ringing", "Content-Length: 0", "", "")],
  [1, bytes("SIP/2.0 200 OK", "Content-Length: 4", "", "body")],
  [0, bytes("BYE sip:bob@example.org SIP/2.0", "Call-ID: one", "", "")],
  [1, bytes("SIP/2.0 200 Bye", "", "")],
];
const rowsOf = (pieces: readonly Piece[]) =>
  talk(sip, pieces)
    .rows("sip")
    .map(({ method, uri, status_code, status_msg }) => [method, uri, status_code, status_msg]);

test("messages of a stream are cut by their blank lines and lengths", () => {
  expect(talk(sip, dialogue).services).toEqual(["sip"]);
  expect(rowsOf(dialogue)).toEqual([
    ["INVITE", "sip:bob@example.org", 180, "Ringing"],
    ["INVITE", "sip:bob@example.org", 200, "OK"],
    ["BYE", "sip:bob@example.org", 200, "Bye"],
  ]);
});

test("a stream is known by its first line", () => {
  const look = (text: string) => sip.recognises!(Buffer.from(text), 0, "tcp");
  expect(look("OPTIONS sip:a SIP/2.0\r\n")).toBe("yes");
  expect(look("SIP/2.0 200 OK")).toBe("yes");
  expect(look("OPTIONS sip:a")).toBe("more");
  expect(look("SIP/2.0 2")).toBe("more");
  expect(look("OPTIONS rtsp://a RTSP/1.0\r\n")).toBe("no");
  expect(look("GET / HTTP/1.1\r\n")).toBe("no");
});

test("whole, byte by byte and however cut, the same rows", () => {
  expectSameHoweverCut(dialogue, rowsOf, { pieceBytesMax: 60 });
});

test("a head that never ends costs no more than its length, and is bounded", () => {
  const work = (length: number) => () => {
    const endless = bytes("INVITE sip:a SIP/2.0", "A: b\r\n".repeat(length));
    talk(
      sip,
      splitPieces([[0, endless.subarray(0, -4)]], () => 100),
    );
  };
  expect(growthOf(work, 1_000)).toBeLessThanOrEqual(2.3);
});

test("any bytes whatever do no harm", () => {
  expectAnyBytesHarmless(sip, dialogue);
});
