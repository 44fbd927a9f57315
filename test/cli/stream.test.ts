import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, TCP, tcpFrame, udpFrame } from "../../src/core/traffic/ethernet.ts";
import { ScratchHome } from "../support/holdfast.ts";

const CLIENT = { host: host("10.0.0.1"), port: 40_000, start: 0xffffffff - 3 };
const SERVER = { host: host("10.0.0.2"), port: 80, start: 7_000_000 };
const T = 1_700_000_000;

interface Said {
  readonly by: "client" | "server";
  /** Position in the direction; -1 is the SYN's own number. */
  readonly at: number;
  readonly text?: string;
  readonly flags?: number;
  readonly acknowledges?: number;
  readonly hasBadChecksum?: boolean;
  /** Bytes of the payload that the capture cut off. */
  readonly cut?: number;
}

const HANDSHAKE: readonly Said[] = [
  { by: "client", at: -1, flags: TCP.syn },
  { by: "server", at: -1, flags: TCP.syn | TCP.ack },
  { by: "client", at: 0, acknowledges: 0 },
];

/** One connection's packets as a capture. */
function capture(said: readonly Said[]): Buffer {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  for (const [n, one] of said.entries()) {
    const [from, to] = one.by === "client" ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const flags = one.flags ?? TCP.ack | TCP.psh;
    const frame = tcpFrame(
      { from: from.host, to: to.host, identification: n },
      {
        sourcePort: from.port,
        destinationPort: to.port,
        sequence: (from.start + 1 + one.at) >>> 0,
        acknowledgment: (to.start + 1 + (one.acknowledges ?? 0)) >>> 0,
        flags,
        window: 501,
      },
      Buffer.from(one.text ?? "", "latin1"),
    );
    if (one.hasBadChecksum) frame[50]! ^= 0x55;
    pieces.push(
      writer.packet({
        bytes: frame.subarray(0, frame.length - (one.cut ?? 0)),
        originalBytes: frame.length,
        seconds: T + n,
        nanoseconds: 0,
        linkType: 1,
        snapLength: 262_144,
      }),
    );
  }
  return Buffer.concat(pieces);
}

/** A home that is served: its commands are asked for over the socket, and start in a third of the time. */
async function homeWith(bytes: Buffer): Promise<{ home: ScratchHome; uid: string }> {
  const home = ScratchHome.empty();
  await home.serve();
  writeFileSync(home.path("in.pcapng"), bytes);
  home.ok("import", home.path("in.pcapng"));
  const [conn] = home.json<{ uid: string }>("query");
  return { home, uid: conn!.uid };
}

test("both directions come in order, over a wrap, a retransmission and a packet out of order", async () => {
  const { home, uid } = await homeWith(
    capture([
      ...HANDSHAKE,
      { by: "client", at: 4, text: "/index HTTP/1.0\r\n\r\n" },
      { by: "client", at: 0, text: "GET " },
      { by: "client", at: 0, text: "GET " },
      { by: "server", at: 0, text: "HTTP/1.0 200 OK\r\n\r\n", acknowledges: 23 },
      { by: "server", at: 19, text: "\x1b[2J\0\x01\x02\x03\x04\x05\x06\x07", acknowledges: 23 },
    ]),
  );
  const raw = home.ok("stream", uid, "--side", "orig");
  expect(raw.text).toBe("GET /index HTTP/1.0\r\n\r\n");
  home.ok("stream", uid, "--side", "resp", "--out", home.path("resp"));
  expect(readFileSync(home.path("resp"), "latin1")).toBe(
    "HTTP/1.0 200 OK\r\n\r\n\x1b[2J\0\x01\x02\x03\x04\x05\x06\x07",
  );
  const { text } = home.ok("stream", uid);
  expect(text).toContain("> GET /index HTTP/1.0\n");
  expect(text).toContain("> [10.0.0.1:40000, the originator; policy first]");
  expect(text).not.toContain("\x1b");
  expect(home.ok("stream", uid, "--diff").text).toContain("no two packets disagree");
  const reads = home.json<{ query: string; purpose: string; packets: number }>(
    "ledger",
    "--type",
    "read.packets",
  );
  expect(reads).toHaveLength(4);
  expect(reads[0]).toMatchObject({ query: `uid == ${uid}`, purpose: "stream", packets: 8 });
});

