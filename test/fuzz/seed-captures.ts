import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { isCaptureName, listCases, readCase } from "../conformance/corpus.ts";
import { SeededRandom } from "./random.ts";

const CORPUS_SEEDS_MAX = 400;
const SEED_BYTES_MAX = 65_536;

/** Captures to mutate: two of our own writing, and a spread over the corpus where there is one. */
export function seedCaptures(corpusFolder: string): Uint8Array[] {
  return [writtenPcapng(), writtenPcap(), ...corpusCaptures(corpusFolder)];
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

/** Evenly spread over the corpus, so that every area and protocol lends some. */
function corpusCaptures(folder: string): Uint8Array[] {
  const cases = (listCases(folder, {}) ?? []).filter((one) => one.hasCapture);
  const step = Math.max(1, Math.floor(cases.length / CORPUS_SEEDS_MAX));
  return cases
    .filter((_, n) => n % step === 0)
    .flatMap(({ folder: caseFolder }) => {
      const input = readCase(caseFolder).files.find(
        (file) => file.role === "input" && isCaptureName(file.name),
      );
      if (input === undefined) return [];
      return [
        new Uint8Array(readFileSync(join(caseFolder, input.name)).subarray(0, SEED_BYTES_MAX)),
      ];
    });
}
