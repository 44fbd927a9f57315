import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { host, TCP, tcpFrame, udpFrame } from "../../src/core/traffic/ethernet.ts";
import { ScratchHome } from "../support/holdfast.ts";

const CLIENT = { host: host("10.0.0.1"), port: 40_000, start: 1000 };
const SERVER = { host: host("10.0.0.5"), port: 443, start: 7000 };
const T = 1_700_000_000;

interface Said {
  readonly at: number;
  readonly by: "client" | "server";
  readonly from?: number;
  readonly length?: number;
  readonly acks?: number;
  readonly flags?: number;
}

function capture(frames: readonly { at: number; bytes: Uint8Array }[]): Buffer {
  const writer = new PcapngWriter();
  const pieces = [writer.start({})];
  for (const { at, bytes } of frames) {
    pieces.push(
      writer.packet({
        bytes,
        originalBytes: bytes.length,
        seconds: T + Math.floor(at / 1000),
        nanoseconds: Math.round((at % 1000) * 1e6),
        linkType: 1,
        snapLength: 262_144,
      }),
    );
  }
  return Buffer.concat(pieces);
}

function talk(said: readonly Said[]): Buffer {
  return capture(
    said.map((one, n) => {
      const [from, to] = one.by === "client" ? [CLIENT, SERVER] : [SERVER, CLIENT];
      const bytes = tcpFrame(
        { from: from.host, to: to.host, identification: n + 1 },
        {
          sourcePort: from.port,
          destinationPort: to.port,
          sequence: from.start + 1 + (one.from ?? 0),
          acknowledgment: to.start + 1 + (one.acks ?? 0),
          flags: one.flags ?? TCP.ack,
          window: 501,
        },
        new Uint8Array(one.length ?? 0).fill(65),
      );
      return { at: one.at, bytes };
    }),
  );
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

const SLOW: readonly Said[] = [
  { at: 0, by: "client", from: -1, flags: TCP.syn },
  { at: 10, by: "server", from: -1, flags: TCP.syn | TCP.ack },
  { at: 12, by: "client" },
  { at: 15, by: "client", length: 100 },
  { at: 25, by: "server", acks: 100 },
  { at: 3225, by: "server", length: 1000, acks: 100 },
  { at: 3227, by: "client", from: 100, acks: 1000 },
];

test("a slow server is named with its packets, and the read is in the ledger", async () => {
  const { home, uid } = await homeWith(talk(SLOW));
  const { text } = home.ok("verdict", uid);
  const [sentence, , , reason, asked, answered] = text.split("\n");
  expect(sentence).toBe(
    "Server: 10.0.0.5 took 3.2 s to answer its one request; the network's round trip was 12 ms, 0 of 2 segments were lost.",
  );
  expect(reason).toBe("  server: 10.0.0.5 took 3.2 s to answer its one request");
  expect(asked).toMatch(/^ {4}packet 4 {2}2023-11-14T22:13:20\.015000Z {2}\S+ @ \d+$/);
  expect(answered).toMatch(/^ {4}packet 6 {2}2023-11-14T22:13:23\.225000Z {2}\S+ @ \d+$/);
  expect(text).toMatch(/round trip to it, ms +2\.000 +10\.000\n/);
  const [answer] = home.json<{
    party: string;
    cause: string;
    reasons: { packets: { number: number; offset: number }[] }[];
    numbers: { answer_time: number; resp: { round_trip: number } };
  }>("verdict", uid, "--purpose", "ticket 4711");
  expect(answer).toMatchObject({
    party: "server",
    cause: "slow-answers",
    numbers: { answer_time: 3.2, resp: { round_trip: 0.01 } },
  });
  expect(answer!.reasons[0]!.packets.map(({ number }) => number)).toEqual([4, 6]);
  const reads = home.json<{ purpose: string; packets: number }>("ledger", "--type", "read.packets");
  expect(reads.map(({ purpose }) => purpose)).toEqual(["verdict", "ticket 4711"]);
  expect(reads[0]!.packets).toBe(7);
});

test("what cannot be told is unknown, with what is missing", async () => {
  const { home, uid } = await homeWith(
    talk([0, 1000, 3000].map((at) => ({ at, by: "client", from: -1, flags: TCP.syn }))),
  );
  const { text } = home.ok("verdict", uid);
  expect(text).toMatch(/^Unknown: 10\.0\.0\.5 never answered 3 SYNs in 3\.0 s/);
  expect(text).toContain("\nMissing:\n  a capture at the server");
});

test("what is no TCP connection is refused, and completion and help know the command", async () => {
  const bytes = udpFrame(
    { from: CLIENT.host, to: SERVER.host, identification: 1 },
    { source: 5000, destination: 5001 },
    new Uint8Array(20),
  );
  const { home, uid } = await homeWith(capture([{ at: 0, bytes }]));
  expect(home.run(["verdict", uid]).code).toBe(3);
  expect(home.run(["verdict", "C1234"]).code).toBe(4);
  expect(home.ok("completion", "bash").text).toContain("verdict");
  expect(home.ok("verdict", "--help").text).toContain("lost behind it");
});
