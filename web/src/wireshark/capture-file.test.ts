import { expect, test } from "vitest";
import { PcapngWriter } from "../../../src/core/pcap/index.ts";
import {
  blankPackets,
  firstPackets,
  packetBytes,
  readCapture,
  withoutSecrets,
} from "./capture-file.ts";
import { captureOf } from "./testdata.ts";

test("a file's packets are numbered from 1 and keep time, lengths and bytes", () => {
  const capture = captureOf(3);
  expect(capture.packets).toHaveLength(3);
  expect(capture.packets[1]).toMatchObject({
    number: 2,
    ts_ns: "1700000002000000005",
    captured_bytes: 10,
    original_bytes: 12,
    link_type: 1,
  });
  expect(packetBytes(capture, 2)).toEqual(new Uint8Array(10).fill(2));
  expect(packetBytes(capture, 9)).toHaveLength(0);
});

test("the first packets are a file of their own", () => {
  const capture = captureOf(5);
  const first = readCapture("first", firstPackets(capture, 2), 0);
  expect(first.packets.map(({ number }) => number)).toEqual([1, 2]);
  expect(packetBytes(first, 2)).toEqual(packetBytes(capture, 2));
  expect(firstPackets(capture, 5)).toHaveLength(capture.bytes.length);
});

test("blank packets keep their place, and the file that was read is not touched", () => {
  const capture = captureOf(3);
  const blank = readCapture("blank", blankPackets(capture, [2]), 0);
  expect(packetBytes(blank, 1)).toEqual(packetBytes(capture, 1));
  expect(packetBytes(blank, 2)).toEqual(new Uint8Array(10));
  expect(packetBytes(capture, 2)).toEqual(new Uint8Array(10).fill(2));
});

test("what comes before damage is there", () => {
  const { bytes } = captureOf(3);
  expect(readCapture("cut", bytes.subarray(0, bytes.length - 20), 0).packets).toHaveLength(2);
  expect(readCapture("none", new Uint8Array(50).fill(9), 0).packets).toHaveLength(0);
});

test("whoever is given the packets is not given the keys", () => {
  const { bytes, packets } = captureOf(3);
  const secret = new TextEncoder().encode("CLIENT_RANDOM 00 11\n");
  const at = packets[0]!.recordStart;
  const opened = new Uint8Array([
    ...bytes.subarray(0, at),
    ...new PcapngWriter().secrets(0x544c534b, secret),
    ...bytes.subarray(at),
  ]);
  const capture = readCapture("opened", opened, 0);
  expect(capture.packets).toHaveLength(3);
  expect(withoutSecrets(capture)).toEqual(bytes);
  expect(withoutSecrets(readCapture("plain", bytes, 0))).toEqual(bytes);
});

test("a packet knows where it lies in the sealed segment, comments or not, where the file says so", () => {
  const writer = new PcapngWriter();
  const facts = { originalBytes: 5, seconds: 1, nanoseconds: 0, linkType: 1, snapLength: 64 };
  const packet = (more: object) => writer.packet({ ...facts, bytes: new Uint8Array(5), ...more });
  const bytes = Buffer.concat([
    writer.start({}),
    packet({ packetId: 77n }),
    packet({ packetId: (1n << 48n) | 0x1_0000_0002n, comments: ["ada: seen", "x"] }),
    packet({ comments: ["ada: seen"] }),
    packet({}),
  ]);
  const places = readCapture("places", bytes, 0).packets.map(({ sealedAt }) => sealedAt);
  expect(places).toEqual([77, 0x1_0000_0002, undefined, undefined]);
});
