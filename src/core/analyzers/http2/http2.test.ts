import { once } from "node:events";
import {
  connect,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Stream,
} from "node:http2";
import { Duplex } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Outcome,
  type Piece,
  splitPieces,
  talk,
} from "../../../../test/support/conversation.ts";
import { countedSteps } from "../../../../test/support/counted-steps.ts";
import { frame, HpackTestEncoder, hpackInteger } from "../../../../test/support/http2-frames.ts";
import { FLAG, FRAME, PREFACE } from "./http2-parser.ts";
import { http2 } from "./index.ts";

type Fields = readonly (readonly [string, string])[];
const { plain } = HpackTestEncoder;
const { endHeaders, endStream, padded, priority } = FLAG;

const SETTINGS = frame(FRAME.settings, 0, [0, 3, 0, 0, 0, 100]);
const OPENING: Piece[] = [
  [0, PREFACE],
  [0, SETTINGS],
  [1, SETTINGS],
  [1, frame(FRAME.settings, 0, [], FLAG.ack)],
];

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

function request(path: string, more: Fields = [], method = "GET"): Fields {
  const pseudo: Fields = [
    [":method", method],
    [":scheme", "https"],
    [":path", path],
    [":authority", "example.org"],
  ];
  return [...pseudo, ...more];
}

function headers(streamId: number, fields: Fields, flags: number = endHeaders): Uint8Array {
  return frame(FRAME.headers, streamId, plain(fields, true), flags);
}

const ask = (streamId: number, path: string, more: Fields = []): Piece => [
  0,
  headers(streamId, request(path, more), endHeaders | endStream),
];

function answer(streamId: number, body: Uint8Array | string, more: Fields = []): Piece[] {
  const content = typeof body === "string" ? bytes(body) : body;
  return [
    [1, headers(streamId, [[":status", "200"], ...more])],
    [1, frame(FRAME.data, streamId, content, endStream)],
  ];
}

const http = (outcome: Outcome) => outcome.rows("http");

const fileTexts = (outcome: Outcome) =>
  outcome.files.map((file) => Buffer.from(file.bytes).toString("latin1"));

/** What is the same however the bytes were cut: all but times. */
function summary(outcome: Outcome): unknown {
  const rows = http(outcome).map(({ ts: _, ts_ns: __, ...row }) => row);
  return [rows, fileTexts(outcome), outcome.weirds, outcome.services, outcome.rejected];
}

const EXCHANGE: Piece[] = [
  ...OPENING,
  ask(1, "/a%20b?c", [
    ["user-agent", "test"],
    ["referer", "https://there/"],
  ]),
  ...answer(1, "hello", [
    ["content-type", "text/plain"],
    ["content-length", "5"],
    ["server", "ours"],
  ]),
];

test("a stream is one row of the http log", () => {
  const outcome = talk(http2, EXCHANGE);
  expect(http(outcome)).toHaveLength(1);
  expect(http(outcome)[0]).toMatchObject({
    trans_depth: 1,
    method: "GET",
    host: "example.org",
    uri: "/a b?c",
    referrer: "https://there/",
    version: "2",
    user_agent: "test",
    status_code: 200,
    request_body_len: 0,
    response_body_len: 5,
    resp_fuids: ["F1"],
    content_type: "text/plain",
    server: "ours",
    http2_stream: 1,
  });
  expect(outcome.files[0]).toMatchObject({ source: "HTTP", side: 1, totalBytes: 5, isEnded: true });
  expect(fileTexts(outcome)).toEqual(["hello"]);
  expect(outcome.services).toEqual(["http", "http2"]);
  expect(outcome.weirds).toEqual([]);
});

test("streams go on side by side and end in their own order", () => {
  const outcome = talk(http2, [
    ...OPENING,
    ask(1, "/slow"),
    ask(3, "/fast"),
    [1, headers(1, [[":status", "200"]])],
    [1, frame(FRAME.data, 1, bytes("one "))],
    ...answer(3, "three"),
    [1, frame(FRAME.data, 1, bytes("two"), endStream)],
  ]);
  expect(http(outcome)).toMatchObject([
    { uri: "/fast", trans_depth: 2, response_body_len: 5 },
    { uri: "/slow", trans_depth: 1, response_body_len: 7 },
  ]);
  expect(fileTexts(outcome)).toEqual(["one two", "three"]);
});

