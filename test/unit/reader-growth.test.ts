import { expect, test } from "vitest";
import { CaptureReader } from "../../src/core/pcap/index.ts";

const GROWTH_MAX = 2.3;
const MEBIBYTE = 2 ** 20;
const EPB_BYTES = 36;
const SNAP_BYTES = 262_144;

const SECTION = block(0x0a0d0d0a, words(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff));
const INTERFACE = block(1, words(1, SNAP_BYTES));

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** A block of a pcapng file, little-endian. */
function block(type: number, body: Uint8Array): Uint8Array {
  const total = 12 + body.length;
  return new Uint8Array(Buffer.concat([words(type, total), body, words(total)]));
}

function repeated(head: Uint8Array, unit: Uint8Array, bytes: number): Uint8Array {
  const out = new Uint8Array(bytes - ((bytes - head.length) % unit.length));
  out.set(head);
  for (let at = head.length; at < out.length; at += unit.length) out.set(unit, at);
  return out;
}

const HEAD = new Uint8Array(Buffer.concat([SECTION, INTERFACE]));
const PCAP_HEAD = words(0xa1b2c3d4, 0x00040002, 0, 0, SNAP_BYTES, 1);

function pcapPacket(capturedBytes: number): Uint8Array {
  const head = words(1, 0, capturedBytes, capturedBytes);
  return new Uint8Array(Buffer.concat([head, new Uint8Array(capturedBytes)]));
}

/** Captures of about so many bytes that ask the most of a reader. */
const CAPTURES: Readonly<Record<string, (bytes: number) => Uint8Array>> = {
  "pcap of empty packets": (bytes) => repeated(PCAP_HEAD, pcapPacket(0), bytes),
  "pcap of the longest packets": (bytes) =>
    repeated(PCAP_HEAD, pcapPacket(Math.min(SNAP_BYTES, bytes >> 3)), bytes),
  "pcapng of packets of one byte": (bytes) =>
    repeated(HEAD, block(6, words(0, 0, 0, 1, 1, 0xff)).subarray(0, EPB_BYTES), bytes),
  "pcapng of one block with options alone": (bytes) =>
    new Uint8Array(Buffer.concat([SECTION, block(1, optionsOf(bytes - 64))])),
  "pcapng of one unknown block": (bytes) =>
    new Uint8Array(Buffer.concat([HEAD, block(0x0bad, new Uint8Array(bytes - 64))])),
  "pcapng of unknown blocks of 64 KiB": (bytes) =>
    repeated(HEAD, block(0x0bad, new Uint8Array(Math.min(65_524, (bytes >> 3) & ~3))), bytes),
  "pcapng of sections": (bytes) => repeated(HEAD, SECTION, bytes),
  "pcapng of statistics": (bytes) => repeated(HEAD, block(5, words(0, 0, 0)), bytes),
};

/** An interface's fixed fields and comments of no length to the end. */
function optionsOf(bytes: number): Uint8Array {
  const body = new Uint8Array(bytes & ~3);
  body.set(words(1, SNAP_BYTES));
  for (let at = 8; at < body.length; at += 4) body[at] = 1;
  return body;
}

function stepsOf(capture: Uint8Array, pieceBytes: number): number {
  const reader = new CaptureReader({ onPacket: () => undefined });
  for (let at = 0; at < capture.length; at += pieceBytes) {
    reader.push(capture.subarray(at, at + pieceBytes));
  }
  reader.end();
  return reader.steps;
}

test.each(Object.entries(CAPTURES))("reading costs what the bytes are: %s", (_, captureOf) => {
  const check = (pieceBytes: number, sizes: readonly number[]): void => {
    const steps = sizes.map((size) => stepsOf(captureOf(size), pieceBytes));
    steps.slice(1).forEach((now, n) => {
      expect(now / steps[n]!, `pieces of ${pieceBytes}`).toBeLessThanOrEqual(GROWTH_MAX);
      // Each byte is copied at most once, and once more while the copy's room doubles, and walked.
      expect(now).toBeLessThanOrEqual(sizes[n + 1]! * 4);
    });
  };
  check(1, [MEBIBYTE / 8, MEBIBYTE / 4, MEBIBYTE / 2]);
  check(4093, [MEBIBYTE, 4 * MEBIBYTE, 16 * MEBIBYTE].flatMap((size) => [size / 2, size]).slice(4));
  check(MEBIBYTE, [8 * MEBIBYTE, 16 * MEBIBYTE]);
  expect(stepsOf(captureOf(16 * MEBIBYTE), 16 * MEBIBYTE)).toBeLessThan(16 * MEBIBYTE);
});

test("a length that is only claimed reserves nothing", () => {
  const reader = new CaptureReader({ onPacket: () => undefined });
  reader.push(SECTION);
  const before = process.memoryUsage().arrayBuffers;
  reader.push(words(1, 128 * MEBIBYTE));
  for (let n = 0; n < 100; n++) reader.push(new Uint8Array(1));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MEBIBYTE);
});
