import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, TCP, tcpFrame, udpFrame } from "../../src/core/traffic/ethernet.ts";
import { ScratchHome } from "../support/holdfast.ts";

const CLIENT = { host: host("10.0.0.1"), port: 40_000, start: 1000 };
const SERVER = { host: host("10.0.0.5"), port: 443, start: 7000 };
const SECOND = 1_700_000_000;

interface Said {
  readonly us: number;
  readonly by: "client" | "server";
  readonly from?: number;
  readonly length?: number;
  readonly window?: number;
}

interface Answer {
  readonly seq: number;
  readonly width_ns: string;
  readonly bins: readonly {
    readonly from_ns: string;
    readonly number: number;
    readonly orig: Side;
    readonly resp: Side;
  }[];
  readonly orig: Side;
  readonly resp: Side;
  readonly left_out: number;
}

interface Side {
  readonly packets: number;
  readonly bytes: number;
  readonly again: number;
  readonly closed: number;
}

function homeWith(frames: readonly { us: number; bytes: Uint8Array }[]): [ScratchHome, string] {
  const writer = new PcapngWriter();
  const pieces = frames.map(({ us, bytes }) => {
    const nanoseconds = (us % 1_000_000) * 1000;
    const seconds = SECOND + Math.floor(us / 1_000_000);
    const facts = { originalBytes: bytes.length, linkType: 1, snapLength: 262_144 };
    return writer.packet({ ...facts, bytes, seconds, nanoseconds });
  });
  const home = new ScratchHome();
  const path = home.path("talk.pcapng");
  writeFileSync(path, Buffer.concat([writer.start({}), ...pieces]));
  home.ok("init");
  home.ok("import", path);
  const { uid } = JSON.parse(home.ok("query", "--json").text.split("\n")[0]!) as { uid: string };
  return [home, uid];
}

function talk(said: readonly Said[]): [ScratchHome, string] {
  return homeWith(
    said.map(({ us, by, from = 0, length = 0, window = 501 }, n) => {
      const [source, to] = by === "client" ? [CLIENT, SERVER] : [SERVER, CLIENT];
      const ends = { from: source.host, to: to.host, identification: n + 1 };
      const sequence = source.start + from;
      const ports = { sourcePort: source.port, destinationPort: to.port };
      const header = { ...ports, sequence, acknowledgment: to.start, flags: TCP.ack, window };
      return { us, bytes: tcpFrame(ends, header, new Uint8Array(length).fill(65)) };
    }),
  );
}

const TALK: readonly Said[] = [
  { us: 0, by: "client", length: 100 },
  { us: 4, by: "server" },
  { us: 25, by: "server", length: 1000 },
  { us: 1_000_000, by: "client", length: 100 },
  { us: 1_000_012, by: "client", from: 100, window: 0 },
];

test("bins of 10 µs tell packets and bytes of each direction, resends and closed windows", () => {
  const [home, uid] = talk(TALK);
  const [answer] = home.json<Answer>("io", uid, "--bin", "10us", "--purpose", "ticket 4711");
  const offsets = answer!.bins.map(({ from_ns }) =>
    Number(BigInt(from_ns) - BigInt(SECOND) * 10n ** 9n),
  );
  expect(offsets).toEqual([0, 20_000, 1_000_000_000, 1_000_010_000]);
  expect(answer!.bins.map(({ number }) => number)).toEqual([1, 3, 4, 5]);
  expect(answer!.bins[0]!.orig).toEqual({ packets: 1, bytes: 154, again: 0, closed: 0 });
  expect(answer!.bins[0]!.resp).toEqual({ packets: 1, bytes: 54, again: 0, closed: 0 });
  expect(answer!.orig).toEqual({ packets: 3, bytes: 362, again: 1, closed: 1 });
  expect(answer!.left_out).toBe(0);
  const reads = home.json<{ purpose: string }>("ledger", "--type", "read.packets");
  expect(reads.map(({ purpose }) => purpose)).toEqual(["ticket 4711"]);
});

test("the width fits the range, and a shorter range has narrower bins", () => {
  const [home, uid] = talk(TALK);
  expect(home.json<Answer>("io", uid)[0]!.width_ns).toBe("5000000");
  const from = "2023-11-14T22:13:20.000020Z";
  const [short] = home.json<Answer>("io", uid, "--from", from, "--to", "2023-11-14T22:13:20.001Z");
  expect(short!.width_ns).toBe("10000");
  expect(short!.bins.map(({ number }) => number)).toEqual([3]);
});

test("bins beyond the limit are said, and the table is for people", () => {
  const [home, uid] = talk(TALK);
  const { code, text, errors } = home.run(["io", uid, "--bin", "10us", "--limit", "2"]);
  expect(code).toBe(0);
  expect(text).toContain("2023-11-14T22:13:20.000020000Z");
  expect(text).toContain("bins of 10 µs; sent 1 packets, 154 B; got 2 packets, 1.1 kB");
  expect(errors).toContain("2 packets come after the last bin");
});

test("datagrams have bins too", () => {
  const ends = { from: host("10.0.0.1"), to: host("198.41.0.4") };
  const datagram = (us: number, identification: number) => {
    const ports = { source: 4000, destination: 9999 };
    return { us, bytes: udpFrame({ ...ends, identification }, ports, new Uint8Array(100)) };
  };
  const [home, uid] = homeWith([datagram(0, 1), datagram(30, 2)]);
  expect(home.json<Answer>("io", uid)[0]!.orig).toMatchObject({ packets: 2, bytes: 284, again: 0 });
});

test("what cannot be asked is refused in one sentence", () => {
  const [home, uid] = talk(TALK);
  for (const [args, status, says] of [
    [["--bin", "10"], 2, "a width is meant"],
    [["--bin", "1ns"], 2, "a width is meant"],
    [["--from", "yesterday"], 2, "a time in UTC is meant"],
    [
      ["--from", "2023-11-15T00:00:00Z", "--to", "2023-11-14T00:00:00Z"],
      3,
      "ends before it begins",
    ],
  ] as const) {
    const { code, errors } = home.run(["io", uid, ...args]);
    expect(code).toBe(status);
    expect(errors).toContain(says);
  }
  expect(home.run(["io", "C1234"]).code).toBe(4);
});
