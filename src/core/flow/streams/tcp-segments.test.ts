import { expect, test } from "vitest";
import { createPacketRecord } from "../../pcap/index.ts";
import { TcpSegments } from "./tcp-segments.ts";

const RAW_IP = 101;

/** An IPv4 packet, header checksum right. */
function ipv4(protocol: number, body: Uint8Array, fragment = 0): Uint8Array {
  const bytes = new Uint8Array(20 + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x45, 0]);
  view.setUint16(2, bytes.length);
  view.setUint16(4, 77);
  view.setUint16(6, fragment);
  bytes.set([64, protocol], 8);
  view.setUint32(12, 0x0a000001);
  view.setUint32(16, 0x0a000002);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += view.getUint16(at);
  view.setUint16(10, ~((sum & 0xffff) + (sum >>> 16)));
  bytes.set(body, 20);
  return bytes;
}

function tcp(payload: string): Uint8Array {
  const bytes = new Uint8Array(20 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 40_000);
  view.setUint16(2, 80);
  view.setUint16(12, 0x5018);
  bytes.set(Buffer.from(payload), 20);
  return bytes;
}

function payloadsOf(packets: readonly Uint8Array[]): string[] {
  const found: string[] = [];
  const segments = new TcpSegments((source, { payloadStart, payloadBytes }) => {
    const payload = source.bytes.subarray(payloadStart, payloadStart + payloadBytes);
    found.push(Buffer.from(payload).toString());
  });
  const record = createPacketRecord();
  for (const [n, bytes] of packets.entries()) {
    segments.packet({
      ...record,
      bytes,
      view: new DataView(bytes.buffer),
      capturedBytes: bytes.length,
      originalBytes: bytes.length,
      linkType: RAW_IP,
      seconds: 1_700_000_000 + n,
      recordOffset: n,
    });
  }
  return found;
}

const TEXT = "a payload longer than sixteen bytes";

test("a segment is found as it is, and inside a tunnel", () => {
  const plain = ipv4(6, tcp(TEXT));
  expect(payloadsOf([plain, ipv4(4, plain), ipv4(17, tcp(TEXT))])).toEqual([TEXT, TEXT]);
});

test("a segment in fragments is found once, whole, in either order", () => {
  const body = tcp(TEXT);
  const first = ipv4(6, body.subarray(0, 32), 0x2000);
  const last = ipv4(6, body.subarray(32), 32 / 8);
  expect(payloadsOf([first, last])).toEqual([TEXT]);
  expect(payloadsOf([last, first])).toEqual([TEXT]);
  expect(payloadsOf([first])).toEqual([]);
});

test("what is no IP is passed over", () => {
  expect(payloadsOf([new Uint8Array(0), new Uint8Array([0xf0, 1, 2])])).toEqual([]);
});
