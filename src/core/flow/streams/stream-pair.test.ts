import { expect, test } from "vitest";
import { createDecodedPacket, decodePacket } from "../../packet/index.ts";
import { createStreamLimits } from "./stream-limits.ts";
import { TcpStreams, type TcpStreamsOptions } from "./stream-pair.ts";

const A = { address: 0x0a000001, port: 40_000 };
const B = { address: 0x0a000002, port: 80 };
const TCP = { fin: 1, syn: 2, rst: 4, ack: 16, urg: 32 } as const;
const RAW_IP = 101;

interface Step {
  readonly from: "a" | "b";
  readonly seq: number;
  readonly flags?: number;
  readonly ack?: number;
  readonly text?: string;
  /** Changes the frame after its checksums were made. */
  readonly spoil?: (frame: Uint8Array) => void;
  /** Bytes captured of the frame. */
  readonly captured?: number;
  readonly options?: Uint8Array;
}

/** An IPv4 packet with TCP, its checksum right. */
function packetOf(step: Step): Uint8Array {
  const [from, to] = step.from === "a" ? [A, B] : [B, A];
  const payload = Buffer.from(step.text ?? "", "latin1");
  const headerBytes = 20 + (step.options?.length ?? 0);
  const bytes = new Uint8Array(20 + headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  bytes[9] = 6;
  view.setUint16(2, bytes.length);
  view.setUint32(12, from.address);
  view.setUint32(16, to.address);
  view.setUint16(20, from.port);
  view.setUint16(22, to.port);
  view.setInt32(24, step.seq | 0);
  view.setInt32(28, (step.ack ?? 0) | 0);
  view.setUint16(32, ((headerBytes / 4) << 12) | (step.flags ?? TCP.ack));
  if (step.options) bytes.set(step.options, 40);
  bytes.set(payload, 20 + headerBytes);
  let sum = 6 + headerBytes + payload.length;
  for (let at = 12; at < bytes.length; at += 2) {
    sum += at + 1 < bytes.length ? view.getUint16(at) : bytes[at]! << 8;
  }
  view.setUint16(36, ~((sum & 0xffff) + (sum >>> 16)));
  return bytes;
}

/** Packets between a and b through both assemblers. */
function run(steps: readonly Step[], options: Partial<TcpStreamsOptions> = {}) {
  const text = ["", ""];
  const sink = (side: 0 | 1) => ({
    data: (bytes: Uint8Array) => {
      text[side] += Buffer.from(bytes).toString("latin1");
    },
    gap: (_: number, length: number, kind: string) => {
      text[side] += (kind === "cut" ? "~" : "_").repeat(length);
    },
  });
  const streams = new TcpStreams({
    policy: "first",
    limits: createStreamLimits(),
    sinks: [sink(0), sink(1)],
    ...options,
  });
  const decoded = createDecodedPacket();
  for (const [n, step] of steps.entries()) {
    const frame = packetOf(step);
    step.spoil?.(frame);
    const record = {
      bytes: frame,
      view: new DataView(frame.buffer),
      start: 0,
      capturedBytes: step.captured ?? frame.length,
      originalBytes: frame.length,
      linkType: RAW_IP,
    };
    decodePacket(record, decoded);
    streams.packet(record, decoded, n);
  }
  streams.end();
  return { text, streams, signs: streams.signs };
}

const HANDSHAKE: readonly Step[] = [
  { from: "a", seq: 99, flags: TCP.syn },
  { from: "b", seq: 4_999, ack: 100, flags: TCP.syn | TCP.ack },
  { from: "a", seq: 100, ack: 5000 },
];

test("both sides come apart, and node 0 is who sent first", () => {
  const { text, streams, signs } = run([
    ...HANDSHAKE,
    { from: "a", seq: 100, ack: 5000, text: "question" },
    { from: "b", seq: 5000, ack: 108, text: "answer" },
    { from: "a", seq: 108, ack: 5006, flags: TCP.ack | TCP.fin },
    { from: "b", seq: 5006, ack: 109, flags: TCP.ack | TCP.fin },
    { from: "a", seq: 109, ack: 5007 },
  ]);
  expect(text).toEqual(["question", "answer"]);
  expect(streams.nodes.map(({ port }) => port)).toEqual([40_000, 80]);
  expect(signs).toMatchObject({
    packets: 8,
    synSequence: 99,
    synAckSequence: 4_999,
    isEstablished: true,
    fins: 2,
  });
});

test("data on a SYN stands at the beginning, whether or not it was accepted at once", () => {
  const { text, signs } = run([
    { from: "a", seq: 99, flags: TCP.syn, text: "fast" },
    { from: "b", seq: 4_999, ack: 100, flags: TCP.syn | TCP.ack, text: "hi" },
    { from: "a", seq: 100, ack: 5002, text: "fast open" },
  ]);
  expect(text).toEqual(["fast open", "hi"]);
  expect(signs.synPayloads).toBe(2);
});

test("a reset's payload is a remark and no data, its acknowledgment is not believed", () => {
  const { text, signs } = run([
    ...HANDSHAKE,
    { from: "a", seq: 100, ack: 5000, text: "abc" },
    { from: "b", seq: 5000, ack: 900, flags: TCP.rst | TCP.ack, text: "no such service" },
  ]);
  expect(text).toEqual(["abc", ""]);
  expect(signs).toMatchObject({ resets: 1, resetPayloadBytes: 15 });
});

test("urgent data stays in its place and is counted", () => {
  const { text, signs } = run([
    ...HANDSHAKE,
    { from: "a", seq: 100, ack: 5000, text: "ab!" },
    { from: "a", seq: 103, ack: 5000, flags: TCP.ack | TCP.urg, text: "\xff\xf2" },
    { from: "a", seq: 105, ack: 5000, text: "cd" },
  ]);
  expect(text[0]).toBe("ab!\xff\xf2cd");
  expect(signs.urgentPackets).toBe(1);
});

test("data behind a FIN is counted", () => {
  const { streams } = run([
    ...HANDSHAKE,
    { from: "a", seq: 100, ack: 5000, flags: TCP.ack | TCP.fin, text: "abc" },
    { from: "a", seq: 103, ack: 5000, text: "late" },
  ]);
  expect(streams.sides[0].counts.afterFin).toBe(4);
});

test("wrong checksums are refused from a sender that can do right ones", () => {
  const wrong = (frame: Uint8Array): void => {
    frame[36]! ^= 0x55;
  };
  const forged = [
    ...HANDSHAKE,
    { from: "a", seq: 100, ack: 5000, text: "forged!", spoil: wrong },
    { from: "a", seq: 100, ack: 5000, text: "genuine" },
  ] as const;
  expect(run(forged, { checksums: "verify" }).text[0]).toBe("genuine");
  expect(run(forged, { checksums: "verify" }).signs.badChecksums).toBe(1);
  expect(run(forged, { checksums: "ignore" }).text[0]).toBe("forged!");
  const offloaded = forged.map((step) => (step.from === "a" ? { ...step, spoil: wrong } : step));
  expect(run(offloaded, { checksums: "verify" }).text[0]).toBe("forged!");
});

test("a packet cut inside its header leaves a gap as long as its payload", () => {
  const options = new Uint8Array([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
  const { text } = run([
    ...HANDSHAKE,
    { from: "a", seq: 100, ack: 5000, text: "abcdef", options, captured: 40 },
    { from: "a", seq: 106, ack: 5000, text: "ghi", options },
    { from: "a", seq: 109, ack: 5000, text: "jkl", options, captured: 20 + 32 + 1 },
  ]);
  expect(text[0]).toBe("~~~~~~ghij~~");
});

test("a header that cannot be is left out and counted", () => {
  const { text, signs } = run([
    ...HANDSHAKE,
    {
      from: "a",
      seq: 100,
      ack: 5000,
      text: "abc",
      spoil: (frame) => {
        frame[32] = 0x10;
      },
    },
    { from: "a", seq: 100, ack: 5000, text: "xyz" },
  ]);
  expect(text[0]).toBe("xyz");
  expect(signs.skippedPackets).toBe(1);
});

test("what a peer acknowledged and nobody saw is a gap, from the middle of a connection too", () => {
  const { text } = run([
    { from: "a", seq: 100, ack: 5000, text: "abc" },
    { from: "b", seq: 5000, ack: 103, text: "x" },
    { from: "a", seq: 107, ack: 5001, text: "hij" },
    { from: "b", seq: 5001, ack: 110 },
    { from: "b", seq: 5001, ack: 115 },
  ]);
  expect(text).toEqual(["abc____hij_____", "x"]);
});
