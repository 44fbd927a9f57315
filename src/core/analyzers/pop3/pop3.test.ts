import { expect, test } from "vitest";
import { type Piece, talk } from "../../../../test/support/conversation.ts";
import {
  expectAnyBytesHarmless,
  expectSameHoweverCut,
  limitedTo,
} from "../../../../test/support/stream-facts.ts";
import { pop3 } from "./index.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const client = (text: string): Piece => [0, bytes(`${text}\r\n`)];
const server = (text: string): Piece => [1, bytes(`${text}\r\n`)];
const session: Piece[] = [
  server("+OK hello"),
  client("USER me"),
  server("+OK"),
  client("PASS x"),
  server("+OK"),
  client("RETR 1\r\nQUIT"),
  server("+OK 20 octets\r\nSubject: a\r\n\r\n..dot\r\nend\r\n."),
  server("+OK bye"),
];

test("a mail that is fetched is a file, and so is its content", () => {
  const out = talk(pop3, session);
  expect(out.services).toEqual(["pop3"]);
  expect(out.weirds).toEqual([]);
  expect(out.files.map((file) => Buffer.from(file.bytes).toString())).toEqual([
    "Subject: a\r\n\r\n.dot\r\nend\r\n",
    ".dot\r\nend\r\n",
  ]);
});

test("behind STLS everything is given to TLS", () => {
  const out = talk(pop3, [
    server("+OK"),
    client("STLS"),
    server("+OK go"),
    [0, bytes("\x16\x03\x01")],
  ]);
  expect([...out.inner[0]!.bytes[0]]).toEqual([0x16, 3, 1]);
});

test("what is odd is told once a client's command was seen", () => {
  expect(talk(pop3, [server("+OK"), client("USER a"), client("JUMP")]).weirds).toEqual([]);
  const out = talk(pop3, [...session.slice(0, 3), client("JUMP")]);
  expect(out.weirds).toEqual(["pop3_client_command_unknown JUMP"]);
  expect(talk(pop3, [server("+OK"), server("220 x")]).rejected).toBe("unknown server command");
});

test("whole, byte by byte and however cut, the same files", () => {
  const files = (pieces: readonly Piece[]) =>
    talk(pop3, pieces).files.map((file) => Buffer.from(file.bytes).toString());
  expectSameHoweverCut(session, files, { pieceBytesMax: 20 });
});

test("a mail with a line longer than any limit is whole, however it is cut", () => {
  const mail = `Subject: a\r\n\r\n..${".x".repeat(200)}\r\n..\r\nend\r\n`;
  const fetched = [...session.slice(0, 6), server(`+OK\r\n${mail}.`), server("+OK bye")];
  const outcomeOf = (pieces: readonly Piece[]) => {
    const out = talk(pop3, pieces, limitedTo("pop3.lineBytes", 64));
    return { files: out.files.map((file) => Buffer.from(file.bytes).toString()), odd: out.weirds };
  };
  const content = `.${".x".repeat(200)}\r\n.\r\nend\r\n`;
  const files = [`Subject: a\r\n\r\n${content}`, content];
  expect(outcomeOf(fetched)).toEqual({ files, odd: [] });
  expectSameHoweverCut(fetched, outcomeOf);
});

test("no bytes whatever make it throw", () => {
  expectAnyBytesHarmless(pop3, session.slice(0, 5));
});
