import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import { expectAnyBytesHarmless } from "../../../../test/support/stream-facts.ts";
import { xmpp } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const open = "<?xml version='1.0'?><stream:stream xmlns='jabber:client'>";
const toTls: Piece[] = [
  [0, bytes(open)],
  [1, bytes("<stream:stream><stream:features><starttls/></stream:features>")],
  [0, bytes("<starttls xmlns='urn'/>")],
  [1, bytes("<proceed xmlns='urn'/>\x16")],
  [0, bytes("\x16\x03\x01")],
];

test("behind proceed everything is given to TLS, however it is cut", () => {
  for (const pieces of [toTls, splitPieces(toTls)]) {
    const out = talk(xmpp, pieces);
    expect(out.services).toEqual(["xmpp"]);
    expect([...out.inner[0]!.bytes[0]]).toEqual([0x16, 3, 1]);
    expect([...out.inner[0]!.bytes[1]]).toEqual([0x16]);
  }
});

test("it is recognised by its first tag, once that is there", () => {
  const look = (text: string) => xmpp.recognises!(bytes(text), 0, "tcp");
  expect(look(open)).toBe("yes");
  expect(look(open.slice(0, 30))).toBe("more");
  expect(look("<stream:stream to='x'>")).toBe("no");
  expect(look("<html>")).toBe("no");
});

test("what is no XML is another protocol, proceed without a question is odd", () => {
  expect(talk(xmpp, [[0, bytes("GET / HTTP/1.1")]]).rejected).toBe("no XML");
  expect(talk(xmpp, [[1, bytes("<proceed/>")]]).weirds).toEqual(["XMPP: proceed without starttls"]);
});

test("no bytes whatever make it throw", () => {
  expectAnyBytesHarmless(xmpp, toTls, { runs: 300 });
});
