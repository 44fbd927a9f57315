import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ConnectionWatch,
  judgeConnection,
  type PacketPlace,
} from "../../src/core/analyzers/verdict/index.ts";
import { SentBytes } from "../../src/core/analyzers/verdict/sent-bytes.ts";
import { HOLES_MAX } from "../../src/core/analyzers/verdict/verdict-thresholds.ts";
import { createLimit } from "../../src/core/base/index.ts";
import { createDecodedPacket, decodePacket } from "../../src/core/packet/index.ts";
import { createPacketRecord } from "../../src/core/pcap/index.ts";
import { host, TCP, tcpFrame } from "../../src/core/traffic/ethernet.ts";

const CLIENT = { host: host("10.0.0.1"), port: 40_000, start: 0xfffffff0 };
const SERVER = { host: host("10.0.0.5"), port: 443, start: 7000 };
const NAMES = { client: "10.0.0.1", server: "10.0.0.5" };

interface Said {
  /** Milliseconds from the first packet. */
  readonly at: number;
  readonly by: "client" | "server";
  /** Position in the direction; -1 is the SYN's own number. */
  readonly from?: number;
  readonly length?: number;
  readonly acks?: number;
  readonly flags?: number;
  readonly window?: number;
  readonly hops?: number;
  readonly id?: number;
  readonly fill?: number;
  /** With a wrong TCP checksum. */
  readonly hurt?: boolean;
}

function frameOf(said: Said, n: number): Uint8Array {
  const [from, to] = said.by === "client" ? [CLIENT, SERVER] : [SERVER, CLIENT];
  const flags = said.flags ?? TCP.ack;
  const frame = tcpFrame(
    { from: from.host, to: to.host, identification: said.id ?? n + 1 },
    {
      sourcePort: from.port,
      destinationPort: to.port,
      sequence: (from.start + 1 + (said.from ?? 0)) >>> 0,
      acknowledgment: (flags & TCP.ack) === 0 ? 0 : (to.start + 1 + (said.acks ?? 0)) >>> 0,
      flags,
      window: said.window ?? 501,
    },
    new Uint8Array(said.length ?? 0).fill(said.fill ?? 65),
  );
  frame[22] = said.hops ?? 64;
  if (said.hurt) frame[50]! ^= 0x55;
  return frame;
}

function watch(said: readonly Said[]) {
  const watched = new ConnectionWatch<PacketPlace>();
  const record = createPacketRecord();
  const decoded = createDecodedPacket();
  said.forEach((one, n) => {
    const frame = frameOf(one, n);
    record.bytes = frame;
    record.view = new DataView(frame.buffer);
    record.capturedBytes = frame.length;
    record.originalBytes = frame.length;
    record.linkType = 1;
    decodePacket(record, decoded);
    const ns = Math.round(one.at * 1e6);
    const place = { number: n + 1, seconds: 1000 + Math.floor(ns / 1e9), nanoseconds: ns % 1e9 };
    watched.packet(record, decoded, one.by === "client" ? 0 : 1, place);
  });
  return watched.end();
}

function judge(said: readonly Said[]) {
  const facts = watch(said);
  const verdict = judgeConnection(facts, NAMES);
  const numbers = verdict.reasons[0]?.packets.map(({ number }) => number) ?? [];
  return { facts, verdict, numbers };
}

/** Round trip 12 ms: 10 to the server, 2 to the client. */
const HANDSHAKE: readonly Said[] = [
  { at: 0, by: "client", from: -1, flags: TCP.syn },
  { at: 10, by: "server", from: -1, flags: TCP.syn | TCP.ack },
  { at: 12, by: "client" },
];

/** Requests of 100 bytes, each answered by 1000 after so many milliseconds, then thought over. */
function requests(answersMs: readonly number[], thinkMs = 5): Said[] {
  const said: Said[] = [...HANDSHAKE];
  let at = 12;
  answersMs.forEach((wait, n) => {
    at += thinkMs;
    said.push({ at, by: "client", from: n * 100, length: 100, acks: n * 1000 });
    at += 10;
    said.push({ at, by: "server", from: n * 1000, acks: n * 100 + 100 });
    at += wait;
    said.push({ at, by: "server", from: n * 1000, length: 1000, acks: n * 100 + 100 });
    at += 2;
    said.push({ at, by: "client", from: n * 100 + 100, acks: n * 1000 + 1000 });
  });
  return said;
}

