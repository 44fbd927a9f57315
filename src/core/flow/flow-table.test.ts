import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createDecodedPacket, type DecodedPacket } from "../packet/index.ts";
import { createPacketRecord } from "../pcap/index.ts";
import {
  CONN_STATES,
  communityId,
  type FlowRecord,
  FlowTable,
  type FlowTableOptions,
  readPostings,
  SmallDigests,
} from "./index.ts";

type Step = Partial<DecodedPacket> & {
  at: number;
  from?: "a" | "b";
  flags?: string;
  length?: number;
  fault?: number;
};

const FLAG_BITS: Record<string, number> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

/** Runs packets between a (10.0.0.1:40000) and b (10.0.0.2:80) through a table; times in seconds. */
function run(steps: readonly Step[], options: Partial<FlowTableOptions> = {}) {
  const flows: (FlowRecord & { state: string; duration: number })[] = [];
  const residues: FlowRecord[] = [];
  const runs: { ordinal: number; first: number; count: number }[] = [];
  const postings: number[] = [];
  const table = new FlowTable(
    {
      captureId: "test",
      checksums: "ignore",
      limits: { liveFlows: 64, postingBytes: 4096 },
      ...options,
    },
    {
      flowEnded: (record) => {
        const state = CONN_STATES[record.connState]!;
        flows.push({ ...record, state, duration: (record.lastTime - record.startTime) / 1e9 });
      },
      residueEnded: (record) => residues.push({ ...record }),
      run: (posting) =>
        runs.push({ ordinal: posting.ordinal, first: posting.first, count: posting.count }),
      postings: (bytes) => postings.push(...bytes),
      tunnel() {},
      weird() {},
    },
  );
  const packet = createDecodedPacket();
  const record = createPacketRecord();
  record.bytes = new Uint8Array(4096);
  record.view = new DataView(record.bytes.buffer);
  steps.forEach((step, index) => {
    const isA = step.from !== "b";
    const length = step.length ?? 0;
    Object.assign(record, {
      seconds: Math.floor(step.at),
      nanoseconds: Math.round((step.at % 1) * 1e9),
      recordOffset: 24 + index * 100,
    });
    Object.assign(packet, createDecodedPacket(), {
      ipVersion: 4,
      src0: 0,
      src1: 0,
      src2: 0xffff,
      dst0: 0,
      dst1: 0,
      dst2: 0xffff,
      src3: isA ? 0x0a000001 : 0x0a000002,
      dst3: isA ? 0x0a000002 : 0x0a000001,
      protocol: 6,
      hasPorts: true,
      sourcePort: isA ? 40000 : 80,
      destinationPort: isA ? 80 : 40000,
      tcpFlags: [...(step.flags ?? "")].reduce((bits, flag) => bits | FLAG_BITS[flag]!, 0),
      tcpSequence: 0,
      tcpAcknowledgment: 0,
      tcpWindow: 1000,
      ipTotalBytes: 40 + length,
      transportLength: 20 + length,
      transportBytes: 20 + length,
      payloadLength: length,
      payloadBytes: length,
      ...step,
    });
    table.packet(record, packet);
  });
  table.end();
  return { flows, residues, runs, postings: Uint8Array.from(postings), table };
}

const HANDSHAKE: Step[] = [
  { at: 1, flags: "S", tcpSequence: 99 },
  { at: 1.1, from: "b", flags: "SA", tcpSequence: 499, tcpAcknowledgment: 100 },
  { at: 1.2, flags: "A", tcpSequence: 100, tcpAcknowledgment: 500 },
];

test("a whole connection is SF with the letters of its history", () => {
  const { flows } = run([
    ...HANDSHAKE,
    { at: 1.3, flags: "PA", tcpSequence: 100, tcpAcknowledgment: 500, length: 10 },
    { at: 1.4, from: "b", flags: "PA", tcpSequence: 500, tcpAcknowledgment: 110, length: 20 },
    { at: 1.5, flags: "FA", tcpSequence: 110, tcpAcknowledgment: 520 },
    { at: 1.6, from: "b", flags: "FA", tcpSequence: 520, tcpAcknowledgment: 111 },
    { at: 1.7, flags: "A", tcpSequence: 111, tcpAcknowledgment: 521 },
  ]);
  expect(flows).toHaveLength(1);
  expect(flows[0]).toMatchObject({
    state: "SF",
    history: "ShADdFf",
    originatorBytes: 10,
    responderBytes: 20,
    originatorPackets: 5,
    responderPackets: 3,
    originatorPort: 40000,
    missedBytes: 0,
  });
  expect(flows[0]!.duration).toBeCloseTo(0.6, 6);
});

