import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Outcome,
  type Piece,
  splitPieces,
  talk,
} from "../../../../test/support/conversation.ts";
import { growthOf } from "../../../../test/support/counted-steps.ts";
import { expectSameHoweverCut, limitedTo } from "../../../../test/support/stream-facts.ts";
import { http } from "./index.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const lines = (...all: string[]): Uint8Array => bytes(all.map((line) => `${line}\r\n`).join(""));

function ask(...headers: string[]): Piece {
  return [0, lines("GET /a HTTP/1.1", "Host: example.org", ...headers, "")];
}

function answer(body: string, ...headers: string[]): Piece {
  const length = `Content-Length: ${body.length}`;
  return [1, bytes(`HTTP/1.1 200 OK\r\n${[length, ...headers].join("\r\n")}\r\n\r\n${body}`)];
}

function fileTexts(outcome: Outcome): string[] {
  return outcome.files
    .filter(({ reading }) => reading === undefined)
    .map(({ bytes: content }) => Buffer.from(content).toString("latin1"));
}

const MULTIPART = [
  "--frontier",
  'Content-Disposition: form-data; name="file"; filename="a b%20c.txt"',
  "",
  "line one",
  "line two",
  "--frontier",
  'Content-Disposition: form-data; name="x"',
  "",
  "value",
  "--frontier--",
  "",
].join("\r\n");

test("a request and its reply are one row", () => {
  const outcome = talk(http, [
    ask("User-Agent: test", "Referer: http://there/", "Via: 1.1 proxy"),
    answer("hello", "Content-Type: text/plain", "Server: ours"),
  ]);
  expect(outcome.rows("http")).toHaveLength(1);
  expect(outcome.rows("http")[0]).toMatchObject({
    trans_depth: 1,
    method: "GET",
    host: "example.org",
    uri: "/a",
    user_agent: "test",
    referrer: "http://there/",
    proxied: ["VIA -> 1.1 proxy"],
    version: "1.1",
    status_code: 200,
    status_msg: "OK",
    response_body_len: 5,
    resp_fuids: ["F1"],
    content_type: "text/plain",
    server: "ours",
  });
  expect(fileTexts(outcome)).toEqual(["hello"]);
  expect(outcome.services).toEqual(["http"]);
});

test("pipelined requests get the replies in their order", () => {
  const two = Buffer.concat([ask()[1] as Uint8Array, lines("HEAD /b HTTP/1.1", "")]);
  const outcome = talk(http, [
    [0, new Uint8Array(two)],
    answer("one"),
    [1, lines("HTTP/1.1 404 No", "Content-Length: 99", "")],
  ]);
  expect(outcome.rows("http")).toMatchObject([
    { uri: "/a", status_code: 200, trans_depth: 1 },
    { uri: "/b", status_code: 404, trans_depth: 2, response_body_len: 0 },
  ]);
});

test("chunks are put together and trailers belong to the message", () => {
  const reply = lines(
    "HTTP/1.1 200 OK",
    "Transfer-Encoding: chunked",
    "",
    "3",
    "abc",
    "2;x=1",
    "de",
  );
  const rest = lines("0", "X-Trailer: yes", "", "HTTP/1.1 204 Next", "");
  const outcome = talk(http, [ask(), ask(), [1, reply], [1, rest]]);
  expect(fileTexts(outcome)).toEqual(["abcde"]);
  expect(outcome.rows("http")).toMatchObject([{ response_body_len: 5 }, { status_code: 204 }]);
});