test("a server that answers late is named with its requests, the round trip and the loss", () => {
  const { verdict, numbers } = judge(requests([3200, 900, 1, 2100, 700]));
  expect(verdict.party).toBe("server");
  expect(verdict.sentence).toBe(
    "Server: 10.0.0.5 took up to 3.2 s, 6.9 s in all, to answer 4 of 5 requests; the network's round trip was 12 ms, 0 of 10 segments were lost.",
  );
  expect(numbers.slice(0, 4)).toEqual([4, 6, 16, 18]);
});

test("fast answers are nobody's fault, and a client that thinks long is the client's", () => {
  expect(judge(requests([1, 2, 3])).verdict).toMatchObject({ party: "none", cause: "nothing" });
  const { verdict } = judge(requests([1, 2, 3], 4000));
  expect(verdict).toMatchObject({ party: "client", cause: "think-time" });
});

/** A download of 1000-byte segments, one a millisecond, each acknowledged 2 ms later. */
function download(count: number, change: (n: number, segment: Said) => readonly Said[]): Said[] {
  const said: Said[] = [
    ...HANDSHAKE,
    { at: 20, by: "client", length: 100 },
    { at: 30, by: "server", acks: 100 },
  ];
  for (let n = 0; n < count; n++) {
    const segment: Said = { at: 31 + n, by: "server", from: n * 1000, length: 1000, acks: 100 };
    said.push(...change(n, segment));
  }
  return said.sort((a, b) => a.at - b.at);
}

test("segments that come by twice were lost behind the capture point", () => {
  const said = download(100, (n, segment) =>
    n % 20 === 7 ? [segment, { ...segment, at: segment.at + 230 }] : [segment],
  );
  const { verdict, facts, numbers } = judge(said);
  expect(facts.sides[1].lostBehind.count).toBe(5);
  expect(facts.sides[1].lostBefore.count).toBe(0);
  expect(verdict.party).toBe("network");
  expect(verdict.sentence).toContain(
    "5 of 105 segments from 10.0.0.5 (4.8 %) were lost, 5 between the capture point and 10.0.0.1",
  );
  expect(numbers[0]).toBe(13);
});

test("segments that come only after a hole were lost before the capture point", () => {
  const said = download(100, (n, segment) =>
    n % 20 === 7 ? [{ ...segment, at: segment.at + 230 }] : [segment],
  );
  const { verdict, facts } = judge(said);
  expect(facts.sides[1].lostBefore.count).toBe(5);
  expect(facts.sides[1].lostBehind.count).toBe(0);
  expect(verdict.party).toBe("network");
  expect(verdict.sentence).toContain("5 between 10.0.0.5 and the capture point");
});

test("an answer lost before the capture point shows in the number of the next acknowledgement", () => {
  const { facts, verdict, numbers } = judge([
    ...HANDSHAKE,
    { at: 15, by: "client", length: 100 },
    { at: 30, by: "server", from: 500, acks: 100 },
    { at: 830, by: "server", length: 500, acks: 100 },
  ]);
  expect(facts.sides[1].lostBefore.count).toBe(1);
  expect(verdict).toMatchObject({ party: "network", cause: "few-losses" });
  expect(numbers).toEqual([5, 6]);
});

test("segments a little late are out of order, and nothing was lost", () => {
  const said = download(100, (n, segment) =>
    n % 20 === 7 ? [{ ...segment, at: segment.at + 1.5 }] : [segment],
  );
  const { verdict, facts } = judge(said);
  expect(facts.sides[1].reordered.count).toBe(5);
  expect(verdict).toMatchObject({ party: "none" });
  expect(verdict.sentence).toContain("0 of 101 segments were lost");
});

test("what is sent again after its acknowledgement came by was needless", () => {
  const { facts } = judge([
    ...requests([1]),
    { at: 300, by: "server", from: 0, length: 1000, acks: 100 },
    { at: 302, by: "client", from: 100, acks: 1000 },
  ]);
  expect(facts.sides[1].needless).toMatchObject({ count: 1 });
  expect(facts.sides[1].lostBehind.count).toBe(0);
});

test("a window that stays closed is the doing of who closed it", () => {
  const { verdict, numbers } = judge([
    ...requests([1]),
    { at: 40, by: "server", from: 1000, length: 1000, acks: 100 },
    { at: 45, by: "client", from: 100, acks: 2000, window: 0 },
    { at: 245, by: "server", from: 1999, length: 1, acks: 100 },
    { at: 247, by: "client", from: 100, acks: 2000, window: 0 },
    { at: 2545, by: "client", from: 100, acks: 2000 },
    { at: 2550, by: "server", from: 2000, length: 1000, acks: 100 },
  ]);
  expect(verdict).toMatchObject({ party: "client", cause: "zero-window" });
  expect(verdict.sentence).toContain(
    "10.0.0.1 could not keep up: its receive window was closed 1 time for 2.5 s in all",
  );
  expect(numbers).toEqual([9, 12]);
});

