import { expect, test } from "vitest";
import { CaptureReader, createPacketRecord, type PcapVariant, readRecordAt } from "./index.ts";

interface Shape {
  readonly magic: number;
  readonly little?: boolean;
  readonly version?: readonly [number, number];
  /** Bytes behind the 24 of the file header, and behind the 16 of each record's. */
  readonly fileExtra?: number;
  readonly recordExtra?: number;
  readonly swapLengths?: boolean;
}

const PAYLOADS = ["a first packet", "and a second one, longer", "third"];

function capture(shape: Shape, payloads: readonly string[] = PAYLOADS): Buffer {
  const { little = true, fileExtra = 0, recordExtra = 0 } = shape;
  const [major, minor] = shape.version ?? [2, 4];
  const header = Buffer.alloc(24 + fileExtra);
  const word = (into: Buffer, at: number, value: number) =>
    little ? into.writeUInt32LE(value >>> 0, at) : into.writeUInt32BE(value >>> 0, at);
  const half = (at: number, value: number) =>
    little ? header.writeUInt16LE(value, at) : header.writeUInt16BE(value, at);
  word(header, 0, shape.magic);
  half(4, major);
  half(6, minor);
  word(header, 16, 65_535);
  word(header, 20, 1);
  const parts: Buffer[] = [header];
  payloads.forEach((payload, n) => {
    const record = Buffer.alloc(16 + recordExtra, 0x11);
    const lengths = [payload.length, payload.length + 100];
    if (shape.swapLengths === true) lengths.reverse();
    word(record, 0, 1_700_000_000 + n);
    word(record, 4, 250_000);
    word(record, 8, lengths[0]!);
    word(record, 12, lengths[1]!);
    parts.push(record, Buffer.from(payload));
  });
  return Buffer.concat(parts);
}

function read(pieces: readonly Uint8Array[]) {
  const packets: { text: string; time: string; originalBytes: number; at: number }[] = [];
  const reader = new CaptureReader({
    onPacket: (packet) => {
      const { bytes, start, capturedBytes } = packet;
      packets.push({
        text: Buffer.from(bytes.subarray(start, start + capturedBytes)).toString("latin1"),
        time: `${packet.seconds}.${String(packet.nanoseconds).padStart(9, "0")}`,
        originalBytes: packet.originalBytes,
        at: packet.recordOffset,
      });
    },
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { packets, layout: reader.layout, status: reader.status };
}

const VARIANTS: readonly (readonly [string, Shape, PcapVariant | undefined])[] = [
  ["usual", { magic: 0xa1b2c3d4 }, undefined],
  ["Nokia's", { magic: 0xa1b2c3d4, recordExtra: 4 }, "nokia"],
  ["Red Hat 6.1's", { magic: 0xa1b2c3d4, recordExtra: 8 }, "redhat-6.1"],
  ["Kuznetzov's", { magic: 0xa1b2cd34, recordExtra: 8 }, undefined],
  ["SuSE 6.3's", { magic: 0xa1b2cd34, recordExtra: 12 }, "suse-6.3"],
  ["IXIA's from software", { magic: 0x1c0001ab, fileExtra: 4 }, "ixia"],
  ["IXIA's from hardware", { magic: 0x1c0001ac, fileExtra: 4 }, "ixia"],
  ["Navtel's", { magic: 0xa12b3c4d }, "navtel"],
  [
    "version 2.2 with the original length first",
    { magic: 0xa1b2c3d4, version: [2, 2], swapLengths: true },
    undefined,
  ],
  ["version 2.2 with today's order of lengths", { magic: 0xa1b2c3d4, version: [2, 2] }, undefined],
  ["version 2.3", { magic: 0xa1b2c3d4, version: [2, 3], swapLengths: true }, undefined],
  ["AIX's version 543", { magic: 0xa1b2c3d4, version: [543, 0], swapLengths: true }, undefined],
];

test.each(VARIANTS)("a capture in %s pcap is read packet by packet", (_, shape, variant) => {
  for (const little of [true, false]) {
    const file = capture({ ...shape, little });
    const { packets, layout, status } = read([file]);
    expect(status).toEqual({ complete: true });
    expect(layout.sections[0]?.variant).toBe(variant);
    expect(packets.map((packet) => packet.text)).toEqual(PAYLOADS);
    expect(packets.map((packet) => packet.originalBytes)).toEqual([114, 124, 105]);
    const isNano = shape.magic === 0xa12b3c4d;
    expect(packets[0]?.time).toBe(isNano ? "1700000000.000250000" : "1700000000.250000000");
    for (let cut = 0; cut <= file.length; cut++) {
      expect(read([file.subarray(0, cut), file.subarray(cut)]).packets).toEqual(packets);
    }
    expect(read(Array.from(file, (_, n) => file.subarray(n, n + 1))).packets).toEqual(packets);
    const kept = JSON.parse(JSON.stringify(layout));
    const record = createPacketRecord();
    for (const { at, text } of packets) {
      expect(readRecordAt({ bytes: file, at: 0 }, kept, at, record).status).toBe("ok");
      const end = record.start + record.capturedBytes;
      expect(Buffer.from(record.bytes.subarray(record.start, end)).toString()).toBe(text);
    }
  }
});

test("a cut usual capture is never taken for a variant", () => {
  const file = capture({ magic: 0xa1b2c3d4 });
  for (let length = 24; length < file.length; length++) {
    const { packets, layout } = read([file.subarray(0, length)]);
    expect(layout.sections[0]?.variant).toBeUndefined();
    for (const [n, { text }] of packets.entries()) expect(text).toBe(PAYLOADS[n]);
  }
});

test("a broken second record leaves the capture a usual one with its first packet", () => {
  const file = capture({ magic: 0xa1b2c3d4 });
  file.fill(0xff, 24 + 16 + PAYLOADS[0]!.length, 24 + 32 + PAYLOADS[0]!.length);
  const { packets, layout, status } = read([file]);
  expect(packets.map((packet) => packet.text)).toEqual([PAYLOADS[0]]);
  expect(layout.sections[0]?.variant).toBeUndefined();
  expect(status.complete).toBe(false);
});

test("a lone packet is delivered at the end of the file", () => {
  const { packets, status } = read([capture({ magic: 0xa1b2c3d4 }, ["alone"])]);
  expect(packets.map((packet) => packet.text)).toEqual(["alone"]);
  expect(status).toEqual({ complete: true });
});
