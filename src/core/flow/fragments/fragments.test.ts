import fc from "fast-check";
import { expect, test } from "vitest";
import { createLimit } from "../../base/index.ts";
import {
  Checksums,
  createDecodedPacket,
  decodePacket,
  LINK_TYPE,
  type PacketBytes,
} from "../../packet/index.ts";
import { OVERLAP_POLICIES, type OverlapPolicy } from "../overlap-policy.ts";
import { type Datagram, Defragmenter } from "./index.ts";

interface Piece {
  start: number;
  bytes: Uint8Array;
  isLast: boolean;
}

interface PacketOptions {
  id?: number;
  protocol?: number;
  flags?: number;
  capturedBytes?: number;
}

function packetOf(bytes: Uint8Array, capturedBytes = bytes.length): PacketBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const originalBytes = bytes.length;
  return { bytes, view, start: 0, capturedBytes, originalBytes, linkType: LINK_TYPE.raw };
}

function ipv4Fragment(piece: Piece, options: PacketOptions = {}): PacketBytes {
  const bytes = new Uint8Array(20 + piece.bytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4500);
  view.setUint16(2, bytes.length);
  view.setUint16(4, options.id ?? 7);
  view.setUint16(6, (options.flags ?? 0) | (piece.isLast ? 0 : 0x2000) | (piece.start / 8));
  view.setUint16(8, 0x4000 | (options.protocol ?? 17));
  view.setUint32(12, 0x0a000001);
  view.setUint32(16, 0x0a000002);
  bytes.set(piece.bytes, 20);
  return packetOf(bytes, options.capturedBytes);
}

/** With a hop-by-hop header, so that the chain has to be followed to the fragment header. */
function ipv6Fragment(piece: Piece, options: PacketOptions = {}): PacketBytes {
  const bytes = new Uint8Array(56 + piece.bytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x60000000);
  view.setUint16(4, bytes.length - 40);
  view.setUint16(6, 0x0040);
  view.setUint32(8, 0x20010db8);
  view.setUint32(20, 1);
  view.setUint32(24, 0x20010db8);
  view.setUint32(36, 2);
  bytes.set([44, 0, 1, 4, 0, 0, 0, 0], 40);
  view.setUint16(48, (options.protocol ?? 17) << 8);
  view.setUint16(50, piece.start | (piece.isLast ? 0 : 1));
  view.setUint32(52, options.id ?? 7);
  bytes.set(piece.bytes, 56);
  return packetOf(bytes, options.capturedBytes);
}

function limitsOf(values: Partial<Record<"datagrams" | "bytes" | "fragments" | "age", number>>) {
  return {
    fragmentDatagrams: createLimit("datagrams", values.datagrams ?? 1000),
    fragmentBytes: createLimit("bytes", values.bytes ?? 1 << 24),
    fragmentsPerDatagram: createLimit("fragments", values.fragments ?? 8192),
    fragmentAgeNs: createLimit("age", values.age ?? 60e9),
  };
}

class Feed {
  readonly weirds: [string, number, number][] = [];
  readonly defragmenter: Defragmenter;
  readonly #packet = createDecodedPacket();
  #offset = 0;

  constructor(limits = limitsOf({}), policy?: OverlapPolicy) {
    this.defragmenter = new Defragmenter(limits, {
      ...(policy === undefined ? {} : { policyOf: () => policy }),
      weird: (...weird) => this.weirds.push(weird),
    });
  }

