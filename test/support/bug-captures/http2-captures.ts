import { gzipSync } from "node:zlib";
import { FLAG, FRAME, PREFACE } from "../../../src/core/analyzers/http2/http2-parser.ts";
import type { Piece } from "../conversation.ts";
import { frame, HpackTestEncoder, hpackInteger } from "../http2-frames.ts";
import { type BugCapture, bytesOf, many, overTcp } from "./bug-capture.ts";

const { plain } = HpackTestEncoder;
const { endHeaders, endStream } = FLAG;
const ENTRY_BYTES = 3900;
const OPENING: readonly Piece[] = [
  [0, PREFACE],
  [0, frame(FRAME.settings, 0)],
  [1, frame(FRAME.settings, 0)],
];

function request(path: string, more: readonly (readonly [string, string])[] = []): number[] {
  return plain([
    [":method", "GET"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "a.example"],
    ...more,
  ]);
}

const ask = (streamId: number, path: string): Piece => [
  0,
  frame(FRAME.headers, streamId, request(path), endHeaders | endStream),
];

/** A block in frames of at most so many bytes. */
function inFrames(streamId: number, block: ArrayLike<number>, size: number): Piece[] {
  const pieces: Piece[] = [];
  const bytes = Uint8Array.from(block);
  for (let at = 0; at < bytes.length; at += size) {
    const type = at === 0 ? FRAME.headers : FRAME.continuation;
    const flags = (at + size >= bytes.length ? endHeaders : 0) | (at === 0 ? endStream : 0);
    pieces.push([0, frame(type, streamId, bytes.subarray(at, at + size), flags)]);
  }
  return pieces;
}