test("a SYN without an answer is S0 and ends after five seconds", () => {
  const { flows } = run([
    { at: 1, flags: "S", tcpSequence: 99 },
    { at: 3, flags: "S", tcpSequence: 99 },
    { at: 6.5, flags: "S", tcpSequence: 99 },
  ]);
  expect(flows.map((flow) => [flow.state, flow.history, flow.originatorPackets])).toEqual([
    ["S0", "S", 2],
    ["S0", "S", 1],
  ]);
});

test("a refused SYN is REJ", () => {
  const { flows } = run([
    { at: 1, flags: "S", tcpSequence: 99 },
    { at: 1.1, from: "b", flags: "RA", tcpSequence: 0, tcpAcknowledgment: 100 },
  ]);
  expect(flows[0]).toMatchObject({ state: "REJ", history: "Sr" });
});

test("acknowledged bytes that were never seen are a gap", () => {
  const { flows } = run([
    ...HANDSHAKE,
    { at: 1.3, flags: "PA", tcpSequence: 100, tcpAcknowledgment: 500, length: 10 },
    { at: 1.4, flags: "PA", tcpSequence: 150, tcpAcknowledgment: 500, length: 10 },
    { at: 1.5, from: "b", flags: "A", tcpSequence: 500, tcpAcknowledgment: 160 },
  ]);
  expect(flows[0]).toMatchObject({ missedBytes: 40, originatorBytes: 60, history: "ShADaG" });
});

test("data that came out of order is no gap", () => {
  const { flows } = run([
    ...HANDSHAKE,
    { at: 1.3, flags: "PA", tcpSequence: 120, tcpAcknowledgment: 500, length: 10 },
    { at: 1.4, flags: "PA", tcpSequence: 110, tcpAcknowledgment: 500, length: 10 },
    { at: 1.45, flags: "PA", tcpSequence: 100, tcpAcknowledgment: 500, length: 10 },
    { at: 1.5, from: "b", flags: "A", tcpSequence: 500, tcpAcknowledgment: 130 },
  ]);
  expect(flows[0]).toMatchObject({ missedBytes: 0, originatorBytes: 30 });
});

test("a start that was missed is turned round by the server's port", () => {
  const { flows } = run([
    { at: 1, from: "b", flags: "PA", tcpSequence: 500, tcpAcknowledgment: 100, length: 5 },
    { at: 1.1, flags: "A", tcpSequence: 100, tcpAcknowledgment: 505 },
  ]);
  expect(flows[0]).toMatchObject({
    originatorPort: 40000,
    responderPort: 80,
    history: "^dA",
    responderBytes: 5,
  });
});

test("a new SYN after the close begins another flow with another uid", () => {
  const { flows } = run([
    ...HANDSHAKE,
    { at: 1.5, flags: "RA", tcpSequence: 100, tcpAcknowledgment: 500 },
    { at: 2, flags: "S", tcpSequence: 7000 },
  ]);
  expect(flows.map((flow) => flow.state)).toEqual(["RSTO", "S0"]);
  expect(flows[0]!.uidLow).not.toBe(flows[1]!.uidLow);
});

test("UDP ends after a minute of silence", () => {
  const udp = { protocol: 17, udpLength: 18, transportLength: 18 };
  const { flows } = run([
    { at: 1, ...udp },
    { at: 2, from: "b", ...udp },
    { at: 62.5, ...udp },
  ]);
  expect(flows.map((flow) => [flow.state, flow.history, flow.originatorBytes])).toEqual([
    ["SF", "Dd", 10],
    ["S0", "D", 10],
  ]);
});

