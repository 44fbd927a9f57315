import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CaptureReader,
  createPacketRecord,
  detectContainer,
  PcapngWriter,
  readRecordAt,
} from "./index.ts";

type Order = "little" | "big";

interface SeenPacket {
  time: string;
  bytes: string;
  originalBytes: number;
  linkType: number;
  interfaceIndex: number;
  recordOffset: number;
}

function read(pieces: readonly Uint8Array[]) {
  const packets: SeenPacket[] = [];
  const secrets: string[] = [];
  const reader = new CaptureReader({
    onPacket: (packet) => {
      const { bytes, start, capturedBytes, originalBytes } = packet;
      packets.push({
        time: `${packet.seconds}.${String(packet.nanoseconds).padStart(9, "0")}`,
        bytes: Buffer.from(bytes.subarray(start, start + capturedBytes)).toString("hex"),
        originalBytes,
        linkType: packet.linkType,
        interfaceIndex: packet.interfaceIndex,
        recordOffset: packet.recordOffset,
      });
    },
    onSecret: ({ bytes }) => secrets.push(Buffer.from(bytes).toString()),
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return { packets, secrets, layout: reader.layout, status: reader.status, limits: reader.limits };
}

function words(order: Order, ...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, n) => {
    if (order === "little") bytes.writeUInt32LE(value >>> 0, n * 4);
    else bytes.writeUInt32BE(value >>> 0, n * 4);
  });
  return bytes;
}

function halves(order: Order, a: number, b: number): Buffer {
  const bytes = Buffer.from([a >> 8, a & 255, b >> 8, b & 255]);
  return order === "big" ? bytes : bytes.swap16();
}

function pcap(order: Order, magic: number, payloads: readonly string[]): Buffer {
  const parts: Buffer[] = [
    words(order, magic),
    halves(order, 2, 4),
    words(order, 0, 0, 262_144, 0x04000001),
  ];
  payloads.forEach((payload, n) => {
    const bytes = Buffer.from(payload);
    parts.push(words(order, 1_700_000_000 + n, 123_456, bytes.length, bytes.length + n));
    if (magic === 0xa1b2cd34) parts.push(words(order, 1, 0));
    parts.push(bytes);
  });
  return Buffer.concat(parts);
}

function block(order: Order, type: number, body: Buffer): Buffer {
  const padding = Buffer.alloc(-body.length & 3);
  const total = 12 + body.length + padding.length;
  return Buffer.concat([words(order, type, total), body, padding, words(order, total)]);
}

function sectionHeader(order: Order): Buffer {
  const body = [
    words(order, 0x1a2b3c4d),
    halves(order, 1, 0),
    words(order, 0xffffffff, 0xffffffff),
  ];
  return block(order, 0x0a0d0d0a, Buffer.concat(body));
}

function interfaceBlock(order: Order, linkType: number, resolution?: number, offset?: number) {
  const parts = [halves(order, linkType, 0), words(order, 96)];
  if (resolution !== undefined) parts.push(halves(order, 9, 1), Buffer.from([resolution, 0, 0, 0]));
  if (offset !== undefined) {
    const pair = order === "little" ? [offset, 0] : [0, offset];
    parts.push(halves(order, 14, 8), words(order, ...pair));
  }
  return block(order, 1, Buffer.concat(parts));
}

function enhanced(order: Order, id: number, time: bigint, payload: string): Buffer {
  const bytes = Buffer.from(payload);
  const high = Number(time >> 32n);
  const low = Number(time & 0xffffffffn);
  const head = words(order, id, high, low, bytes.length, bytes.length);
  return block(order, 6, Buffer.concat([head, bytes]));
}

/** Sections of both orders, every block type, several clocks. */
function mixedPcapng(): Buffer {
  const secret = Buffer.from("CLIENT_RANDOM 00 11\n");
  return Buffer.concat([
    sectionHeader("little"),
    interfaceBlock("little", 1, 9),
    interfaceBlock("little", 101, 0x88, 3600),
    enhanced("little", 0, 1_700_000_000_123_456_789n, "one"),
    block("little", 10, Buffer.concat([words("little", 0x544c534b, secret.length), secret])),
    enhanced("little", 1, (1_700_000_000n << 8n) | 128n, "second packet"),
    block("little", 4, Buffer.alloc(8)),
    block("little", 0x0bad, Buffer.alloc(200_000, 7)),
    block("little", 3, Buffer.concat([words("little", 200), Buffer.alloc(96, 65)])),
    sectionHeader("big"),
    interfaceBlock("big", 113),
    enhanced("big", 0, 1_700_000_001_000_001n, "from the second section"),
    block(
      "big",
      2,
      Buffer.concat([halves("big", 0, 5), words("big", 0, 2_000_000, 3, 3), Buffer.from("old!")]),
    ),
    block("big", 5, words("big", 0, 0, 0)),
  ]);
}