test("a sender that pauses with everything acknowledged is slow itself", () => {
  const { verdict } = judge([
    ...requests([1]),
    { at: 1040, by: "server", from: 1000, length: 1000, acks: 100 },
    { at: 1042, by: "client", from: 100, acks: 2000 },
  ]);
  expect(verdict).toMatchObject({ party: "server", cause: "pauses" });
});

test("SYNs without answer, a refusal and a slow handshake are told apart", () => {
  const syn = { by: "client", from: -1, flags: TCP.syn } as const;
  const filtered = judge([
    { at: 0, ...syn },
    { at: 1000, ...syn },
    { at: 3000, ...syn },
  ]);
  expect(filtered.verdict).toMatchObject({ party: "unknown", cause: "no-answer" });
  expect(filtered.verdict.sentence).toContain("never answered 3 SYNs in 3.0 s");
  expect(filtered.verdict.missing).toHaveLength(1);
  expect(filtered.numbers).toEqual([1, 2, 3]);
  const refused = judge([
    { at: 0, ...syn },
    { at: 10, by: "server", from: -1, flags: TCP.rst | TCP.ack },
  ]);
  expect(refused.verdict).toMatchObject({ party: "server", cause: "refused" });
  const slow = judge([
    { at: 0, ...syn },
    { at: 1000, ...syn },
    { at: 1010, by: "server", from: -1, flags: TCP.syn | TCP.ack },
    { at: 1012, by: "client" },
  ]);
  expect(slow.verdict).toMatchObject({ party: "unknown", cause: "slow-handshake" });
});

test("a reset with another hop limit than its sender's packets comes from in between", () => {
  const broken = (hops: number) =>
    judge([
      ...requests([1]),
      { at: 50, by: "client", from: 100, length: 100, acks: 1000 },
      { at: 55, by: "server", from: 1000, flags: TCP.rst, hops },
    ]);
  const foreign = broken(120);
  expect(foreign.verdict).toMatchObject({ party: "network", cause: "middle-box-reset" });
  expect(foreign.verdict.sentence).toContain("hop limit 120, its other 3 packets had 64");
  expect(foreign.numbers).toEqual([9]);
  expect(broken(64).verdict).toMatchObject({ party: "server", cause: "reset" });
});

test("a request that is sent again and again and never acknowledged is lost behind us", () => {
  const request = { by: "client", length: 1400 } as const;
  const { verdict } = judge([
    ...HANDSHAKE,
    ...[20, 250, 700, 1600].map((at) => ({ at, ...request })),
  ]);
  expect(verdict).toMatchObject({ party: "network", cause: "black-hole" });
});

test("an acknowledged request until the client gives up is the server's", () => {
  const { verdict } = judge([
    ...HANDSHAKE,
    { at: 20, by: "client", length: 100 },
    { at: 30, by: "server", acks: 100 },
    { at: 30_020, by: "client", from: 100, flags: TCP.fin | TCP.ack },
  ]);
  expect(verdict).toMatchObject({ party: "server", cause: "unanswered" });
  expect(verdict.sentence).toContain("did not answer it in 30 s");
});

test("two answers to one question name both packets", () => {
  const { verdict, numbers } = judge([
    ...requests([1]),
    { at: 30, by: "server", length: 1000, acks: 100, fill: 66, hops: 99 },
  ]);
  expect(verdict).toMatchObject({ party: "network", cause: "forged-data" });
  expect(numbers).toEqual([6, 8]);
});

test("data captured just after their acknowledgement are no loss of the capture", () => {
  const { facts, verdict } = judge([
    ...HANDSHAKE,
    { at: 15, by: "client", length: 100 },
    { at: 30, by: "client", from: 100, acks: 500 },
    { at: 30.1, by: "server", length: 500, acks: 100 },
  ]);
  expect(facts.sides[1].missedBytes).toBe(0);
  expect(facts.answers.count).toBe(1);
  expect(verdict.party).toBe("none");
});

test("SYN-ACKs that nobody acknowledges leave the connection half open", () => {
  const answer = { by: "server", from: -1, flags: TCP.syn | TCP.ack } as const;
  const { verdict } = judge([HANDSHAKE[0]!, ...[10, 1010, 3010].map((at) => ({ at, ...answer }))]);
  expect(verdict).toMatchObject({ party: "unknown", cause: "half-open" });
  expect(verdict.sentence).toContain("sent 3 times");
});