test("a request's body is a file of the client, with its name and its type", () => {
  const fields = request("/up", [["content-disposition", 'attachment; filename="x.txt"']], "POST");
  const outcome = talk(http2, [
    ...OPENING,
    [0, headers(1, [...fields, ["content-type", "text/csv"]])],
    [0, frame(FRAME.data, 1, bytes("a,b"), endStream)],
    [1, headers(1, [[":status", "204"]], endHeaders | endStream)],
  ]);
  expect(http(outcome)[0]).toMatchObject({
    request_body_len: 3,
    orig_fuids: ["F1"],
    orig_filenames: ["x.txt"],
    request_content_type: "text/csv",
    status_code: 204,
  });
});

test("packed bodies are counted and kept unpacked", () => {
  const packed = new Uint8Array(gzipSync("a".repeat(10_000)));
  const outcome = talk(http2, [
    ...OPENING,
    ask(1, "/"),
    ...answer(1, packed, [["content-encoding", "GZIP"]]),
  ]);
  expect(http(outcome)[0]).toMatchObject({ response_body_len: 10_000 });
  expect(fileTexts(outcome)).toEqual(["a".repeat(10_000)]);
});

test("padding and priority are taken off, and CONTINUATION frames make one block", () => {
  const block = plain(request("/long", [["cookie", "x".repeat(100)]]));
  const outcome = talk(http2, [
    ...OPENING,
    [
      0,
      frame(
        FRAME.headers,
        1,
        [3, 0, 0, 0, 0, 16, ...block.slice(0, 50), 0, 0, 0],
        padded | priority | endStream,
      ),
    ],
    [0, frame(FRAME.continuation, 1, block.slice(50, 60))],
    [0, frame(FRAME.continuation, 1, block.slice(60), endHeaders)],
    [1, headers(1, [[":status", "200"]])],
    [1, frame(FRAME.data, 1, [4, ...bytes("body"), 0, 0, 0, 0], padded)],
    [1, frame(FRAME.data, 1, [0], padded | endStream)],
  ]);
  expect(http(outcome)[0]).toMatchObject({ uri: "/long", response_body_len: 4 });
  expect(outcome.weirds).toEqual([]);
});

test("interim answers come before the final one, trailers behind the body", () => {
  const outcome = talk(http2, [
    ...OPENING,
    ask(1, "/"),
    [1, headers(1, [[":status", "103"]])],
    [1, headers(1, [[":status", "200"]])],
    [1, frame(FRAME.data, 1, bytes("x"))],
    [
      1,
      headers(
        1,
        [
          ["server", "late"],
          [":status", "500"],
        ],
        endHeaders | endStream,
      ),
    ],
  ]);
  expect(http(outcome)).toMatchObject([{ status_code: 200, info_code: 103, server: "late" }]);
});

test("what the server promises is a request of its own", () => {
  const promise = [0, 0, 0, 2, ...plain(request("/style.css"))];
  const outcome = talk(http2, [
    ...OPENING,
    ask(1, "/"),
    [1, frame(FRAME.pushPromise, 1, promise, endHeaders)],
    ...answer(1, "page"),
    ...answer(2, "style"),
  ]);
  expect(http(outcome)).toMatchObject([
    { uri: "/", http2_stream: 1 },
    { uri: "/style.css", http2_stream: 2, method: "GET", response_body_len: 5 },
  ]);
});

test("a stream that is broken off says why", () => {
  const outcome = talk(http2, [
    ...OPENING,
    ask(1, "/"),
    [0, frame(FRAME.reset, 1, [0, 0, 0, 8])],
    ...answer(1, "too late"),
    [1, frame(FRAME.goAway, 0, [0, 0, 0, 1, 0, 0, 0, 11])],
  ]);
  expect(http(outcome)).toHaveLength(1);
  expect(http(outcome)[0]).toMatchObject({ http2_reset: "CANCEL", response_body_len: 0 });
  expect(outcome.weirds).toEqual(["HTTP2_goaway ENHANCE_YOUR_CALM"]);
});