test("gzip, zlib and bare deflate are told apart by their bytes", () => {
  const body = gzipSync("packed ".repeat(1000));
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: ${body.length}\r\n\r\n`;
  const outcome = talk(http, [ask(), [1, new Uint8Array(Buffer.concat([bytes(head), body]))]]);
  expect(outcome.rows("http")[0]).toMatchObject({ response_body_len: 7000 });
  expect(fileTexts(outcome)[0]).toBe("packed ".repeat(1000));
});

test("every part of a multipart body is a file with its name", () => {
  const head = [
    "POST /up HTTP/1.1",
    "Content-Type: multipart/form-data; boundary=frontier",
    `Content-Length: ${MULTIPART.length}`,
    "",
    "",
  ].join("\r\n");
  const outcome = talk(http, [[0, bytes(head)], [0, bytes(MULTIPART)], answer("ok")]);
  expect(fileTexts(outcome)).toEqual(["line one\r\nline two", "value", "ok"]);
  expect(outcome.rows("http")[0]).toMatchObject({
    request_body_len: MULTIPART.length,
    orig_filenames: ["a b c.txt"],
    status_code: 200,
  });
});

test.each([
  [1, 128],
  [60, 1 << 20],
])("a file of long lines, %i times, is whole where %i bytes are the limit", (times, limit) => {
  const file = `${"\n".repeat(70)}\r${"--frontier\r-".repeat(30 * times)}\r\n--fron\r\r\n${"y\r".repeat(40)}`;
  const body = `--frontier\r\nContent-Type: a/b\r\n\r\n${file}\r\n--frontier--\r\n`;
  const head = "POST /up HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=frontier\r\n";
  const pieces: Piece[] = [
    [0, bytes(`${head}Content-Length: ${body.length}\r\n\r\n${body}`)],
    answer("ok"),
  ];
  const outcomeOf = (cut: readonly Piece[]) => {
    const outcome = talk(http, cut, limitedTo("http.lineBytes", limit));
    const [row] = outcome.rows("http");
    return {
      files: fileTexts(outcome),
      length: row!["request_body_len"],
      digest: row!["request_body_sha256"],
      weirds: outcome.weirds,
    };
  };
  expect(outcomeOf(pieces)).toEqual({
    files: [file, "ok"],
    length: body.length,
    digest: createHash("sha256").update(body).digest("hex"),
    weirds: [],
  });
  expectSameHoweverCut(pieces, outcomeOf, { pieceBytesMax: 40 * times });
});

test("a form in chunks is one file, without what framed the chunks", () => {
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  const body = [MULTIPART.slice(0, 30), MULTIPART.slice(30), ""].map(chunk).join("");
  const pieces: Piece[] = [
    [
      0,
      lines(
        "POST /up HTTP/1.1",
        "Content-Type: multipart/form-data; boundary=frontier",
        "Transfer-Encoding: chunked",
        "",
      ),
    ],
    [0, bytes(body)],
    answer("ok"),
  ];
  const outcomeOf = (cut: readonly Piece[]) => {
    const outcome = talk(http, cut);
    return [outcome.weirds, fileTexts(outcome), outcome.rows("http")[0]!["request_body_len"]];
  };
  const weirds = ["HTTP_chunked_transfer_for_multipart_message"];
  expect(outcomeOf(pieces)).toEqual([weirds, [MULTIPART, "ok"], MULTIPART.length]);
  expectSameHoweverCut(pieces, outcomeOf);
});

test("an interim answer does not end the exchange", () => {
  const outcome = talk(http, [
    [0, lines("PUT /x HTTP/1.1", "Content-Length: 2", "Expect: 100-continue", "")],
    [1, lines("HTTP/1.1 100 Continue", "")],
    [0, bytes("hi")],
    answer("done"),
  ]);
  expect(outcome.rows("http")).toMatchObject([
    { method: "PUT", request_body_len: 2, info_code: 100, status_code: 200 },
  ]);
});

test("HTTP/0.9 has a document for a reply, from its first byte on", () => {
  const outcome = talk(http, [
    [0, lines("GET /old")],
    [1, bytes("<html>no head")],
  ]);
  expect(outcome.rows("http")[0]).toMatchObject({ version: "0.9", response_body_len: 13 });
});

test("what a proxy carries after CONNECT is found out by content", () => {
  const outcome = talk(http, [
    [0, lines("CONNECT mail:25 HTTP/1.1", "")],
    [1, lines("HTTP/1.1 200 Established", "")],
    [1, bytes("220 mail")],
    [0, bytes("EHLO me")],
  ]);
  expect(outcome.rows("http")[0]).toMatchObject({ method: "CONNECT", uri: "mail:25" });
  expect(outcome.rows("tunnel")).toHaveLength(1);
  expect(outcome.inner.map((inner) => Buffer.from(inner.bytes[1]).toString())).toEqual([
    "220 mail",
  ]);
});

test("an upgrade hands the handshake on, then what follows", () => {
  const outcome = talk(http, [
    ask("Upgrade: websocket", "Sec-WebSocket-Key: abc"),
    [1, lines("HTTP/1.1 101 S", "Connection: Upgrade", "Upgrade: websocket", "")],
    [0, bytes("frames")],
  ]);
  const [inner] = outcome.inner;
  expect(inner?.name).toBe("websocket");
  expect(Buffer.from(inner!.bytes[0]).toString()).toBe(
    "GET /a HTTP/1.1\r\nHost: example.org\r\nSec-WebSocket-Key: abc\r\n\r\nframes",
  );
});

test("a hole inside a body is passed over, behind one in headers the next reply is read", () => {
  const inside = talk(http, [
    ask(),
    [1, bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")],
    [1, 5],
    [1, bytes("xy")],
  ]);
  expect(inside.rows("http")[0]).toMatchObject({ response_body_len: 10, status_code: 200 });
  const before = talk(http, [ask(), [1, bytes("HTTP/1.1 200 OK\r\nConte")], [1, 5], answer("no")]);
  expect(before.rows("http")).toMatchObject([
    { response_body_len: 0 },
    { status_code: 200, response_body_len: 2 },
  ]);
});

test("replies lost in a hole are nobody's: what comes behind it answers the last request", () => {
  const lost: Piece = [1, 400];
  const hole = talk(http, [ask(), ask(), lost, ask(), answer("no")]);
  expect(hole.rows("http").map((row) => row["status_code"])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const waiting = talk(http, [ask(), lost, ask(), answer("ok")]);
  expect(waiting.rows("http").map((row) => row["status_code"])).toEqual([undefined, 200]);
});

test("a request without a stated length has no body, even where the reply closes the flow", () => {
  const close = [
    1,
    bytes("HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
  ] as const;
  const out = talk(http, [ask(), close, ask(), close, ask()]);
  expect(out.rows("http").map((row) => row["method"])).toEqual(["GET", "GET", "GET"]);
});

test("Basic authentication tells the user and never the password", () => {
  const outcome = talk(http, [ask("Authorization: Basic dXNlcjpzZWNyZXQ="), answer("")]);
  expect(outcome.rows("http")[0]).toMatchObject({ username: "user" });
  expect(JSON.stringify(outcome.rows("http"))).not.toContain("secret");
});

test("what does not speak HTTP is given up, its rows kept", () => {
  const outcome = talk(http, [ask(), [1, bytes("SSH-2.0-x\r\n")], [1, bytes("more")]]);
  expect(outcome.rejected).toBeDefined();
  expect(outcome.rows("http")).toMatchObject([{ uri: "/a" }]);
});

test("mid-stream is read from where a message begins on", () => {
  const begins = talk(http, [ask(), answer("x")], { isMidStream: true });
  expect(begins.rows("http")).toMatchObject([{ uri: "/a", status_code: 200 }]);
  const tail: Piece = [1, bytes("tail of a body")];
  const later = talk(http, [tail, [0, bytes("\0")], ask(), answer("x")], { isMidStream: true });
  expect(later.rows("http")).toMatchObject([{ uri: "/a", status_code: 200 }]);
  expect(talk(http, [tail, tail], { isMidStream: true }).rows("http")).toHaveLength(0);
});

test("a body of several files has a digest of its own", () => {
  const head = "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=frontier\r\n";
  const length = `Content-Length: ${MULTIPART.length}\r\n\r\n`;
  const outcome = talk(http, [[0, bytes(head + length + MULTIPART)], answer("ok")]);
  expect(outcome.rows("http")[0]).toMatchObject({
    request_body_sha256: createHash("sha256").update(MULTIPART).digest("hex"),
  });
});

test("fields say where they came from, in the order of rows", () => {
  const outcome = talk(http, [ask(), answer("x")]);
  const host = outcome.marks.find(({ field }) => field === "http.host");
  expect(host).toEqual({ field: "http.host", side: 0, position: 23, length: 11 });
});

const EVERYTHING: readonly Piece[] = [
  ask("X-Folded: one", " two"),
  [1, lines("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "3", "abc", "0", "")],
  [
    0,
    bytes(
      "POST /up HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=frontier\r\n" +
        `Content-Length: ${MULTIPART.length}\r\n\r\n${MULTIPART}`,
    ),
  ],
  [
    1,
    new Uint8Array(
      Buffer.concat([
        bytes("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "),
        gzipped(),
      ]),
    ),
  ],
  ask(),
  answer("bye"),
];

function gzipped(): Uint8Array {
  const body = gzipSync("abcabcabc".repeat(50));
  return new Uint8Array(Buffer.concat([bytes(`${body.length}\r\n\r\n`), body]));
}

function essence(outcome: Outcome): unknown {
  const rows = outcome.rows("http").map(({ ts: _ts, ts_ns: _ns, ...row }) => row);
  return { rows, files: fileTexts(outcome) };
}

test("however the bytes are cut, the rows are the same", () => {
  const whole = essence(talk(http, EVERYTHING));
  expect(essence(talk(http, splitPieces(EVERYTHING)))).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 20 }), (cuts) => {
      let n = 0;
      const pieces = splitPieces(EVERYTHING, () => cuts[n++ % cuts.length]!);
      expect(essence(talk(http, pieces))).toEqual(whole);
    }),
    { numRuns: 200, seed: 7 },
  );
});

test("broken bytes never throw", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2000), fc.nat(255))), fc.nat(1500), (changes, cut) => {
      const pieces = EVERYTHING.map(([side, what]): Piece => {
        const copy = (what as Uint8Array).slice(0, Math.max(1, cut));
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        return [side, copy];
      });
      talk(http, pieces);
    }),
    { numRuns: 300, seed: 11 },
  );
});

test("twice the headers, chunks or parts are twice the work", () => {
  const times = (text: string) => (n: number) => text.repeat(n);
  const cases: [(n: number) => string, (n: number) => Piece[]][] = [
    [times("A: b\r\n"), (n) => [[0, bytes(`GET / HTTP/1.1\r\n${times("A: b\r\n")(n)}\r\n`)]]],
    [
      times("1\r\nx\r\n"),
      (n) => [
        ask(),
        [
          1,
          bytes(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${times("1\r\nx\r\n")(n)}`),
        ],
      ],
    ],
    [times(" f\r\n"), (n) => [[0, bytes(`GET / HTTP/1.1\r\nA: b\r\n${times(" f\r\n")(n)}\r\n`)]]],
    [times("(("), (n) => [[0, bytes(`GET / HTTP/1.1\r\n${times("((")(n)}: b\r\n\r\n`)]]],
  ];
  for (const [, make] of cases) {
    const workOf = (n: number) => {
      const pieces = splitPieces(make(n), () => 1460);
      return () => void talk(http, pieces);
    };
    expect(growthOf(workOf, 10_000)).toBeLessThanOrEqual(2.3);
  }
});