test.each([
  ["little", 0xa1b2c3d4, "pcap", "1700000000.123456000"],
  ["big", 0xa1b2c3d4, "pcap", "1700000000.123456000"],
  ["little", 0xa1b23c4d, "pcap-ns", "1700000000.000123456"],
  ["big", 0xa1b23c4d, "pcap-ns", "1700000000.000123456"],
  ["little", 0xa1b2cd34, "pcap-modified", "1700000000.123456000"],
] as const)("a %s-endian pcap with magic %i is read as %s", (order, magic, format, time) => {
  const { packets, layout, status } = read([pcap(order, magic, ["abc", ""])]);
  expect(status).toEqual({ complete: true });
  expect(layout.format).toBe(format);
  expect(layout.sections[0]?.byteOrder).toBe(order);
  expect(packets).toHaveLength(2);
  expect(packets[0]).toMatchObject({ time, bytes: "616263", linkType: 1, recordOffset: 24 });
  expect(packets[1]).toMatchObject({ bytes: "", originalBytes: 1 });
});

test("a pcapng with sections of both orders keeps every packet, time and interface apart", () => {
  const { packets, layout, status, secrets } = read([mixedPcapng()]);
  expect(status).toEqual({ complete: true });
  expect(packets.map((packet) => [packet.time, packet.linkType, packet.interfaceIndex])).toEqual([
    ["1700000000.123456789", 1, 0],
    ["1700003600.500000000", 101, 1],
    ["0.000000000", 1, 0],
    ["1700000001.000001000", 113, 2],
    ["2.000000000", 113, 2],
  ]);
  expect(packets[2]).toMatchObject({ originalBytes: 200, bytes: "41".repeat(96) });
  expect(layout.sections.map((section) => section.byteOrder)).toEqual(["little", "big"]);
  expect(layout.blocks).toMatchObject({
    SHB: 2,
    IDB: 3,
    EPB: 3,
    SPB: 1,
    PB: 1,
    DSB: 1,
    "0xbad": 1,
  });
  expect(layout.secrets).toMatchObject([{ lengthBytes: 20, secretsType: 0x544c534b }]);
  expect(secrets).toEqual(["CLIENT_RANDOM 00 11\n"]);
});

test("every way of cutting a capture into chunks gives the same packets", () => {
  const files = [pcap("big", 0xa1b2c3d4, ["abc", "", "a longer packet"]), mixedPcapng()];
  for (const file of files) {
    const whole = read([file]);
    for (let cut = 0; cut <= Math.min(file.length, 700); cut++) {
      expect(read([file.subarray(0, cut), file.subarray(cut)])).toEqual(whole);
    }
    const single = Array.from(file, (_, n) => file.subarray(n, n + 1));
    expect(read(single)).toEqual(whole);
    const splits = fc.array(fc.integer({ min: 0, max: file.length }), { maxLength: 12 });
    fc.assert(
      fc.property(splits, (cuts) => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), file.length];
        const pieces = bounds.slice(1).map((end, n) => file.subarray(bounds[n], end));
        expect(read(pieces)).toEqual(whole);
      }),
      { numRuns: 100, seed: 1 },
    );
  }
});

test("every packet can be read again alone from its offset and the capture's layout", () => {
  for (const file of [pcap("little", 0xa1b23c4d, ["abc", "defg"]), mixedPcapng()]) {
    const { packets, layout } = read([file]);
    const kept = JSON.parse(JSON.stringify(layout));
    for (const packet of packets) {
      const at = packet.recordOffset;
      const record = createPacketRecord();
      const found = readRecordAt({ bytes: file.subarray(at), at }, kept, at, record);
      expect(found.status).toBe("ok");
      const { bytes, start, capturedBytes } = record;
      expect(Buffer.from(bytes.subarray(start, start + capturedBytes)).toString("hex")).toBe(
        packet.bytes,
      );
      expect(`${record.seconds}.${String(record.nanoseconds).padStart(9, "0")}`).toBe(packet.time);
      expect(record).toMatchObject({
        linkType: packet.linkType,
        interfaceIndex: packet.interfaceIndex,
        recordOffset: at,
      });
      const short = readRecordAt({ bytes: file.subarray(at, at + 13), at }, kept, at, record);
      expect(short.status).toBe("incomplete");
    }
  }
});