test("fragments and tunnels are located by address pair, and every packet is in one list", () => {
  const { residues, runs, postings } = run([
    ...HANDSHAKE,
    { at: 2, fragmentOffset: 1480, protocol: 17, hasPorts: false },
    { at: 2.1, protocol: 47, hasPorts: false },
    { at: 2.2, ipVersion: 0 },
    { at: 2.3, from: "b", protocol: 17, hasPorts: false, fragmentOffset: 8 },
  ]);
  expect(residues.map((residue) => residue.protocol).sort((a, b) => a - b)).toEqual([17, 47]);
  const located = new Map(runs.map((r) => [r.ordinal, readPostings(postings, r.first, r.count)]));
  expect(located.get(0)).toEqual([524]);
  expect(located.get(1)).toEqual([24, 124, 224]);
  expect(located.get(2)).toEqual([324, 624]);
});

test("a small arena of locations makes several runs and loses nothing", () => {
  const steps = Array.from(
    { length: 5000 },
    (_, n): Step => ({
      at: 1 + n / 1000,
      protocol: 17,
      udpLength: 8,
      sourcePort: 1000 + (n % 7),
      destinationPort: 9,
      payloadLength: 0,
    }),
  );
  const { runs, postings, table } = run(steps);
  const offsets = runs
    .flatMap((r) => readPostings(postings, r.first, r.count))
    .sort((x, y) => x - y);
  expect(offsets).toEqual(steps.map((_, n) => 24 + n * 100));
  expect(runs.length).toBeGreaterThan(7);
  expect(table.limits.find((limit) => limit.name === "flow.postingBytes")!.reached).toBeGreaterThan(
    0,
  );
});

test("at the limit of flows one ends early, is counted and loses no packet", () => {
  const steps = Array.from(
    { length: 200 },
    (_, n): Step => ({ at: 1 + n / 1000, flags: "S", sourcePort: 1000 + n }),
  );
  const { flows, table } = run(steps, { limits: { liveFlows: 16, postingBytes: 4096 } });
  expect(flows).toHaveLength(200);
  expect(table.limits.find((limit) => limit.name === "flow.liveFlows")!.reached).toBe(184);
  expect(table.liveFlowsPeak).toBe(16);
});

test("bursts are counted after a second of silence of the originator", () => {
  const { flows } = run([
    ...HANDSHAKE,
    ...[2, 2.1, 12, 22, 22.5].map(
      (at, n): Step => ({
        at,
        flags: "PA",
        tcpSequence: 100 + n,
        tcpAcknowledgment: 500,
        length: 1,
      }),
    ),
  ]);
  expect(flows[0]!.bursts).toBe(3);
});

test("the small digests are SHA-256 and SHA-1", () => {
  const digests = new SmallDigests();
  for (const length of [0, 1, 55, 56, 64, 119, 150]) {
    const bytes = Uint8Array.from({ length }, (_, n) => (n * 31) & 255);
    digests.message.set(bytes);
    digests.sha256(length);
    expect(digests.high).toBe(createHash("sha256").update(bytes).digest().readUInt32BE(0));
    digests.message.set(bytes);
    digests.sha1(length);
    expect(digests.low).toBe(createHash("sha1").update(bytes).digest().readUInt32BE(4));
  }
});

test("the 64 bits of a flow's Community ID begin the published hash, both ways round", () => {
  const forward = run([{ at: 1, flags: "S" }]).flows[0]!;
  const backward = run([{ at: 1, from: "b", flags: "S" }]).flows[0]!;
  const text = communityId(
    new SmallDigests(),
    {
      src: [0, 0, 0xffff, 0x0a000001],
      dst: [0, 0, 0xffff, 0x0a000002],
      protocol: 6,
      hasPorts: true,
      sourcePort: 40000,
      destinationPort: 80,
    },
    { encoding: "hex" },
  );
  const hex = (record: FlowRecord) =>
    [record.communityHigh, record.communityLow]
      .map((n) => n.toString(16).padStart(8, "0"))
      .join("");
  expect(text.slice(2, 18)).toBe(hex(forward));
  expect(hex(backward)).toBe(hex(forward));
});