test("the first line of another protocol looks like HTTP/0.9 and is not taken for it", () => {
  const out = talk(http, [
    [0, bytes("SSH-2.0-OpenSSH_9.2 Debian\r\n")],
    [1, bytes("SSH-2.0-OpenSSH_9.7\r\n")],
  ]);
  expect(out.services).toEqual([]);
});

test("who begins with HTTP/2 is given to its analyzer, with all bytes from the first", () => {
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const pieces: Piece[] = [
    [0, bytes(`${preface}frames`)],
    [1, bytes("answer")],
    [0, bytes("more")],
  ];
  for (const all of [pieces, splitPieces(pieces)]) {
    const outcome = talk(http, all);
    expect(outcome.inner).toEqual([
      { name: "http2", bytes: [bytes(`${preface}framesmore`), bytes("answer")] },
    ]);
    expect(outcome.rows("http")).toEqual([]);
    expect(outcome.weirds).toEqual([]);
  }
});

test("the request that asked for HTTP/2 is given on to answer it", () => {
  const outcome = talk(http, [
    [0, lines("OPTIONS /a HTTP/1.1", "Host: h", "Connection: Upgrade", "Upgrade: h2c", "")],
    [1, lines("HTTP/1.1 101 Switch", "Connection: Upgrade", "Upgrade: h2c", "")],
    [1, bytes("settings")],
    [0, bytes("preface")],
  ]);
  expect(outcome.inner).toEqual([
    {
      name: "http2",
      bytes: [bytes("OPTIONS /a HTTP/1.1\r\nHost: h\r\n\r\npreface"), bytes("settings")],
    },
  ]);
  expect(outcome.rows("http")).toMatchObject([{ uri: "/a", status_code: 101 }]);
});