test("a capture cut anywhere delivers the packets before the cut and says that it is cut", () => {
  const file = pcap("little", 0xa1b2c3d4, ["abc", "defg"]);
  for (let length = 0; length < file.length; length++) {
    const { packets, status } = read([file.subarray(0, length)]);
    const atBoundary = length === 24 || length === 24 + 19;
    expect(status.complete).toBe(atBoundary);
    expect(packets).toHaveLength(length >= 24 + 19 ? 1 : 0);
  }
});

test.each([
  ["a captured length past any limit", words("little", 1, 1, 0xfffffff0, 60), /implausible/],
  ["a record of 256 MiB", words("little", 1, 1, 256 << 20, 60), /implausible/],
])("%s stops the reader behind the good packets", (_, record, reason) => {
  const good = pcap("little", 0xa1b2c3d4, ["abc"]);
  const { packets, status } = read([Buffer.concat([good, record, Buffer.alloc(64)])]);
  expect(packets).toHaveLength(1);
  expect(status).toMatchObject({ complete: false, offset: good.length });
  expect(status.complete === false && status.reason).toMatch(reason);
});

test.each([
  ["a length of zero", words("little", 6, 0, 0)],
  ["a length that is no multiple of four", words("little", 6, 33, 0)],
  ["a length past the limit", words("little", 6, 0xfffffffc, 0)],
  ["lengths that differ", words("little", 0x99, 16, 0, 20)],
  ["a packet of an interface that does not exist", enhanced("little", 7, 1n, "x")],
  ["a packet longer than its block", block("little", 6, words("little", 0, 0, 0, 500, 500))],
  ["an interface block without its fields", block("little", 1, Buffer.alloc(0))],
  ["a section without its magic", block("little", 0x0a0d0d0a, Buffer.alloc(16))],
])("a pcapng block with %s stops the reader behind the good packets", (_, bad) => {
  const start = [
    sectionHeader("little"),
    interfaceBlock("little", 1),
    enhanced("little", 0, 1n, "x"),
  ];
  const before = Buffer.concat(start);
  const { packets, status } = read([before, Buffer.concat([bad, Buffer.alloc(64)])]);
  expect(packets).toHaveLength(1);
  expect(status).toMatchObject({ complete: false, offset: before.length });
});

test("interfaces are bounded by a named limit", () => {
  const bytes = [sectionHeader("little"), ...Array(20).fill(interfaceBlock("little", 1))];
  const reader = new CaptureReader({ onPacket: () => {}, limits: { interfaces: 10 } });
  reader.push(Buffer.concat(bytes));
  expect(reader.status).toMatchObject({ complete: false, reason: "more than 10 interfaces" });
  expect(reader.limits.find((limit) => limit.name === "interfaces")?.reached).toBe(1);
});

test("times of every resolution are exact to the nanosecond", () => {
  const resolution = fc.constantFrom(0, 1, 3, 6, 7, 9, 10, 12, 0x80, 0x88, 0x96, 0xa0, 0xbf);
  fc.assert(
    fc.property(resolution, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (tsresol, count) => {
      const exponent = BigInt(tsresol & 0x7f);
      const unit = tsresol & 0x80 ? 1n << exponent : 10n ** exponent;
      fc.pre(count / unit < 1n << 51n);
      const file = [sectionHeader("big"), interfaceBlock("big", 1, tsresol)];
      const { packets } = read([Buffer.concat([...file, enhanced("big", 0, count, "x")])]);
      const rest = ((count % unit) * 1_000_000_000n) / unit;
      expect(packets[0]?.time).toBe(`${count / unit}.${String(rest).padStart(9, "0")}`);
    }),
    { numRuns: 500, seed: 2 },
  );
});

