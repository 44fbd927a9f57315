import { expect, test } from "vitest";
import { schemasByName } from "../../src/core/analyzers/index.ts";
import { explainEventField, type SourceRange } from "../../src/core/engine/index.ts";
import type { PacketRecord } from "../../src/core/pcap/index.ts";
import { analysisPorts } from "../../src/platform/index.ts";
import type { Piece } from "../support/conversation.ts";
import { packetsOf } from "../support/piece-packets.ts";
import { talkTls } from "../support/tls-talk.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function explain(field: string, packets: readonly PacketRecord[], keyLog?: string) {
  const [log, name] = field.split(".") as [string, string];
  const options = { captureId: "a", ...analysisPorts };
  const given = keyLog === undefined ? options : { ...options, keyLog };
  return explainEventField(schemasByName.get(log)!, name, packets, given);
}

function bytesOf(packets: readonly PacketRecord[], ranges: readonly SourceRange[]): Uint8Array {
  const parts = ranges.map(({ packetIndex, offset, length }) =>
    packets[packetIndex]!.bytes.subarray(offset, offset + length),
  );
  return new Uint8Array(Buffer.concat(parts));
}

const REQUEST = "GET /ledger?quarter=3 HTTP/1.1\r\nHost: accounts.example\r\n\r\n";
const RESPONSE = `HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n${"x".repeat(40_000)}`;
const TLS = { version: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" } as const;

test("a field in clear is explained by the bytes that say it", () => {
  const packets = packetsOf(
    [
      [0, utf8(REQUEST)],
      [1, utf8(RESPONSE)],
    ],
    80,
  );
  const [row] = explain("http.uri", packets);
  expect(row).toMatchObject({ value: "/ledger?quarter=3", isExact: true });
  expect(bytesOf(packets, row!.ranges)).toEqual(utf8("/ledger?quarter=3"));
  expect(row!.ranges[0]!.opened).toBeUndefined();
});

test("a decrypted field is explained by the record that carries it, what it says and whose secrets", async () => {
  const talk = await talkTls({ ...TLS, request: REQUEST, response: RESPONSE });
  const packets = packetsOf(talk.pieces, 443);
  const [row] = explain("http.uri", packets, talk.keyLog);
  expect(row).toMatchObject({ value: "/ledger?quarter=3", isExact: true });
  const record = bytesOf(packets, row!.ranges);
  // An application record of TLS: its header, then the request with a type and a tag behind it.
  expect([...record.subarray(0, 3)]).toEqual([23, 3, 3]);
  expect((record[3]! << 8) | record[4]!).toBe(record.length - 5);
  expect(record.length - 5).toBe(REQUEST.length + 17);
  expect(row!.ranges[0]!.opened?.bytes).toEqual(utf8("/ledger?quarter=3"));
  expect(talk.keyLog).toContain(row!.ranges[0]!.opened!.clientRandom!);
  // What is in clear beside it needed no secrets.
  const [cipher] = explain("ssl.ja4", packets, talk.keyLog);
  expect(cipher!.ranges.length).toBeGreaterThan(0);
  expect(cipher!.ranges.every(({ opened }) => opened === undefined)).toBe(true);
});

test("a decrypted field that lies over several packets names the bytes of each", async () => {
  const uri = `/${"long".repeat(1_500)}`;
  const request = REQUEST.replace("/ledger?quarter=3", uri);
  const talk = await talkTls({ ...TLS, request, response: RESPONSE });
  const packets = packetsOf(talk.pieces, 443);
  const [row] = explain("http.uri", packets, talk.keyLog);
  expect(new Set(row!.ranges.map(({ packetIndex }) => packetIndex)).size).toBeGreaterThan(3);
  const sum = row!.ranges.reduce((total, { length }) => total + length, 0);
  expect(sum).toBe(request.length + 22);
  expect(new TextDecoder().decode(row!.ranges[0]!.opened!.bytes)).toBe(uri);
});

test("a field behind a WebSocket's mask is explained by the masked bytes", () => {
  const inside = utf8(REQUEST);
  const mask = [1, 2, 3, 4];
  const masked = inside.map((byte, n) => byte ^ mask[n & 3]!);
  const frame = Uint8Array.from([0x82, 0x80 | inside.length, ...mask, ...masked]);
  const pieces: Piece[] = [
    [
      0,
      utf8(
        `GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      ),
    ],
    [
      1,
      utf8(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n`,
      ),
    ],
    [0, frame],
  ];
  const packets = packetsOf(pieces, 80);
  const row = explain("http.uri", packets).find(({ value }) => value === "/ledger?quarter=3");
  expect(row?.isExact).toBe(true);
  const wire = bytesOf(packets, row!.ranges);
  const at = REQUEST.indexOf("/ledger");
  expect(wire).toEqual(masked.subarray(at, at + 17));
  expect(row!.ranges[0]!.opened?.bytes).toEqual(utf8("/ledger?quarter=3"));
});