  add(record: PacketBytes, now = 0): Datagram | undefined {
    decodePacket(record, this.#packet);
    return this.defragmenter.add(record, this.#offset++, this.#packet, now);
  }

  get weirdNames(): string[] {
    return this.weirds.map(([name]) => name);
  }
}

/** A UDP datagram of its own length, ports 1000 and 2000, without a checksum. */
function udpOf(payloadBytes: number): Uint8Array {
  const bytes = Uint8Array.from({ length: payloadBytes + 8 }, (_, n) => (n * 31 + (n >> 8)) & 255);
  new DataView(bytes.buffer).setUint32(0, (1000 << 16) | 2000);
  new DataView(bytes.buffer).setUint32(4, (payloadBytes + 8) << 16);
  return bytes;
}

function split(whole: Uint8Array, cuts: readonly number[]): Piece[] {
  const limits = [...new Set([0, ...cuts.map((cut) => cut * 8), whole.length])]
    .filter((cut) => cut <= whole.length)
    .sort((a, b) => a - b);
  return limits.slice(0, -1).map((start, n) => {
    const end = limits[n + 1]!;
    return { start, bytes: whole.slice(start, end), isLast: end === whole.length };
  });
}

const letters = (letter: string, length: number) =>
  new Uint8Array(length).fill(letter.charCodeAt(0));

test("a datagram in any pieces and any order comes back as if it had never been cut", () => {
  const udp = fc.integer({ min: 9, max: 3000 });
  const cuts = fc.array(fc.integer({ min: 1, max: 370 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(udp, cuts, fc.boolean(), fc.infiniteStream(fc.nat()), (size, at, isV6, order) => {
      const whole = udpOf(size);
      const pieces = split(whole, at);
      fc.pre(pieces.length > 1);
      const keyed = pieces.map((piece) => ({ piece, rank: order.next().value as number }));
      keyed.sort((a, b) => a.rank - b.rank);
      const feed = new Feed();
      const results = keyed.map(({ piece }) =>
        feed.add(isV6 ? ipv6Fragment(piece) : ipv4Fragment(piece)),
      );
      expect(results.slice(0, -1).every((result) => result === undefined)).toBe(true);
      const datagram = results.at(-1)!;
      const out = createDecodedPacket();
      decodePacket(datagram, out);
      expect(out).toMatchObject({
        ipVersion: isV6 ? 6 : 4,
        sourcePort: 1000,
        destinationPort: 2000,
        moreFragments: false,
        fragmentOffset: 0,
        transportLength: whole.length,
        fault: 0,
      });
      const from = out.transportStart;
      expect(datagram.bytes.slice(from, from + whole.length)).toEqual(whole);
      if (!isV6) expect(new Checksums().isIpv4HeaderGood(datagram, out)).toBe(true);
      expect(datagram.fragments).toBe(pieces.length);
      expect([...datagram.recordOffsets.subarray(0, pieces.length)]).toEqual(
        pieces.map((_, n) => n),
      );
      expect([feed.defragmenter.pending, feed.defragmenter.pendingBytes]).toEqual([0, 0]);
      expect(feed.weirdNames.filter((name) => name !== "excessively_small_fragment")).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

// The arrangement of Novak's paper: letter, offset, length, in the order of arrival.
const NOVAK: readonly (readonly [string, number, number])[] = [
  ["A", 0, 24],
  ["B", 32, 16],
  ["C", 48, 24],
  ["D", 80, 8],
  ["E", 104, 16],
  ["F", 120, 24],
  ["G", 144, 16],
  ["H", 160, 16],
  ["I", 176, 8],
  ["J", 8, 32],
  ["K", 48, 24],
  ["L", 72, 24],
  ["M", 96, 24],
  ["N", 128, 8],
  ["O", 152, 8],
  ["P", 160, 8],
  ["Q", 176, 16],
];

// What each system made of it, one letter for eight bytes.
const NOVAK_RESULTS: Readonly<Record<OverlapPolicy, string>> = {
  first: "AAAJBBCCCLDLMEEFFFGGHHIQ",
  last: "AJJJJBKKKLLLMMMFNFGOPHQQ",
  bsd: "AAAJJBCCCLLLMMMFFFGGHHIQ",
  linux: "AAAJJBKKKLLLMMMFFFGGPHQQ",
  windows: "AAAJBBCCCLLLMEEFFFGGHHIQ",
  solaris: "AAAJBBCCCLLLMMMFFFGGHHIQ",
};

test("overlaps come out by policy as published", () => {
  for (const policy of OVERLAP_POLICIES) {
    for (const build of [ipv4Fragment, ipv6Fragment]) {
      const feed = new Feed(limitsOf({}), policy);
      let result: Datagram | undefined;
      for (const [letter, start, length] of NOVAK) {
        expect(result).toBeUndefined();
        const piece = { start, bytes: letters(letter, length), isLast: letter === "Q" };
        result = feed.add(build(piece));
      }
      const end = result!.start + result!.capturedBytes;
      const text = new TextDecoder().decode(result!.bytes.subarray(end - 192, end));
      expect(text.replaceAll(/(.)\1{7}/g, "$1")).toBe(NOVAK_RESULTS[policy]);
    }
  }
});

test("an overlap is a weird for each fragment it touches, and names both records", () => {
  const feed = new Feed();
  const add = (letter: string, start: number, length: number, isLast = false) =>
    feed.add(ipv4Fragment({ start, bytes: letters(letter, length), isLast }));
  add("A", 0, 64);
  add("B", 64, 64);
  add("A", 0, 64);
  add("B", 56, 72);
  expect(feed.weirds).toEqual([
    ["fragment_overlap", 2, 0],
    ["fragment_inconsistency", 3, 0],
    ["fragment_overlap", 3, 1],
  ]);
  expect(add("C", 128, 16, true)?.fragments).toBe(5);
});

test("oddities have Zeek's names", () => {
  const check = (names: string[], ...records: PacketBytes[]) => {
    const feed = new Feed();
    for (const record of records) feed.add(record);
    expect(feed.weirdNames).toEqual(names);
  };
  const piece = (start: number, length: number, isLast = false) => ({
    start,
    bytes: letters("A", length),
    isLast,
  });
  check(["fragment_with_DF"], ipv4Fragment(piece(0, 64), { flags: 0x4000 }));
  check(["excessively_small_fragment"], ipv4Fragment(piece(0, 40)));
  check(["excessively_large_fragment"], ipv4Fragment(piece(64_000, 64)));
  check(
    ["fragment_protocol_inconsistency"],
    ipv4Fragment(piece(0, 64)),
    ipv4Fragment(piece(64, 64), { protocol: 6 }),
  );
  check(
    ["fragment_size_inconsistency"],
    ipv4Fragment(piece(640, 64, true)),
    ipv4Fragment(piece(704, 64)),
  );
  check(
    ["fragment_size_inconsistency", "fragment_overlap"],
    ipv4Fragment(piece(640, 64, true)),
    ipv4Fragment(piece(640, 40, true)),
  );
  // Beyond the last fragment there is data of another datagram: the whole part is taken.
  check(
    ["fragment_size_inconsistency"],
    ipv4Fragment(piece(640, 64)),
    ipv4Fragment(piece(64, 64, true)),
    ipv4Fragment(piece(0, 64)),
  );
});

test("a first fragment cut by the snap length still brings its ports, a later one nothing", () => {
  for (const build of [ipv4Fragment, ipv6Fragment]) {
    const feed = new Feed();
    const pieces = split(udpOf(1000), [64]);
    const cut = feed.add(build(pieces[0]!, { capturedBytes: 96 }))!;
    const out = createDecodedPacket();
    decodePacket(cut, out);
    expect(out).toMatchObject({ sourcePort: 1000, transportLength: 512, moreFragments: false });
    expect(out.transportBytes).toBe(build === ipv4Fragment ? 76 : 40);
    expect(feed.add(build(pieces[1]!, { capturedBytes: 96 }))).toBeUndefined();
    expect(feed.weirdNames).toEqual(Array(2).fill("incompletely_captured_fragment"));
    expect(feed.defragmenter.pending).toBe(0);
  }
});

test("a datagram longer than IP can say is refused", () => {
  const feed = new Feed();
  const bytes = letters("A", 1480);
  let result: Datagram | undefined;
  for (let start = 0; start < 65_120; start += 1480) {
    result ??= feed.add(ipv4Fragment({ start, bytes, isLast: false }));
  }
  result ??= feed.add(ipv4Fragment({ start: 65_120, bytes, isLast: true }));
  expect(result).toBeUndefined();
  expect(feed.weirdNames).toContain("invalid_IP_header_size");
  expect([feed.defragmenter.pending, feed.defragmenter.pendingBytes]).toEqual([0, 0]);
});

test("after its time a datagram is forgotten, and its identification is another's", () => {
  const limits = limitsOf({ age: 1000 });
  const feed = new Feed(limits);
  const [first, last] = split(udpOf(1000), [64]);
  feed.add(ipv4Fragment(first!), 0);
  expect(feed.add(ipv4Fragment(last!), 1001)).toBeUndefined();
  expect([limits.fragmentAgeNs.reached, feed.defragmenter.pending]).toEqual([1, 1]);
  expect(feed.add(ipv4Fragment(first!), 2001)?.fragments).toBe(2);
});

test("every limit holds and is counted", () => {
  const piece = { start: 8, bytes: letters("A", 64), isLast: false };
  const flood = (limits: ReturnType<typeof limitsOf>, idOf: (n: number) => number) => {
    const feed = new Feed(limits);
    for (let n = 0; n < 5000; n++) feed.add(ipv4Fragment(piece, { id: idOf(n) }));
    return feed;
  };
  const many = limitsOf({ datagrams: 100 });
  expect(flood(many, (n) => n).defragmenter.pending).toBe(100);
  expect(many.fragmentDatagrams.reached).toBe(4900);
  const large = limitsOf({ bytes: 100_000, datagrams: 5000 });
  expect(flood(large, (n) => n).defragmenter.pendingBytes).toBeLessThanOrEqual(100_000);
  expect(large.fragmentBytes.reached).toBeGreaterThan(4000);
  const repeated = limitsOf({ fragments: 50 });
  const feed = flood(repeated, () => 1);
  expect(repeated.fragmentsPerDatagram.reached).toBe(4950);
  expect(feed.weirdNames.filter((name) => name === "fragment_limit_reached")).toHaveLength(4950);
});

test("whatever the fragments say, nothing throws and the bounds hold", () => {
  const fragment = fc.record({
    start: fc.integer({ min: 0, max: 8191 }).map((unit) => unit * 8),
    length: fc.integer({ min: 0, max: 300 }),
    isLast: fc.boolean(),
    id: fc.integer({ min: 0, max: 3 }),
    isV6: fc.boolean(),
    cut: fc.integer({ min: 0, max: 400 }),
    near: fc.boolean(),
  });
  const policy = fc.constantFrom(...OVERLAP_POLICIES);
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 200 }), policy, (fragments, chosen) => {
      const limits = limitsOf({ datagrams: 6, bytes: 100_000, fragments: 20 });
      const feed = new Feed(limits, chosen);
      for (const { start, length, isLast, id, isV6, cut, near } of fragments) {
        const piece = { start: near ? start % 512 : start, bytes: letters("A", length), isLast };
        const build = isV6 ? ipv6Fragment : ipv4Fragment;
        const capturedBytes = cut < 300 ? length + 56 : cut - 300;
        const whole = build(piece, { id });
        feed.add({ ...whole, capturedBytes: Math.min(capturedBytes, whole.capturedBytes) });
        expect(feed.defragmenter.pending).toBeLessThanOrEqual(6);
        expect(feed.defragmenter.pendingBytes).toBeLessThanOrEqual(100_000);
      }
    }),
    { numRuns: 300 },
  );
});

test("the cost of the worst orders grows with the bytes, not with their square", () => {
  const tiny = (start: number) => ({ start, bytes: letters("A", 8), isLast: false });
  const orders: Readonly<Record<string, (n: number, count: number) => PacketBytes>> = {
    backwards: (n, count) => ipv4Fragment(tiny((count - n) * 8)),
    everySecond: (n, count) => ipv4Fragment(tiny(((n * 2) % count) * 8)),
    sameUnit: () => ipv4Fragment(tiny(64)),
    ownDatagrams: (n) => ipv6Fragment(tiny(65_528), { id: n }),
    longAndTiny: (n) =>
      ipv4Fragment(n % 2 === 0 ? { start: 0, bytes: letters("B", 1480), isLast: false } : tiny(8)),
  };
  for (const [name, order] of Object.entries(orders)) {
    for (const policy of ["first", "last", "windows"] as const) {
      const [once, twice, four] = [1000, 2000, 4000].map((count) => {
        const feed = new Feed(limitsOf({ datagrams: 500 }), policy);
        for (let n = 0; n < count; n++) feed.add(order(n, count));
        return feed.defragmenter.operations;
      });
      expect(twice! / once!, `${name} ${policy}`).toBeLessThan(2.3);
      expect(four! / twice!, `${name} ${policy}`).toBeLessThan(2.3);
    }
  }
});