test.each([
  [0, 0, -1, 2 ** 51],
  [6, 0x7fffffff, -1, 2 ** 51],
  [9, -0x80000000, 0, -(2 ** 51)],
  [3, 0, -1, 2 ** 51],
  [0x80, 0, -1, 2 ** 51],
  [0xff, -0x80000000, 0, -(2 ** 51)],
])("a time beyond all years is held to the bound and counted (resolution %i)", (...given) => {
  const [resolution, offsetHigh, offsetLow, seconds] = given;
  const offset = Buffer.concat([halves("big", 14, 8), words("big", offsetHigh, offsetLow)]);
  const described = [halves("big", 1, 0), words("big", 96), halves("big", 9, 1)];
  const body = Buffer.concat([...described, Buffer.from([resolution, 0, 0, 0]), offset]);
  const file = [sectionHeader("big"), block("big", 1, body)];
  const count = resolution === 0xff || offsetHigh !== 0 ? 5n : (1n << 64n) - 1n;
  const reader = new CaptureReader({
    onPacket: (packet) => expect(packet.seconds).toBe(seconds),
  });
  reader.push(Buffer.concat([...file, enhanced("big", 0, count, "x")]));
  expect(reader.packetCount).toBe(1);
  expect(reader.limits.find(({ name }) => name.startsWith("packet times"))?.reached).toBe(1);
});

test("an interface's negative offset moves its times back", () => {
  const described = [halves("little", 1, 0), words("little", 96), halves("little", 14, 8)];
  const body = Buffer.concat([...described, words("little", -7200, -1)]);
  const file = [sectionHeader("little"), block("little", 1, body)];
  const { packets } = read([Buffer.concat([...file, enhanced("little", 0, 7_200_000_001n, "x")])]);
  expect(packets[0]?.time).toBe("0.000001000");
});

test("a time too far off for nanoseconds is written as finely as 64 bits hold it", () => {
  const writer = new PcapngWriter();
  const packet = { nanoseconds: 126_329_000, originalBytes: 1, linkType: 1, snapLength: 96 };
  const far = [1_700_000_000, 18_446_744_073_204, 40_000_000_000_000];
  const bytes = Buffer.concat([
    writer.start(),
    ...far.map((seconds) => writer.packet({ ...packet, seconds, bytes: Buffer.from("a") })),
  ]);
  expect(read([bytes]).packets.map(({ time }) => time)).toEqual([
    "1700000000.126329000",
    "18446744073204.126329000",
    "40000000000000.000000000",
  ]);
});

test("what the writer writes the reader reads back", () => {
  const writer = new PcapngWriter({ interfaceName: "eth0", interfaceComment: "uplink" });
  const time = { seconds: 1_700_000_000, nanoseconds: 999_999_999 };
  const packet = { ...time, originalBytes: 1500, linkType: 1, snapLength: 96 };
  const bytes = Buffer.concat([
    writer.start({ comments: ["case IR-1"], hardware: "x86", operatingSystem: "Linux" }),
    writer.packet({ ...packet, bytes: Buffer.from("abc"), comments: ["ä note"] }),
    writer.packet({ ...packet, bytes: Buffer.from("defg") }),
    writer.packet({ ...packet, bytes: Buffer.from("h"), linkType: 101 }),
    writer.secrets(0x544c534b, Buffer.from("key")),
    writer.statistics({ ...time, interfaceId: 1, received: 3n, dropped: 1n << 40n }),
  ]);
  const { packets, layout, status } = read([bytes]);
  expect(status).toEqual({ complete: true });
  expect(packets.map((one) => Buffer.from(one.bytes, "hex").toString())).toEqual([
    "abc",
    "defg",
    "h",
  ]);
  expect(packets[1]).toMatchObject({ time: "1700000000.999999999", originalBytes: 1500 });
  expect(layout.sections[0]).toMatchObject({ hardware: "x86", operatingSystem: "Linux" });
  expect(layout.interfaces).toMatchObject([
    { linkType: 1, snapLength: 96, timeResolution: 9, name: "eth0" },
    { linkType: 101 },
  ]);
  const texts = layout.comments.map((comment) => comment.text);
  expect(texts).toEqual(["case IR-1", "uplink", "ä note", "uplink"]);
  expect(layout.statistics).toMatchObject([
    { interfaceIndex: 1, received: "3", dropped: "1099511627776" },
  ]);
});

test("containers are told apart by their first bytes", () => {
  expect(detectContainer(Buffer.from("1f8b08", "hex"))).toBe("gzip");
  expect(detectContainer(Buffer.from("28b52ffd", "hex"))).toBe("zstd");
  expect(detectContainer(Buffer.from("5e2a4d18", "hex"))).toBe("zstd");
  expect(detectContainer(Buffer.from("0a0d0d0a", "hex"))).toBe("pcapng");
  expect(detectContainer(Buffer.from("4d3cb2a1", "hex"))).toBe("pcap");
  expect(detectContainer(Buffer.from("zip!"))).toBe("unknown");
  expect(detectContainer(Buffer.alloc(0))).toBe("unknown");
});
