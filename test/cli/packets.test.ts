import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CaptureReader, PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, udpFrame } from "../../src/core/traffic/ethernet.ts";
import { ScratchHome } from "../support/holdfast.ts";

interface Planned {
  readonly seconds: number;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly vlan?: number;
}

/** A capture of UDP packets as planned, in the order given. */
function capture(plan: readonly Planned[]): Buffer {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  for (const [n, { seconds, from, to, bytes, vlan }] of plan.entries()) {
    const between = { from: host(from), to: host(to), identification: n & 0xffff };
    const plain = udpFrame(
      between,
      { source: 4000, destination: 9999 },
      new Uint8Array(bytes).fill(n),
    );
    const frame =
      vlan === undefined
        ? plain
        : Buffer.concat([
            plain.subarray(0, 12),
            Buffer.from([0x81, 0, vlan >> 8, vlan & 255]),
            plain.subarray(12),
          ]);
    pieces.push(
      writer.packet({
        bytes: frame,
        originalBytes: frame.length,
        seconds,
        nanoseconds: n,
        linkType: 1,
        snapLength: 262_144,
      }),
    );
  }
  return Buffer.concat(pieces);
}

function read(bytes: Buffer): { seconds: number; size: number }[] {
  const seen: { seconds: number; size: number }[] = [];
  const reader = new CaptureReader({
    onPacket: ({ seconds, capturedBytes }) => seen.push({ seconds, size: capturedBytes }),
  });
  reader.push(bytes);
  reader.end();
  return seen;
}

/** A home that is served: its commands are asked for over the socket, and start in a third of the time. */
async function homeWith(...captures: readonly Buffer[]): Promise<ScratchHome> {
  const home = ScratchHome.empty();
  await home.serve();
  captures.forEach((bytes, n) => {
    writeFileSync(home.path(`${n}.pcapng`), bytes);
    home.ok("import", home.path(`${n}.pcapng`));
  });
  return home;
}

const T = 1_700_000_000;

test("packets of a capture out of order come in time order", async () => {
  const plan = [5, 3, 9, 1, 7].map((s) => ({
    seconds: T + s,
    from: "10.0.0.1",
    to: "10.0.0.2",
    bytes: 20,
  }));
  const home = await homeWith(capture(plan));
  expect(read(home.ok("packets", "udp").out).map(({ seconds }) => seconds - T)).toEqual([
    1, 3, 5, 7, 9,
  ]);
});

test("packets of several captures are merged by time", async () => {
  const plan = (list: number[]): Planned[] =>
    list.map((s) => ({ seconds: T + s, from: "10.0.0.1", to: "10.0.0.2", bytes: 20 }));
  const home = await homeWith(capture(plan([1, 4, 6])), capture(plan([2, 3, 8])));
  expect(read(home.ok("packets", "udp").out).map(({ seconds }) => seconds - T)).toEqual([
    1, 2, 3, 4, 6, 8,
  ]);
});

test("packets across the vault's frames come whole, and a query in between finds its few", async () => {
  const plan = Array.from({ length: 200 }, (_, n) => ({
    seconds: T + n,
    from: n % 50 === 7 ? "10.0.0.9" : "10.0.0.1",
    to: "10.0.0.2",
    bytes: 9000 + n,
  }));
  const home = await homeWith(capture(plan));
  expect(read(home.ok("packets", "udp").out)).toHaveLength(200);
  const few = read(home.ok("packets", "host 10.0.0.9").out);
  expect(few.map(({ size }) => size - 42)).toEqual([9007, 9057, 9107, 9157]);
});

test("host finds VLAN-tagged packets too, and vlan finds them alone", async () => {
  const base = { from: "10.0.0.1", to: "10.0.0.2", bytes: 20 };
  const home = await homeWith(
    capture([
      { ...base, seconds: T },
      { ...base, seconds: T + 1, vlan: 12 },
      { ...base, seconds: T + 2, vlan: 13 },
    ]),
  );
  expect(read(home.ok("packets", "host 10.0.0.1").out)).toHaveLength(3);
  expect(read(home.ok("packets", "vlan").out)).toHaveLength(2);
  expect(read(home.ok("packets", "vlan 13").out)).toHaveLength(1);
});

test("conn fields and packet terms mix: only the packets that keep both", async () => {
  const plan = Array.from({ length: 40 }, (_, n) => ({
    seconds: T + n,
    from: n % 2 ? "10.0.0.1" : "10.0.0.3",
    to: "10.0.0.2",
    bytes: n % 2 ? 100 : 10,
  }));
  const home = await homeWith(capture(plan));
  const query = `conn.orig_bytes > 1KB and after 2023-11-14T22:13:30Z`;
  const found = read(home.ok("packets", query).out);
  expect(found.map(({ seconds }) => seconds - T)).toEqual(
    plan.flatMap((_, n) => (n % 2 && n >= 10 ? [n] : [])),
  );
  expect(read(home.ok("packets", `not (conn.orig_bytes > 1KB)`).out)).toHaveLength(20);
});

test("a packet with a wrong IP checksum is not counted, and is still its connection's packet", async () => {
  const plan = [0, 1, 2].map((s) => ({
    seconds: T + s,
    from: "10.0.0.1",
    to: "10.0.0.2",
    bytes: 20,
  }));
  const bytes = capture(plan);
  const last = bytes.lastIndexOf(Buffer.from("0a0000010a000002", "hex"));
  bytes[last - 1]! ^= 0xff;
  const home = await homeWith(bytes);
  const [conn] = home.json<{ uid: string; orig_pkts: number }>("query", "udp");
  expect(conn!.orig_pkts).toBe(2);
  expect(read(home.ok("packets", "--uid", conn!.uid).out)).toHaveLength(3);
});

test("one case never answers for another", () => {
  const home = ScratchHome.empty();
  writeFileSync(
    home.path("a.pcapng"),
    capture([{ seconds: T, from: "10.0.0.1", to: "10.0.0.2", bytes: 20 }]),
  );
  home.ok("import", "--case", "A", "--purpose", "first", home.path("a.pcapng"));
  home.ok("case", "open", "B");
  expect(home.run(["query", "--case", "B"]).code).toBe(4);
  expect(home.run(["packets", "udp", "--case", "B", "-o", home.path("o")]).code).toBe(4);
  expect(home.json("query", "--case", "A")).toHaveLength(1);
  const [entry] = home.json<{ case: string; purpose: string }>("ledger", "--type", "import.start");
  expect(entry).toMatchObject({ case: "A", purpose: "first" });
});
