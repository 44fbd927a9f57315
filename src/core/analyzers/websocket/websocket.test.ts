import { expect, test } from "vitest";
import { type Piece, splitPieces, talk } from "../../../../test/support/conversation.ts";
import { websocket } from "./index.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const REQUEST = bytes(
  "GET /chat HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
    "Sec-WebSocket-Protocol: chat, superchat\r\n\r\n",
);
const REPLY = bytes(
  "HTTP/1.1 101 Switching\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
    "Sec-WebSocket-Protocol: chat\r\n\r\n",
);
/** RFC 6455 5.7: "Hello", masked and not. */
const MASKED = Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58);
const CLEAR = Uint8Array.of(0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f);

test("the handshake is a row, and its answer is checked", () => {
  const outcome = talk(websocket, [
    [0, REQUEST],
    [1, REPLY],
  ]);
  expect(outcome.rows("websocket")).toMatchObject([
    { host: "h", uri: "/chat", subprotocol: "chat", client_protocols: ["chat", "superchat"] },
  ]);
  expect(outcome.weirds).toEqual([]);
  const wrong = bytes(Buffer.from(REPLY).toString().replace("s3pP", "XXXX"));
  expect(
    talk(websocket, [
      [0, REQUEST],
      [1, wrong],
    ]).weirds[0],
  ).toMatch(/^websocket_wrong_accept/);
});

test("content of frames is unmasked and looked at as a flow of its own, however it is cut", () => {
  const frames: Piece[] = [
    [0, MASKED],
    [1, CLEAR],
    [0, MASKED],
  ];
  for (const pieces of [frames, splitPieces(frames)]) {
    const outcome = talk(websocket, [[0, REQUEST], [1, REPLY], ...pieces]);
    expect(outcome.services).toEqual(["websocket"]);
    expect(Buffer.from(outcome.inner[0]!.bytes[0]).toString()).toBe("HelloHello");
    expect(Buffer.from(outcome.inner[0]!.bytes[1]).toString()).toBe("Hello");
  }
});

test("a frame that continues nothing is no WebSocket", () => {
  const outcome = talk(websocket, [
    [0, REQUEST],
    [1, REPLY],
    [0, Uint8Array.of(0x80, 0x00)],
  ]);
  expect(outcome.rejected).toBeDefined();
});