test("what CONNECT opens is looked at by content", () => {
  const connect: Fields = [
    [":method", "CONNECT"],
    [":authority", "there:22"],
  ];
  const outcome = talk(http2, [
    ...OPENING,
    [0, headers(1, connect)],
    [1, headers(1, [[":status", "200"]])],
    [0, frame(FRAME.data, 1, bytes("SSH-2.0-x"))],
    [1, frame(FRAME.data, 1, bytes("SSH-2.0-y"), endStream)],
  ]);
  expect(http(outcome)[0]).toMatchObject({ method: "CONNECT", host: "there:22", uri: "there:22" });
  expect(outcome.inner).toMatchObject([
    { name: "by content", bytes: [bytes("SSH-2.0-x"), bytes("SSH-2.0-y")] },
  ]);
  expect(outcome.rows("tunnel")).toHaveLength(1);
});

const DNS_TYPE: Fields = [["content-type", "application/dns-message"]];

test("DNS over HTTP/2 is given to the analyzer of DNS, asked by POST or by GET", () => {
  const question = bytes("question of DNS");
  const get = `/dns-query?x=y&dns=${Buffer.from(question).toString("base64url")}`;
  const outcome = talk(http2, [
    ...OPENING,
    [0, headers(1, request("/dns-query", DNS_TYPE, "POST"))],
    [0, frame(FRAME.data, 1, question.subarray(0, 5))],
    [0, frame(FRAME.data, 1, question.subarray(5), endStream)],
    ...answer(1, "one", DNS_TYPE),
    ask(3, get, [["accept", "application/dns-message"]]),
    ...answer(3, new Uint8Array(gzipSync("two")), [...DNS_TYPE, ["content-encoding", "gzip"]]),
  ]);
  const framed = (text: string) => bytes(`\0${String.fromCharCode(text.length)}${text}`);
  expect(outcome.inner).toEqual([
    { name: "dns", bytes: [framed("question of DNS"), framed("one")] },
    { name: "dns", bytes: [framed("question of DNS"), framed("two")] },
  ]);
  expect(outcome.weirds).toEqual([]);
});

test("the request that HTTP/1.1 hands over is stream 1's", () => {
  const head = bytes("POST /old HTTP/1.1\r\nHost: h\r\nUser-Agent: ua\r\n\r\n");
  const outcome = talk(http2, [
    [0, head],
    [1, SETTINGS],
    [0, PREFACE],
    [0, SETTINGS],
    ...answer(1, "x"),
  ]);
  expect(http(outcome)).toMatchObject([
    {
      method: "POST",
      uri: "/old",
      host: "h",
      user_agent: "ua",
      http2_stream: 1,
      trans_depth: 2,
      status_code: 200,
    },
  ]);
});

test("fields point to their bytes in the header block, over its frames", () => {
  const block = plain(request("/x"));
  const outcome = talk(http2, [
    ...OPENING,
    [0, frame(FRAME.headers, 1, block.slice(0, 30), endStream)],
    [0, frame(FRAME.continuation, 1, block.slice(30), endHeaders)],
    [1, headers(1, [[":status", "200"]], endHeaders | endStream)],
  ]);
  const start = PREFACE.length + SETTINGS.length + 9;
  const method = 1 + 1 + 7 + 1 + 3;
  const scheme = 1 + 1 + 7 + 1 + 5;
  expect(outcome.marks.filter(({ side }) => side === 0)).toEqual([
    { field: "http.method", side: 0, position: start, length: method },
    { field: "http.uri", side: 0, position: start + method + scheme, length: 1 + 1 + 5 + 1 + 2 },
    { field: "http.host", side: 0, position: start + 38 + 9, length: 1 + 1 + 10 + 1 + 11 },
  ]);
});

test("a hole in a body is told to its file, and a hole between frames ends its side alone", () => {
  const outcome = talk(http2, [
    ...OPENING,
    ask(1, "/a"),
    [1, headers(1, [[":status", "200"]])],
    [1, frame(FRAME.data, 1, bytes("0123456789"), endStream).subarray(0, 12)],
    [1, 7],
    ask(3, "/b"),
    [1, headers(3, [[":status", "201"]])],
    [1, 100],
    ask(5, "/c"),
  ]);
  expect(http(outcome)).toMatchObject([
    { uri: "/a", status_code: 200, response_body_len: 10 },
    { uri: "/b", status_code: 201 },
    { uri: "/c" },
  ]);
});

