import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { type CorpusCase, isCaptureName, listCases, readCase } from "../conformance/corpus.ts";
import { SeededRandom } from "./random.ts";

const AREA_SEEDS_MAX = 80;
const SEED_BYTES_MAX = 65_536;

/** Captures to mutate, by area: two of our own writing, and the corpus where there is one. */
export function seedCaptures(corpusFolder: string): Map<string, Uint8Array[]> {
  const own: [string, Uint8Array[]] = ["our own writing", [writtenPcapng(), writtenPcap()]];
  return new Map([own, ...corpusCaptures(corpusFolder)]);
}

/** Ethernet packets of TCP, UDP and ICMP with bodies that are no protocol at all. */
function packets(): Uint8Array[] {
  const random = new SeededRandom(11);
  return Array.from({ length: 40 }, (_, n) => {
    const bytes = new Uint8Array(60 + random.below(400)).map(() => random.below(256));
    const view = new DataView(bytes.buffer);
    view.setUint16(12, 0x0800);
    view.setUint8(14, 0x45);
    view.setUint16(16, bytes.length - 14);
    view.setUint16(20, n % 5 === 0 ? 0x2000 : 0);
    view.setUint8(23, [6, 17, 1][n % 3]!);
    view.setUint32(26, 0x0a000001);
    view.setUint32(30, 0x0a000002);
    view.setUint16(34, 40_000);
    view.setUint16(36, [53, 80, 443][n % 3]!);
    view.setUint8(46, 0x50);
    return bytes;
  });
}

function writtenPcapng(): Uint8Array {
  const writer = new PcapngWriter({ interfaceName: "eth0" });
  const pieces = [writer.start({ comments: ["seed"] })];
  for (const [n, bytes] of packets().entries()) {
    pieces.push(
      writer.packet({
        bytes,
        originalBytes: bytes.length,
        seconds: 1_700_000_000 + n,
        nanoseconds: n,
        linkType: n % 7 === 0 ? 101 : 1,
        snapLength: 262_144,
        ...(n % 4 === 0 ? { comment: "a comment" } : {}),
      }),
    );
  }
  pieces.push(writer.secrets(0x544c534b, Buffer.from("CLIENT_RANDOM 00 11\n")));
  pieces.push(writer.statistics({ interfaceId: 0, seconds: 1, nanoseconds: 2, received: 40n }));
  return new Uint8Array(Buffer.concat(pieces));
}

function writtenPcap(): Uint8Array {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(1, 20);
  const records = packets().flatMap((bytes, n) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000 + n, 0);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    return [record, bytes];
  });
  return new Uint8Array(Buffer.concat([header, ...records]));
}

/** Evenly spread over each area's cases, so that every protocol lends some. */
function corpusCaptures(folder: string): Map<string, Uint8Array[]> {
  const byArea = Map.groupBy(
    (listCases(folder, {}) ?? []).filter((one) => one.hasCapture),
    ({ area }) => area,
  );
  return new Map([...byArea].map(([area, cases]) => [area, spread(cases).map(firstCapture)]));
}

function spread(cases: readonly CorpusCase[]): CorpusCase[] {
  const step = Math.max(1, Math.floor(cases.length / AREA_SEEDS_MAX));
  return cases.filter((_, n) => n % step === 0);
}

function firstCapture({ folder }: CorpusCase): Uint8Array {
  const { files } = readCase(folder);
  const input = files.find((file) => file.role === "input" && isCaptureName(file.name))!;
  return new Uint8Array(readFileSync(join(folder, input.name)).subarray(0, SEED_BYTES_MAX));
}
