import { deflateRawSync, gzipSync } from "node:zlib";
import { type BugCapture, bytesOf, client, many, overTcp, server } from "./bug-capture.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
const EMPTY_REPLY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const FOLD = " and so on\r\n";

function reply(fields: readonly string[], body: string | Uint8Array): Uint8Array {
  const content = typeof body === "string" ? bytesOf(body) : body;
  const head = ["HTTP/1.1 200 OK", ...fields, `Content-Length: ${content.length}`, "", ""];
  return new Uint8Array(Buffer.concat([bytesOf(head.join("\r\n")), content]));
}

/** A packed member of a zip, with its header before it. */
function zipMember(name: string, content: Uint8Array = bytesOf("hello")): Uint8Array {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.write("PK\x03\x04", 0, "latin1");
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  return new Uint8Array(Buffer.concat([local, bytesOf(name), packed]));
}

/** Classes of HTTP/1, and of what is packed in its bodies. */
export const HTTP_CAPTURES: readonly BugCapture[] = [
  {
    name: "http-folded-header",
    says: "A header that is folded over lines without end was copied anew at each line.",
    published: "Suricata #6444 (CVE-2024-23837)",
    size: 1200,
    packets: (size) =>
      overTcp(80, [
        client(`GET /f HTTP/1.1\r\nHost: a.example\r\nX: y\r\n${FOLD.repeat(size)}\r\n`),
        server(EMPTY_REPLY),
      ]),
    shows: [
      ["weird", { name: "HTTP_obsolete_line_folding", addl: "X" }],
      ["http", { uri: "/f", status_code: 200 }],
    ],
  },
  {
    name: "http-header-flood",
    says: "Each header of a message was searched for among all before it.",
    published: "Suricata #7191 (CVE-2024-45797)",
    size: 600,
    packets: (size) =>
      overTcp(80, [
        client(
          `GET /h HTTP/1.1\r\nHost: a.example\r\n${many(size, (n) => `X-${n}: y\r\n`).join("")}\r\n`,
        ),
        server(EMPTY_REPLY),
      ]),
    shows: [["http", { uri: "/h", status_code: 200 }]],
  },
  {
    name: "http-request-without-version",
    says: "Behind a request line that names no protocol all that follows was looked at again and again.",
    published: "Suricata #6757 (CVE-2024-28871)",
    size: 1500,
    packets: (size) => overTcp(80, [client(`GET /none\r\n${"x: y\r\n".repeat(size)}`)]),
    shows: [["http", { method: "GET", uri: "/none" }]],
  },
  {
    name: "http-pipelining-flood",
    says: "Requests that nobody answers were kept without end, each looked up among all others.",
    published: "Suricata #5921 (CVE-2024-23836); Zeek 6.1 GH-1705",
    size: 300,
    packets: (size) => overTcp(80, [client(REQUEST.repeat(size))]),
    shows: [["weird", { name: "HTTP_excessive_pipelining" }]],
    rowsMax: (size) => size + 10,
  },
  {
    name: "http-replies-first",
    says: "Replies before any request put requests and replies out of step for ever.",
    published: "Zeek 6.1 GH-1705",
    size: 300,
    packets: (size) => overTcp(80, [server(EMPTY_REPLY.repeat(size)), client(REQUEST)]),
    shows: [["weird", { name: "HTTP_response_before_request" }]],
    rowsMax: (size) => size + 10,
  },
  {
    name: "http-09-flood",
    says: "Hundreds of thousands of two-letter lines were each taken for a request of HTTP/0.9.",
    published: "Zeek 5.2.0-dev.355",
    size: 3000,
    packets: (size) => overTcp(80, [client("T \r\r".repeat(size))]),
    shows: [["weird", { name: "bad_HTTP_request" }]],
  },
  {
    name: "http-disposition-blanks",
    says: "A long Content-Disposition made a pattern for file names go back at every letter.",
    published: "Zeek 6.1.0-dev.397",
    size: 6000,
    packets: (size) =>
      overTcp(80, [
        client(REQUEST),
        server(reply([`Content-Disposition: ${"a \t".repeat(size)}Type:dtanameaa=`], "x")),
      ]),
    shows: [["http", { status_code: 200, response_body_len: 1 }]],
  },
  {
    name: "http-range-flood",
    says: "Replies that each hold some bytes of one file were kept and joined beyond their limits.",
    published: "Suricata #7029 (CVE-2024-38536); 7.0.0-beta1 #4754; 7.0.0 #6130",
    size: 120,
    packets: (size) =>
      overTcp(
        80,
        many(size, (n) => [
          client(
            `GET /big HTTP/1.1\r\nHost: a.example\r\nRange: bytes=${n * 20}-${n * 20 + 9}\r\n\r\n`,
          ),
          server(
            `HTTP/1.1 206 Part\r\nContent-Length: 10\r\nContent-Range: bytes ${n * 20}-${n * 20 + 9}/999999\r\n\r\n0123456789`,
          ),
        ]).flat(),
      ),
    shows: [["http", { uri: "/big", status_code: 206 }]],
    rowsMax: (size) => 3 * size + 20,
  },
  {
    name: "http-range-end",
    says: "A Content-Range up to the last of 64 bits overflowed when its length was counted.",
    published: "Zeek 6.0.0-dev.348; Suricata 5.0.0-rc1 #2999",
    size: 100,
    packets: (size) =>
      overTcp(
        80,
        many(size, (n) => [
          client(REQUEST),
          server(
            `HTTP/1.1 206 Part\r\nContent-Length: 4\r\nContent-Range: bytes 922337203685477580${n % 8}-9223372036854775807/18446744073709551615\r\n\r\nabcd`,
          ),
        ]).flat(),
      ),
    shows: [
      ["weird", { name: "HTTP_content_range_invalid_instance" }],
      ["http", { status_code: 206, response_body_len: 4 }],
    ],
    rowsMax: (size) => 4 * size + 20,
  },
  {
    name: "http-gzip-layers",
    says: "Bodies packed more than once, in many replies, were unpacked without a limit.",
    published: "Suricata 7.0.0-beta1 #4272; 6.0.0-rc1 #3776",
    size: 20,
    packets: (size) => {
      const body = gzipSync(gzipSync(new Uint8Array(20_000)));
      const packed = reply(["Content-Encoding: gzip, gzip"], new Uint8Array(body));
      return overTcp(80, many(size, () => [client(REQUEST), server(packed)]).flat());
    },
    shows: [["http", { status_code: 200 }]],
    rowsMax: (size) => 4 * size + 20,
  },
  {
    name: "http-gzip-bomb",
    says: "A few kilobytes unpack to gigabytes.",
    published: "libhtp 0.5.33; Suricata sid 2221049, 2290020",
    size: 2,
    packets: (size) => {
      const body = new Uint8Array(gzipSync(new Uint8Array(size * 400_000)));
      return overTcp(80, [client(REQUEST), server(reply(["Content-Encoding: gzip"], body))]);
    },
    shows: [["http", { status_code: 200 }]],
  },
  {
    name: "zip-member-flood",
    says: "A file that holds very many others was unpacked, each of them a file of its own.",
    published: "Suricata 7.0.0-beta1 #4536; 4.1.0-rc1 #2463 (files that are unpacked)",
    size: 150,
    packets: (size) => {
      const body = new Uint8Array(Buffer.concat(many(size, (n) => zipMember(`m${n}.txt`))));
      return overTcp(80, [client(REQUEST), server(reply(["Content-Type: application/zip"], body))]);
    },
    shows: [["archive_members", { format: "zip" }]],
    rowsMax: (size) => 2 * size + 20,
  },
  {
    name: "zip-bomb",
    says: "A file's members unpack to a thousand times what they take.",
    published: "Suricata 7.0.0-beta1 #4536 (files that are unpacked); libhtp 0.5.33",
    size: 2,
    packets: (size) => {
      const bomb = zipMember("zeros", new Uint8Array(size * 1_000_000));
      return overTcp(80, [client(REQUEST), server(reply(["Content-Type: application/zip"], bomb))]);
    },
    shows: [["weird", { name: "archive_unpack_limit" }]],
  },
  {
    name: "http-chunk-flood",
    says: "A body in chunks of one byte was put together anew at each of them.",
    published: "Suricata 7.0.0-beta1 #4401",
    size: 1000,
    packets: (size) =>
      overTcp(80, [
        client(REQUEST),
        server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        server(`${"1\r\na\r\n".repeat(size)}0\r\n\r\n`),
      ]),
    shows: [["http", { status_code: 200 }]],
  },
  {
    name: "http-chunk-length-endless",
    says: "A chunk's length without an end was read from its start at every piece.",
    published: "Suricata 6.0.0 #3991",
    size: 12_000,
    packets: (size) =>
      overTcp(80, [
        client(REQUEST),
        server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        server("0".repeat(size)),
      ]),
    shows: [["http", { status_code: 200 }]],
  },
];
