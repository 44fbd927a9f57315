import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import { expectAnyBytesHarmless } from "../../../../test/support/stream-facts.ts";
import { imap } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const toTls: Piece[] = [
  [1, bytes("* OK ready\r\n")],
  [0, bytes("a1 STARTTLS\r\n")],
  [1, bytes("a1 OK go\r\n")],
  [0, bytes("\x16\x03\x01")],
];

test("behind STARTTLS everything is given to TLS, however it is cut", () => {
  for (const pieces of [toTls, splitPieces(toTls)]) {
    const out = talk(imap, pieces);
    expect(out.services).toEqual(["imap"]);
    expect(out.inner.map(({ name }) => name)).toEqual(["ssl"]);
    expect([...out.inner[0]!.bytes[0]]).toEqual([0x16, 3, 1]);
  }
});

test("a refusal is told, a login ends what is read", () => {
  const refused: Piece[] = [...toTls.slice(0, 2), [1, bytes("a1 BAD no\r\n")]];
  expect(talk(imap, refused).weirds).toEqual(["IMAP: server refused StartTLS"]);
  expect(talk(imap, [[0, bytes("a login b c\r\n")]]).isDone).toBe(true);
});

test("a line without tag and command is another protocol", () => {
  expect(talk(imap, [[1, bytes("hello\r\n")]]).rejected).toBe("no tag and command");
});

test("no bytes whatever make it throw", () => {
  expectAnyBytesHarmless(imap, toTls, { runs: 300 });
});
