import fc from "fast-check";
import { expect, test } from "vitest";
import { createLimit } from "../../src/core/base/index.ts";
import { DuplicateCounts, PacketDuplicates } from "../../src/core/flow/duplicates.ts";
import { createDecodedPacket, decodePacket } from "../../src/core/packet/index.ts";
import { createPacketRecord } from "../../src/core/pcap/index.ts";
import { host, TCP, tcpFrame, udpFrame } from "../../src/core/traffic/ethernet.ts";

const MS = 1e6;
const A = host("10.0.0.1");
const B = host("10.0.0.2");

interface Sent {
  readonly at: number;
  readonly frame: Uint8Array;
}

function check(packets: readonly Sent[], expected: readonly boolean[]): void {
  const duplicates = new PacketDuplicates();
  const found = packets.map(({ at, frame }) => isDuplicate(duplicates, frame, at));
  expect(found).toEqual(expected);
  expect(duplicates.count).toBe(expected.filter(Boolean).length);
}

function isDuplicate(duplicates: PacketDuplicates, frame: Uint8Array, at: number): boolean {
  const record = createPacketRecord();
  record.bytes = frame;
  record.view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  record.capturedBytes = frame.length;
  record.originalBytes = frame.length;
  record.linkType = 1;
  const decoded = createDecodedPacket();
  decodePacket(record, decoded);
  return duplicates.isDuplicate(record, decoded, at);
}

function tcp(more: { id?: number; sequence?: number; text?: string; flags?: number }): Uint8Array {
  return tcpFrame(
    { from: A, to: B, identification: more.id ?? 7 },
    {
      sourcePort: 40_000,
      destinationPort: 80,
      sequence: more.sequence ?? 1000,
      acknowledgment: 5,
      flags: more.flags ?? TCP.ack | TCP.psh,
      window: 501,
    },
    new TextEncoder().encode(more.text ?? ""),
  );
}

/** The frame after a router: another hop limit, header checksum and link addresses. */
function routed(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  copy.set([2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3]);
  copy[22]! -= 1;
  copy[24]! ^= 0x5a;
  return copy;
}

/** The same segment over IPv6. */
function overIpv6(frame: Uint8Array): Uint8Array {
  const segment = frame.subarray(34);
  const copy = new Uint8Array(54 + segment.length);
  copy.set(frame.subarray(0, 12));
  copy.set([0x86, 0xdd, 0x60, 0, 0, 0, segment.length >> 8, segment.length & 255, 6, 64], 12);
  copy.set([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 22);
  copy.set([0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], 38);
  copy.set(segment, 54);
  return copy;
}

test("a packet captured at both directions of a mirrored port is a copy, also behind a router", () => {
  const frame = tcp({ text: "hello" });
  check(
    [
      { at: 0, frame },
      { at: 10_000, frame },
      { at: 3 * MS, frame: routed(frame) },
    ],
    [false, true, true],
  );
});

test("a segment sent again has another identification and is none", () => {
  check(
    [
      { at: 0, frame: tcp({ id: 7, text: "hello" }) },
      { at: 1 * MS, frame: tcp({ id: 8, text: "hello" }) },
    ],
    [false, false],
  );
});

test("the same bytes after the interval were sent twice, and copies of the later are copies", () => {
  const frame = tcp({ text: "hello" });
  check(
    [
      { at: 0, frame },
      { at: 101 * MS, frame },
      { at: 102 * MS, frame },
    ],
    [false, false, true],
  );
});

test("without an identification only a few milliseconds count", () => {
  for (const frame of [tcp({ id: 0, text: "hello" }), overIpv6(tcp({ text: "hello" }))]) {
    check(
      [
        { at: 0, frame },
        { at: 4 * MS, frame },
        { at: 10 * MS, frame },
      ],
      [false, true, false],
    );
  }
});

test("equal acknowledgements without identification are TCP's own, unless hops tell two places", () => {
  const frame = overIpv6(tcp({ flags: TCP.ack }));
  const further = frame.slice();
  further[21]! -= 1;
  check(
    [
      { at: 0, frame },
      { at: 1 * MS, frame },
      { at: 1.1 * MS, frame: further },
    ],
    [false, false, true],
  );
});

test("UDP without a checksum is told apart by its payload", () => {
  const datagram = (text: string): Uint8Array => {
    const frame = udpFrame(
      { from: A, to: B, identification: 0 },
      { source: 5000, destination: 5001 },
      new TextEncoder().encode(text.repeat(20)),
    );
    frame.set([0, 0], 40);
    return frame;
  };
  check(
    [
      { at: 0, frame: datagram("abc") },
      { at: 10, frame: datagram("abd") },
      { at: 20, frame: datagram("abc") },
    ],
    [false, false, true],
  );
});

test("packets that differ in one byte beyond TTL and header checksum are no copies", () => {
  const base = tcp({ text: "a payload of more than thirty-two bytes, to be sampled" });
  const places = [14, 15, 16, 18, 19, 23, 26, 29, 30, 33, 34, 37, 38, 41, 42, 46, 48, 50, 51];
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.integer({ min: 1, max: 255 }), (place, flip) => {
      const other = base.slice();
      other[place]! ^= flip;
      const duplicates = new PacketDuplicates();
      isDuplicate(duplicates, base, 0);
      expect(isDuplicate(duplicates, other, 1)).toBe(false);
    }),
    { numRuns: 400, seed: 5 },
  );
});

test("no bytes, however cut, make it throw, and no two packets of a flood are taken for one", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.integer({ min: 0, max: 90 }), (bytes, cut) => {
      const duplicates = new PacketDuplicates();
      const frame = tcp({ text: "xyz" });
      frame.set(bytes.subarray(0, Math.min(bytes.length, frame.length - 14)), 14);
      isDuplicate(duplicates, frame.slice(0, cut), 0);
    }),
    { numRuns: 500, seed: 6 },
  );
  const flood = new PacketDuplicates();
  for (let n = 0; n < 50_000; n++) isDuplicate(flood, tcp({ id: 1, sequence: n * 1460 }), n * 1000);
  expect(flood.count).toBe(0);
});

test("a flow takes a record of copies with its first, up to a limit", () => {
  const limit = createLimit("flow.duplicateRecords", 2);
  const counts = new DuplicateCounts(limit);
  const one = counts.add(0, 0);
  expect(counts.add(one, 0)).toBe(one);
  counts.add(one, 1);
  const two = counts.add(0, 1);
  expect(counts.add(0, 1)).toBe(0);
  expect(limit.reached).toBe(1);
  expect([counts.read(one, 0), counts.read(one, 1), counts.read(two, 1)]).toEqual([2, 1, 1]);
  counts.release(one);
  expect(counts.add(0, 1)).toBe(one);
  expect([counts.read(one, 0), counts.read(one, 1), counts.read(0, 0)]).toEqual([0, 1, 0]);
});
