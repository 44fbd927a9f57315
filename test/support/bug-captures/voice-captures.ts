import { type BugCapture, client, many, overTcp, overUdp, server } from "./bug-capture.ts";

const invite = (more = "", body = ""): string =>
  [
    "INVITE sip:bob@example.org SIP/2.0",
    "From: <sip:anna@example.org>;tag=1",
    `Call-ID: one\r\n${more}Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");

const UPGRADE =
  "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const UPGRADED =
  "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/** Classes of SIP and WebSocket. */
export const VOICE_CAPTURES: readonly BugCapture[] = [
  {
    name: "sip-line-flood",
    says: "Over TCP a line was looked for from the start of all that had come, at each piece.",
    published: "Suricata 8.0.0-beta1 #7093",
    size: 12_000,
    packets: (size) => overTcp(5060, [client(invite()), client(`INVITE ${"a".repeat(size)}`)]),
    shows: [["sip", { method: "INVITE", uri: "sip:bob@example.org" }]],
  },
  {
    name: "sip-header-flood",
    says: "Messages with thousands of headers, and thousands of messages, were each moved in a list.",
    published: "Suricata 8.0.0-beta1 #6891",
    size: 250,
    packets: (size) =>
      overTcp(5060, [
        ...many(size, () => client(invite("X-A: b\r\n".repeat(8)))),
        client(invite("X-A: b\r\n".repeat(size))),
      ]),
    shows: [["sip", { method: "INVITE" }]],
    rowsMax: (size) => size + 20,
  },
  {
    name: "sip-path-flood",
    says: "A Via for every hop made a way of any length in one row.",
    published: "Zeek 9.0.0-dev.914",
    size: 60,
    packets: (size) => {
      const hops = many(size, (n) => `Via: SIP/2.0/UDP host${n}.example\r\n`).join("");
      return overUdp(5060, [client(invite(hops)), server("SIP/2.0 200 OK\r\n\r\n")]);
    },
    shows: [["weird", { name: "sip_max_request_path_length_exceeded" }]],
  },
  {
    name: "sip-body-length",
    says: "A body's length that is no number, or below zero, was taken for one.",
    published: "Zeek 9.0.0-dev.433",
    size: 150,
    packets: (size) =>
      overUdp(
        5060,
        many(size, (n) => client(invite(`Content-Length: -${n}${"9".repeat(30)}\r\n`))),
      ),
    shows: [["weird", { name: "invalid_SIP_request_body_len" }]],
    rowsMax: (size) => 2 * size + 20,
  },
  {
    name: "websocket-ping-of-gigabytes",
    says: "A control frame, which has 125 bytes at most, said that it has 2^63 and was held.",
    published: "Zeek 9.0.0-dev.570; Suricata (websocket.reassembly_limit_reached)",
    size: 10_000,
    packets: (size) =>
      overTcp(80, [
        client(UPGRADE),
        server(UPGRADED),
        server([0x89, 127, 0x40, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(size)]),
      ]),
    shows: [["weird", { name: "websocket_control_frame_size_exceeded" }]],
  },
  {
    name: "websocket-fragment-flood",
    says: "A message in fragments without end was put together, or its pieces were mixed up.",
    published: "Zeek 6.2.0-dev.445; Suricata (websocket.reassembly_limit_reached)",
    size: 3200,
    packets: (size) =>
      overTcp(80, [
        client(UPGRADE),
        server(UPGRADED),
        server([1, 1, 65]),
        ...many(size, () => server([0, 1, 66])),
      ]),
    shows: [["websocket", { host: "h", uri: "/chat" }]],
  },
];
