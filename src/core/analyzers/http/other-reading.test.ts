import { brotliCompressSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import { latinBytes as bytes } from "../shared/index.ts";
import { http } from "./index.ts";

const ASK: Piece = [0, bytes("GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n")];
const BODY = "the body of it all";

function reply(...parts: (string | Uint8Array)[]): Piece {
  return [1, new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part))))];
}

/** Readings of a talk and their bytes, but for packed bodies. */
function readings(...pieces: Piece[]): string[] {
  return talk(http, pieces)
    .files.filter(({ reading }) => reading !== undefined && reading !== "packed")
    .map(({ reading, bytes: content }) => `${reading}: ${Buffer.from(content).toString("latin1")}`);
}

test("a message that keeps the rules has one reading", () => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n";
  expect(readings(ASK, reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"))).toEqual([]);
  expect(readings(ASK, reply(chunked), ASK, reply(chunked))).toEqual([]);
});

const FAULTS: readonly [fact: string, head: string, body: string, expected: string][] = [
  [
    "a folded length counts as far as its first line goes",
    "Content-Length: 4\r\n 18\r\n",
    BODY,
    "strict:  18\r",
  ],
  [
    "a line without a colon is the first of the body",
    "Connection: close\r\nno header\r\nX: y\r\n",
    BODY,
    `strict: no header\r\nX: y\r\n\r\n${BODY}`,
  ],
  [
    "a line that a CR alone ends is a line",
    "Transfer-Encoding\r: chunked\r\n",
    BODY,
    `strict: Transfer-Encoding\r: chunked\r\n\r\n${BODY}`,
  ],
  [
    "chunked in other letters is no coding",
    "Transfer-Encoding: chUnked\r\n",
    "2\r\nab\r\n0\r\n\r\n",
    "strict: 2\r\nab\r\n0\r\n\r\n",
  ],
  [
    "a size that LF alone ends gives its chunk and no more",
    "Transfer-Encoding: chunked\r\n",
    "2\nab\n2\ncd\n0\n\n",
    "strict: ab",
  ],
];

for (const [fact, head, body, expected] of FAULTS) {
  test(`${fact}, however the bytes are cut`, () => {
    const pieces = [ASK, reply(`HTTP/1.1 200 OK\r\n${head}\r\n${body}`)];
    expect(readings(...pieces)).toEqual([expected]);
    expect(readings(...splitPieces(pieces))).toEqual([expected]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 20 }), (cuts) => {
        let n = 0;
        const split = splitPieces(pieces, () => cuts[n++ % cuts.length]!);
        expect(readings(...split)).toEqual([expected]);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
}

test("what is longer than its length goes on behind, until the flow is given up", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
  expect(readings(ASK, reply(`${head}${BODY}\r\n`))).toEqual(["behind:  body of it all\r\n"]);
});

test("a reply that is no HTTP is kept as it is", () => {
  expect(readings(ASK, reply("<html>hello</html>\n"))).toEqual(["behind: <html>hello</html>\n"]);
});

test("what a broken request holds ends where its reply begins", () => {
  const asked: Piece = [0, bytes("POST /a HTTP/1.1\r\nno header\r\n\r\n")];
  const answered = reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  const more: Piece = [0, bytes("GET /b HTTP/1.1\r\n\r\n")];
  expect(readings(asked, answered, more)).toEqual(["strict: no header\r\n\r\n"]);
});

test("a mail that is a body is one file, unpacked, whatever its lines end with", () => {
  const mail = "Subject: x\n\none\ntwo\r\n";
  const packed = gzipSync(mail);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: message/rfc822\r\nContent-Length: `;
  const gzip = "\r\nContent-Encoding: gzip";
  expect(readings(ASK, reply(`${head}${mail.length}\r\n\r\n${mail}`))).toEqual([
    `message: ${mail}`,
  ]);
  expect(readings(ASK, reply(`${head}${packed.length}${gzip}\r\n\r\n`, packed))).toEqual([
    `message: ${mail}`,
  ]);
});

test("a body in brotli names its coding, for who unpacks it", () => {
  const packed = brotliCompressSync("text ".repeat(99));
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: ${packed.length}\r\n\r\n`;
  const [file] = talk(http, [ASK, reply(head, packed)]).files;
  expect(file?.coding).toBe("br");
  expect(Buffer.from(file!.bytes)).toEqual(packed);
});