test("a hole in a header block loses that block and what it put into the table", () => {
  const encoder = new HpackTestEncoder();
  const first = request("/1", [["user-agent", "one"]]).flatMap(([n, v]) => encoder.field(n, v));
  const second = request("/2", [["user-agent", "one"]]).flatMap(([n, v]) => encoder.field(n, v));
  const lost = frame(FRAME.headers, 1, first, endHeaders | endStream);
  const outcome = talk(http2, [
    ...OPENING,
    [0, lost.subarray(0, 15)],
    [0, lost.length - 15],
    [0, frame(FRAME.headers, 3, second, endHeaders | endStream)],
    ...answer(1, ""),
    ...answer(3, ""),
  ]);
  const rows = http(outcome);
  expect(rows).toMatchObject([{ http2_stream: 1 }, { http2_stream: 3 }]);
  expect(rows.map((row) => row["method"])).toEqual([undefined, undefined]);
  expect(outcome.weirds).toEqual([]);
});

test("floods are told once each, and what they leave is bounded", () => {
  const many = (length: number, make: (n: number) => Uint8Array): Piece[] =>
    Array.from({ length }, (_, n): Piece => [0, make(n)]);
  const flood = (pieces: Piece[]) => talk(http2, [...OPENING, ...pieces, ask(9001, "/last")]);
  const continuations = flood([
    [0, frame(FRAME.headers, 1, plain(request("/x")))],
    ...many(5000, () => frame(FRAME.continuation, 1, [0, 1, 97, 1, 98])),
    [0, frame(FRAME.continuation, 1, [], endHeaders)],
  ]);
  expect(continuations.weirds).toEqual(["HTTP2_continuation_flood"]);
  expect(http(continuations).at(-1)).toMatchObject({ uri: "/last" });
  expect(flood(many(2000, () => SETTINGS)).weirds).toEqual(["HTTP2_settings_flood"]);
  const resets = flood(
    many(
      500,
      (n) =>
        new Uint8Array(
          Buffer.concat([
            ask(n * 2 + 1, "/r")[1] as Uint8Array,
            frame(FRAME.reset, n * 2 + 1, [0, 0, 0, 8]),
          ]),
        ),
    ),
  );
  expect(resets.weirds).toEqual(["HTTP2_rapid_reset"]);
  expect(http(resets)).toHaveLength(501);
  const open = flood(many(1500, (n) => ask(n * 2 + 1, "/o")[1] as Uint8Array));
  expect(open.weirds).toEqual(["HTTP2_too_many_streams"]);
  expect(http(open)).toHaveLength(1501);
  const empty = flood(many(1100, () => frame(FRAME.data, 1)));
  expect(empty.weirds).toEqual(["HTTP2_empty_frame_flood"]);
});

test("a block that unpacks to more than is allowed is read so far", () => {
  const big = [
    0x40,
    ...hpackInteger(1, 7),
    97,
    ...hpackInteger(4000, 7),
    ...bytes("b".repeat(4000)),
  ];
  const block = [...plain(request("/bomb")), ...big, ...new Array<number>(15_000).fill(0xbe)];
  const outcome = talk(http2, [
    ...OPENING,
    [0, frame(FRAME.headers, 1, block, endHeaders | endStream)],
    ask(3, "/next"),
  ]);
  expect(outcome.weirds).toEqual(["HTTP2_header_list_too_large"]);
  expect(http(outcome)).toMatchObject([{ uri: "/bomb" }, { uri: "/next" }]);
});

test("headers that open streams hold are bounded by writing what waits longest", () => {
  const encoder = new HpackTestEncoder();
  const agent = encoder.field("user-agent", "u".repeat(3900));
  const pieces = Array.from({ length: 1500 }, (_, n): Piece => {
    const fields = n === 0 ? agent : encoder.field("user-agent", "u".repeat(3900));
    const block = [...plain(request("/")), ...fields, ...fields.slice(0, n === 0 ? 0 : 1)];
    return [0, frame(FRAME.headers, n * 2 + 1, block, endHeaders)];
  });
  const outcome = talk(http2, [...OPENING, ...pieces], {
    services: {
      limit: (name, maximum) => ({
        name,
        maximum: name === "http2.heldHeaderBytes" ? 100_000 : maximum,
        reached: 0,
      }),
    },
  });
  expect(outcome.weirds).toEqual(["HTTP2_too_many_headers_held"]);
  expect(http(outcome)).toHaveLength(1500);
});