test("a wrong checksum is left out, unless what it covers was acknowledged", () => {
  const said = requests([1, 1]);
  const isHurt = (one: Said): boolean => one.by === "server" && one.length === 1000;
  const hurt = said.map((one, n) => (isHurt(one) ? { ...one, hurt: true, id: n + 1 } : one));
  const { facts, verdict } = judge(hurt);
  expect(facts.sides[1].missedBytes).toBe(0);
  expect(facts.sides[1].badChecksums.count).toBe(1);
  expect(verdict.party).toBe("none");
  const again = judge([
    ...HANDSHAKE,
    { at: 15, by: "client", length: 100, acks: 0, hurt: true },
    { at: 400, by: "client", length: 100, acks: 0 },
    { at: 410, by: "server", length: 10, acks: 100 },
  ]);
  expect(again.facts.sides[0].badChecksums.count).toBe(1);
  expect(again.facts.sides[0].segments).toBe(1);
});

test("with loss of its own, or one direction only, a capture claims nothing", () => {
  const lossy = judge([
    ...requests([3000]),
    { at: 4000, by: "server", from: 5000, length: 1000, acks: 100 },
    { at: 4002, by: "client", from: 100, acks: 6000 },
  ]);
  expect(lossy.verdict).toMatchObject({ party: "unknown", cause: "capture-loss" });
  expect(lossy.verdict.sentence).toContain("lost 4,000 bytes (66 %) in 1 hole");
  const half = judge(requests([3000]).filter(({ by }) => by === "client"));
  expect(half.verdict).toMatchObject({ party: "unknown", cause: "one-sided-capture" });
});

test("a mirror of both directions changes no count", () => {
  const said = download(100, (n, segment) =>
    n % 20 === 7 ? [segment, { ...segment, at: segment.at + 230 }] : [segment],
  ).map((one, n) => ({ ...one, id: n + 1 }));
  const doubled = said.flatMap((one) => [one, { ...one, at: one.at + 0.01 }]);
  const plain = watch(said);
  const mirrored = watch(doubled);
  expect(mirrored.sides[1].copies).toBe(said.filter(({ by }) => by === "server").length);
  expect(mirrored.sides[1].lostBehind.count).toBe(plain.sides[1].lostBehind.count);
  expect(mirrored.sides[1].segments).toBe(plain.sides[1].segments);
});

test("a long way is the network's", () => {
  const far = requests([1, 2, 3]).map((one) => ({ ...one, at: one.at * 40 }));
  const { verdict } = judge(far);
  expect(verdict).toMatchObject({ party: "network", cause: "long-round-trip" });
});

test("whatever the packets, the numbers stay in bounds and nothing throws", () => {
  const said = fc.record({
    at: fc.integer({ min: 0, max: 5000 }),
    by: fc.constantFrom("client" as const, "server" as const),
    from: fc.integer({ min: -2, max: 3000 }),
    length: fc.integer({ min: 0, max: 200 }),
    acks: fc.integer({ min: -2, max: 3000 }),
    flags: fc.integer({ min: 0, max: 63 }),
    window: fc.constantFrom(0, 1, 501),
    hops: fc.integer({ min: 0, max: 255 }),
  });
  fc.assert(
    fc.property(fc.array(said, { maxLength: 60 }), (list) => {
      const { facts, verdict } = judge(list);
      for (const side of facts.sides) {
        expect(side.segments).toBeLessThanOrEqual(list.length);
        expect(side.lostBefore.ns + side.lostBehind.ns).toBeLessThanOrEqual(facts.durationNs);
        expect(side.closed.ns).toBeLessThanOrEqual(facts.durationNs);
      }
      expect(verdict.sentence).toMatch(/^(Network|Client|Server|Unknown|Nobody): .*\.$/);
    }),
    { numRuns: 500, seed: 8 },
  );
});

test("holes without end cost twice the work for twice the packets", () => {
  const work = (count: number): number => {
    const limit = createLimit("verdict.holes", HOLES_MAX);
    const sent = new SentBytes<PacketPlace>(limit);
    const packet = { number: 1, seconds: 0, nanoseconds: 0 };
    sent.begin(0);
    for (let n = 0; n < count; n++) {
      sent.data(n * 20, n * 20 + 10, n, packet);
      // Before the newest hole: all holes are passed over.
      sent.data(n * 20 - 5, n * 20 - 4, n, packet);
    }
    expect(limit.reached).toBeGreaterThan(0);
    return sent.examined;
  };
  const [one, two, four] = [4000, 8000, 16_000].map(work) as [number, number, number];
  expect(two / one).toBeLessThan(2.3);
  expect(four / two).toBeLessThan(2.3);
});