/** Classes of HTTP/2. */
export const HTTP2_CAPTURES: readonly BugCapture[] = [
  {
    name: "http2-continuation-flood",
    says: "A header block that goes on in CONTINUATION frames without end was kept whole.",
    published: "Suricata #6892, #6900 (CVE-2024-32663)",
    size: 700,
    packets: (size) =>
      overTcp(80, [
        ...OPENING,
        [0, frame(FRAME.headers, 1, request("/x"))],
        ...many(size, (): Piece => [0, frame(FRAME.continuation, 1, [0, 1, 97, 1, 98])]),
        [0, frame(FRAME.continuation, 1, [], endHeaders)],
        ask(3, "/last"),
      ]),
    shows: [
      ["weird", { name: "HTTP2_continuation_flood" }],
      ["http", { uri: "/last" }],
    ],
  },
  {
    name: "http2-header-copies",
    says: "One byte of a header block copies a field of four kilobytes from the table, a thousand times.",
    published: "Suricata #6892 (CVE-2024-32663)",
    size: 1000,
    packets: (size) => {
      const entry = [
        0x40,
        1,
        97,
        ...hpackInteger(ENTRY_BYTES, 7),
        ...Buffer.alloc(ENTRY_BYTES, 98),
      ];
      const block = [...request("/bomb"), ...entry, ...new Uint8Array(size).fill(0xbe)];
      return overTcp(80, [...OPENING, ...inFrames(1, block, 16_000), ask(3, "/last")]);
    },
    shows: [
      ["weird", { name: "HTTP2_header_list_too_large" }],
      ["http", { uri: "/last" }],
    ],
  },
  {
    name: "http2-duplicate-headers",
    says: "The same header again and again in one block used up all memory.",
    published: "Suricata #7104 (CVE-2024-38535)",
    size: 1200,
    packets: (size) => {
      const block = request(
        "/d",
        many(size, (): [string, string] => ["cookie", "ab"]),
      );
      return overTcp(80, [...OPENING, ...inFrames(1, block, 16_000), ask(3, "/last")]);
    },
    shows: [["http", { uri: "/d" }]],
  },
  {
    name: "http2-stream-flood",
    says: "Streams that are opened and never closed were each looked up among all others.",
    published: "Suricata #6481 (CVE-2024-23836)",
    size: 500,
    packets: (size) =>
      overTcp(80, [
        ...OPENING,
        ...many(size, (n): Piece => {
          return [0, frame(FRAME.headers, 2 * n + 1, request("/o"), endHeaders)];
        }),
      ]),
    shows: [
      ["weird", { name: "HTTP2_too_many_streams" }],
      ["http", { uri: "/o" }],
    ],
    rowsMax: (size) => size + 10,
  },
  {
    name: "http2-table-resizes",
    says: "Making the table of headers smaller moved all that was left at each step.",
    published: "Suricata 7.0.0-rc2 #5909",
    size: 250,
    packets: (size) => {
      const resize = [0x20, ...hpackInteger(4096, 5, 0x20)];
      return overTcp(80, [
        ...OPENING,
        ...many(size, (n): Piece => {
          const encoder = new HpackTestEncoder();
          const fields = many(8, (m) => encoder.field(`x-${m}`, `${n}`)).flat();
          const block = [...resize, ...request("/r"), ...fields];
          return [0, frame(FRAME.headers, 2 * n + 1, block, endHeaders | endStream)];
        }),
      ]);
    },
    shows: [["http", { uri: "/r" }]],
    rowsMax: (size) => size + 10,
  },
  {
    name: "http2-split-fields",
    says: "A header that was split over frames was not seen by whoever read them one by one.",
    published: "Suricata #5926 (CVE-2024-24568)",
    size: 60,
    packets: (size) =>
      overTcp(80, [
        ...OPENING,
        ...many(size, (n) => inFrames(2 * n + 1, request("/hidden"), 7)).flat(),
      ]),
    shows: [["http", { uri: "/hidden", host: "a.example" }]],
    rowsMax: (size) => size + 10,
  },
  {
    name: "http2-stream-zero",
    says: "DATA on stream 0, which is the connection's, opened a file that nothing ever closed.",
    published: "Suricata 8.0.0 #7658, CVE-2025-53538",
    size: 500,
    packets: (size) =>
      overTcp(80, [
        ...OPENING,
        ask(1, "/first"),
        ...many(size, (): Piece => [0, frame(FRAME.data, 0, bytesOf("file"))]),
        ask(3, "/last"),
      ]),
    shows: [
      ["http", { uri: "/first" }],
      ["weird", { name: "HTTP2_data_without_stream" }],
    ],
    rowsMax: (size) => size + 10,
  },
  {
    name: "http2-dns-body",
    says: "A body that is called a DNS message was held far beyond the 65,535 bytes of one.",
    published: "Suricata 8.0.0-beta1 #7464",
    size: 30,
    packets: (size) => {
      const fields: [string, string][] = [["content-type", "application/dns-message"]];
      return overTcp(80, [
        ...OPENING,
        [0, frame(FRAME.headers, 1, request("/dns-query", fields), endHeaders)],
        ...many(size, (): Piece => [0, frame(FRAME.data, 1, new Uint8Array(4000))]),
      ]);
    },
    shows: [
      ["weird", { name: "limit_reached" }],
      ["http", { uri: "/dns-query" }],
    ],
  },
  {
    name: "http2-gzip-frames",
    says: "A packed body in frames of one byte was unpacked from its start at each of them.",
    published: "Suricata 7.0.0-beta1 #4560",
    size: 300,
    packets: (size) => {
      const body = new Uint8Array(gzipSync(Buffer.from(many(size, (n) => `${n * 7919}`).join(""))));
      const head = plain([
        [":status", "200"],
        ["content-encoding", "gzip"],
      ]);
      return overTcp(80, [
        ...OPENING,
        ask(1, "/packed"),
        [1, frame(FRAME.headers, 1, head, endHeaders)],
        ...[...body].map((byte): Piece => [1, frame(FRAME.data, 1, [byte])]),
        [1, frame(FRAME.data, 1, [], endStream)],
      ]);
    },
    shows: [["http", { uri: "/packed", status_code: 200 }]],
  },
];
