import { expect, test } from "vitest";
import {
  createStreamLimits,
  StreamAssembler,
  type StreamMaxima,
} from "../../src/core/flow/index.ts";
import { CaptureReader } from "../../src/core/pcap/index.ts";
import { lostPackets, passOver } from "../fuzz/engine-pass.ts";
import { ipv4, letters, OUTER, udp } from "../support/crafted-packets.ts";

const RAW = 101;

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(...parts);
  const total = 12 + body.length;
  return joined(words(type, total), body, words(total));
}

const section = block(0x0a0d0d0a, words(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff));
const comment = joined(words(1 | (4 << 16)), letters(4));
const interfaceBlock = block(1, words(RAW, 0), comment);
/** Of interface `id`; no two are alike, so that none counts as captured twice. */
function packetOf(id: number): Uint8Array {
  const bytes = ipv4(OUTER, 17, udp(5000, 6000 + id, letters(12)), { id: id + 1 });
  return block(6, words(id, 0, 1000, bytes.length, bytes.length), bytes);
}
const packet = packetOf(0);

function read(parts: readonly Uint8Array[], limits: object) {
  let packets = 0;
  const reader = new CaptureReader({ onPacket: () => packets++, limits });
  reader.push(joined(...parts));
  reader.end();
  const limit = (name: string) => reader.limits.find((one) => one.name === name)!;
  return { packets, limit, status: reader.status, layout: reader.layout };
}

test("interfaces and sections beyond their limits end the reading with a reason", () => {
  const interfaces = read([section, interfaceBlock, packet, interfaceBlock, interfaceBlock], {
    interfaces: 2,
  });
  expect(interfaces.packets).toBe(1);
  expect(interfaces.limit("interfaces")).toMatchObject({ reached: 1, maximum: 2 });
  expect(interfaces.status).toMatchObject({ reason: "more than 2 interfaces" });
  const sections = read([section, interfaceBlock, packet, section, section], { sections: 2 });
  expect(sections.packets).toBe(1);
  expect(sections.limit("sections").reached).toBe(1);
  expect(sections.status).toMatchObject({ reason: "more than 2 sections" });
});

test("descriptions beyond their limits are left out and counted, packets go on", () => {
  const secrets = block(10, words(0x544c534b, 4), letters(4));
  const statistics = block(5, words(0, 0, 0));
  const found = read(
    [
      section,
      ...[interfaceBlock, interfaceBlock, interfaceBlock, packet],
      ...[secrets, secrets, secrets, statistics, statistics, statistics],
      ...[block(0x101), block(0x102), block(0x103), packet],
    ],
    { comments: 2, secrets: 2, statistics: 2, blockTypes: 3 },
  );
  expect(found.packets).toBe(2);
  expect(found.status.complete).toBe(true);
  for (const name of ["capture comments", "embedded secrets", "interface statistics"]) {
    expect(found.limit(name), name).toMatchObject({ reached: 1, maximum: 2 });
  }
  expect(found.limit("block types").reached).toBeGreaterThan(0);
  const { comments, secrets: kept, statistics: counters, blocks } = found.layout;
  expect([comments.length, kept.length, counters.length]).toEqual([2, 2, 2]);
  expect(blocks["other"]).toBeGreaterThan(0);
});

test("a text is cut at its limit, and all texts together have one", () => {
  const long = joined(words(1 | (400 << 16)), letters(400));
  const parts = [
    section,
    ...Array.from({ length: 6 }, () => block(1, words(RAW, 0), long)),
    packet,
  ];
  const cut = read(parts, { textBytes: 100 });
  expect(cut.layout.comments.map(({ text }) => text.length)).toEqual(Array(6).fill(100));
  const all = read(parts, { textBytesTotal: 1000 });
  expect(all.packets).toBe(1);
  expect(all.layout.comments.map(({ text }) => text.length)).toEqual([400, 400, 0, 0, 0, 0]);
  expect(all.limit("bytes of texts").reached).toBe(4);
});

test("a block longer than its limit is damage, told with its place", () => {
  const found = read([section, interfaceBlock, packet, block(0x0bad, new Uint8Array(4096))], {
    blockBytes: 1024,
  });
  expect(found.packets).toBe(1);
  expect(found.status).toMatchObject({
    reason: "implausible block length 4108",
    offset: section.length + interfaceBlock.length + packet.length,
  });
});

test("packets of more interfaces than bursts are measured on are located all the same", () => {
  const interfaces = Array.from({ length: 20 }, () => interfaceBlock);
  const packets = Array.from({ length: 20 }, (_, n) => packetOf(n));
  const pass = passOver([joined(section, ...interfaces, ...packets)]);
  expect(pass.limits.find(({ name }) => name === "microbursts.interfaces")!.reached).toBe(4);
  expect(pass.offsets).toHaveLength(20);
  expect(lostPackets(pass)).toEqual([]);
});

/** Pieces behind a hole, under these limits. */
function streamUnder(maxima: Partial<StreamMaxima>) {
  const limits = createStreamLimits(maxima);
  let bytes = 0;
  let lost = 0;
  const sink = {
    data: (piece: Uint8Array) => {
      bytes += piece.length;
    },
    gap: (_: number, length: number) => {
      lost += length;
    },
  };
  const stream = new StreamAssembler({ policy: "first", limits, sink });
  stream.start(0);
  for (let n = 0; n < 20; n++) stream.segment(101 + n * 20, letters(10), n);
  stream.end();
  return { limits, bytes, lost };
}

test("streams under limits tell what they gave up as gaps, and deliver every byte that came", () => {
  for (const maxima of [{ bufferedBytes: 50 }, { pieces: 5 }, { totalBytes: 50 }]) {
    const { limits, bytes, lost } = streamUnder(maxima);
    const [name] = Object.keys(maxima) as [keyof StreamMaxima];
    expect(limits[name].reached, name).toBeGreaterThan(0);
    expect([bytes, lost]).toEqual([200, 290]);
  }
});