test.each<[string, Piece[], string]>([
  ["a fault of the coding", [[0, frame(1, 1, [0x80], 5)]], "HTTP2_header_compression_error index"],
  ["padding longer than its frame", [[0, frame(1, 1, [9, 1], 13)]], "HTTP2_bad_padding"],
  ["a block that nobody began", [[0, frame(9, 1, [0x82], 4)]], "HTTP2_unexpected_continuation"],
  [
    "a block that does not go on",
    [
      [0, frame(1, 1, [0x82])],
      [0, frame(6, 0, [])],
    ],
    "HTTP2_continuation_expected",
  ],
  ["headers of the connection", [[0, frame(1, 0, [0x82], 5)]], "HTTP2_headers_without_stream"],
  [
    "two hosts",
    [ask(1, "/", [["host", "other"]])],
    "HTTP2_authority_host_mismatch example.org other",
  ],
])("%s is told", (_, pieces, weird) => {
  const outcome = talk(http2, [...OPENING, ...pieces, ask(3, "/on")]);
  expect(outcome.weirds).toEqual([weird]);
  expect(http(outcome).at(-1)).toMatchObject({ uri: "/on" });
});

test("it is known by the client's preface, or by the server's settings", () => {
  const known = (head: Uint8Array, side: 0 | 1) => http2.recognises?.(head, side, "tcp");
  expect(known(PREFACE, 0)).toBe("yes");
  expect(known(PREFACE.subarray(0, 10), 0)).toBe("more");
  expect(known(bytes("PRI * HTTP/1.0\r\n"), 0)).toBe("no");
  expect(known(SETTINGS, 1)).toBe("yes");
  expect(known(SETTINGS.subarray(0, 9), 1)).toBe("more");
  expect(known(frame(FRAME.settings, 0), 1)).toBe("no");
  expect(known(frame(FRAME.settings, 0, [0x80, 0, 0, 0, 0, 1]), 1)).toBe("no");
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 24 }), (head) => {
      expect([known(head, 0), known(head, 1)]).toEqual(["no", "no"]);
    }),
  );
});

test("where the client's beginning was not captured, answers tell of their streams", () => {
  const outcome = talk(http2, [
    [1, SETTINGS],
    ask(1, "/"),
    ...answer(1, "one"),
    ...answer(3, "two"),
  ]);
  expect(http(outcome)).toMatchObject([
    { status_code: 200, http2_stream: 1, response_body_len: 3 },
    { status_code: 200, http2_stream: 3, response_body_len: 3 },
  ]);
  expect(outcome.services).toEqual(["http", "http2"]);
});

test("what is no HTTP/2 is given back", () => {
  expect(talk(http2, [[0, bytes("GET / HTTP/1.1\r\n")]]).rejected).toBeDefined();
  expect(talk(http2, [[1, bytes("HTTP/1.1 400 Bad\r\n")]]).rejected).toBeDefined();
});

const BUSY: Piece[] = [
  ...EXCHANGE,
  [0, headers(3, request("/post", [], "POST"))],
  [0, frame(FRAME.data, 3, [2, ...bytes("up"), 0, 0], padded | endStream)],
  [1, frame(FRAME.pushPromise, 3, [0, 0, 0, 2, ...plain(request("/p"))], endHeaders)],
  ...answer(2, "pushed"),
  [1, frame(FRAME.headers, 3, plain([[":status", "200"]]).slice(0, 4))],
  [1, frame(FRAME.continuation, 3, plain([[":status", "200"]]).slice(4), endHeaders)],
  [1, frame(FRAME.data, 3, new Uint8Array(gzipSync("zipped")), endStream)],
  ask(5, "/gone"),
  [0, frame(FRAME.reset, 5, [0, 0, 0, 5])],
];