test("a gap, a cut packet and a packet with a wrong checksum are told", async () => {
  const { home, uid } = await homeWith(
    capture([
      ...HANDSHAKE,
      { by: "client", at: 0, text: "abc" },
      { by: "client", at: 0, text: "XYZ", hasBadChecksum: true },
      { by: "client", at: 6, text: "ghi" },
      { by: "server", at: 0, acknowledges: 9 },
      { by: "client", at: 9, text: "jklmno", cut: 4 },
    ]),
  );
  const { text, errors } = home.ok("stream", uid);
  const lines = text.split("\n").slice(2);
  expect(lines).toEqual([
    "> abc",
    "> [gap: 3 bytes at 3 of orig not captured]",
    "> ghijk",
    "> [gap: 4 bytes at 11 of orig cut off by the capture]",
    "",
  ]);
  expect(errors).toContain("orig 8 bytes, 7 missing");
  expect(errors).toContain("1 packet refused for the checksum");
  const events = home.json<{ type: string }>("stream", uid);
  expect(events.map(({ type }) => type)).toEqual([
    "start",
    "data",
    "gap",
    "data",
    "data",
    "gap",
    "end",
  ]);
});

test("policies answer an overlap each in its way, and --diff names both packets", async () => {
  const { home, uid } = await homeWith(
    capture([
      ...HANDSHAKE,
      { by: "client", at: 5, text: "user=alice" },
      { by: "client", at: 4, text: " user=mallory" },
      { by: "client", at: 0, text: "LOGI" },
    ]),
  );
  const of = (policy: string): string =>
    home.ok("stream", uid, "--side", "orig", "--policy", policy).text;
  expect(of("first")).toBe("LOGI user=alicery");
  expect(of("windows")).toBe("LOGI user=mallory");
  const { text } = home.ok("stream", uid, "--diff");
  expect(text).toContain("orig, byte 10, 5 bytes");
  expect(text).toMatch(/packet 4 .*: first\n {4}0000000a {2}61 6c 69 63 65/);
  expect(text).toMatch(/packet 5 .*: last, bsd, linux, windows, solaris\n/);
  const [answer] = home.json<{
    differences: { versions: { text: string; policies: string[] }[] }[];
    results: { policy: string; orig: { sha256: string } }[];
  }>("stream", uid, "--diff");
  expect(answer!.differences[0]!.versions.map(({ text: own }) => own)).toEqual(["alice", "mallo"]);
  expect(new Set(answer!.results.map(({ orig }) => orig.sha256)).size).toBe(2);
});

test("two answers to one question: what the host read, and what came last", async () => {
  const { home, uid } = await homeWith(
    capture([
      ...HANDSHAKE,
      { by: "server", at: 0, text: "real answer" },
      { by: "server", at: 0, text: "fake answer" },
    ]),
  );
  const of = (policy: string): string =>
    home.ok("stream", uid, "--side", "resp", "--policy", policy).text;
  expect(of("linux")).toBe("real answer");
  expect(of("last")).toBe("fake answer");
  const { text } = home.ok("stream", uid, "--diff", "--side", "resp");
  expect(text).toMatch(/packet 4 .*: first, bsd, linux, windows, solaris\n/);
  expect(text).toMatch(/packet 5 .*: last\n/);
});

test("what has no stream is refused with the right code", async () => {
  const writer = new PcapngWriter();
  const frame = udpFrame(
    { from: CLIENT.host, to: SERVER.host, identification: 1 },
    { source: 5000, destination: 5001 },
    new Uint8Array(20),
  );
  const packet = writer.start({});
  const bytes = writer.packet({
    bytes: frame,
    originalBytes: frame.length,
    seconds: T,
    nanoseconds: 0,
    linkType: 1,
    snapLength: 262_144,
  });
  const { home, uid } = await homeWith(Buffer.concat([packet, bytes]));
  writeFileSync(home.path("kept"), "kept");
  const udp = home.run(["stream", uid, "--side", "orig", "-o", home.path("kept")]);
  expect(udp.code).toBe(3);
  expect(udp.errors).toContain("only TCP has a stream");
  expect(readFileSync(home.path("kept"), "utf8")).toBe("kept");
  expect(home.run(["stream", "C1234"]).code).toBe(4);
  expect(home.run(["stream", uid, "--policy", "amiga"]).code).toBe(2);
  expect(home.ok("completion", "bash").text).toContain("--policy");
});

test("a connection without payload has nothing to show", async () => {
  const { home, uid } = await homeWith(capture(HANDSHAKE));
  expect(home.run(["stream", uid]).code).toBe(4);
});