test("whole, byte by byte and at random splits the rows are the same", () => {
  const whole = summary(talk(http2, BUSY));
  expect(summary(talk(http2, splitPieces(BUSY)))).toEqual(whole);
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  for (let run = 0; run < 200; run++) {
    const cut = splitPieces(BUSY, (left) => 1 + Math.floor(random() * Math.min(left, 40)));
    expect(summary(talk(http2, cut))).toEqual(whole);
  }
});

test("cut, changed and random bytes never throw", () => {
  const side = fc.constantFrom<0 | 1>(0, 1);
  const noise = fc.tuple(side, fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.nat(40)));
  fc.assert(
    fc.property(
      fc.array(noise),
      (pieces) => void talk(http2, [...OPENING, ...(pieces as Piece[])]),
    ),
    { numRuns: 200 },
  );
  const whole = BUSY.slice(4).map(([one, what]) => [one, what as Uint8Array] as const);
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(255), (which, where, value) => {
      const pieces = whole.map(([one, what], n): Piece => {
        const changed = what.slice();
        if (n === which % whole.length) changed[where % changed.length] = value;
        return [one, changed];
      });
      talk(http2, [...OPENING, ...pieces]);
      talk(http2, [...OPENING, ...pieces.slice(0, which % whole.length)]);
    }),
    { numRuns: 300 },
  );
});

test("twice the frames, fields or streams are twice the work", () => {
  const tiny = frame(FRAME.data, 1, [1]);
  const repeated = (piece: ArrayLike<number>, n: number) =>
    new Uint8Array(Buffer.concat(new Array<Buffer>(n).fill(Buffer.from(Array.from(piece)))));
  const field = [0x40, 1, 97, 1, 98];
  const cases: ((n: number) => Piece[])[] = [
    (n) => [ask(1, "/"), [1, headers(1, [[":status", "200"]])], [1, repeated(tiny, n)]],
    (n) => [[0, frame(FRAME.headers, 1, repeated(field, n), endHeaders)]],
    (n) => [[0, frame(FRAME.headers, 1, [...field, ...repeated([0x82, 0xbe], n)], endHeaders)]],
    (n) => Array.from({ length: n }, (_, at) => ask(at * 2 + 1, "/")),
    (n) => [
      [0, frame(FRAME.headers, 1)],
      [0, repeated(frame(FRAME.continuation, 1), n)],
    ],
    (n) => [[0, headers(1, request("/", [["x", "y".repeat(n * 4)]]))]],
  ];
  for (const make of cases) {
    const stepsOf = (n: number) => {
      const pieces = splitPieces([...OPENING, ...make(n)], () => 1460);
      return countedSteps(() => void talk(http2, pieces));
    };
    // Over two doublings: buffers that double make single ones uneven.
    expect(stepsOf(4000) / stepsOf(1000)).toBeLessThanOrEqual(2.3 ** 2);
  }
});

test("what another program writes is read as it meant it", async () => {
  const pieces: Piece[] = [];
  const [near, far] = wire(pieces);
  const server = performServerHandshake(far);
  server.on("stream", (stream: ServerHttp2Stream, asked: IncomingHttpHeaders) => {
    stream.respond({ ":status": 201, "content-type": "text/plain", server: "node", "x-a": "b" });
    stream.end(`${asked[":path"]} ${"z".repeat(20_000)}`);
  });
  const client = connect("http://h:1", { createConnection: () => near });
  for (let n = 0; n < 20; n++) {
    const stream = client.request({ ":path": `/${n}`, "user-agent": "a", "x-b": "c".repeat(n) });
    stream.resume();
    await once(stream, "close");
  }
  client.close();
  const rows = http(talk(http2, pieces));
  expect(rows).toHaveLength(20);
  for (const [n, row] of rows.entries()) {
    const length = `/${n} `.length + 20_000;
    const said = { uri: `/${n}`, host: "h:1", user_agent: "a", server: "node", status_code: 201 };
    expect(row).toMatchObject({ ...said, response_body_len: length, http2_stream: n * 2 + 1 });
  }
});

/** Two ends of a connection in memory; what passes is written down as it was sent. */
function wire(pieces: Piece[]): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  for (const side of [0, 1] as const) {
    const end = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _, done) => {
        pieces.push([side, new Uint8Array(chunk)]);
        ends[1 - side]!.push(chunk);
        done();
      },
    });
    ends.push(end);
  }
  return [ends[0]!, ends[1]!];
}
