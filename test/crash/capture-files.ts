import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PcapngWriter } from "../../src/core/pcap/index.ts";
import { SeededRandom } from "../fuzz/random.ts";

export const FLOWS_PER_FILE = 150;
const PACKETS_PER_FLOW = 16;
const PAYLOAD_BYTES = 1_000;
const HEADER_BYTES = 42;

/** Writes `count` different captures of some 2.5 MB into a scratch folder; returns folder and files. */
export function writeCaptures(count: number): { folder: string; files: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-crash-"));
  const files: string[] = [];
  for (let n = 0; n < count; n++) {
    const path = join(folder, `capture-${String(n + 1).padStart(2, "0")}.pcapng`);
    writeFileSync(path, capture(n));
    files.push(path);
  }
  return { folder, files };
}

/** UDP between many pairs of ports; each file is an hour of its own, so some share an index day. */
function capture(number: number): Buffer {
  const random = new SeededRandom(number + 1);
  const writer = new PcapngWriter();
  const pieces = [writer.start()];
  const hour = 1_767_225_600 + number * 3_600;
  for (let n = 0; n < PACKETS_PER_FLOW; n++) {
    for (let flow = 0; flow < FLOWS_PER_FILE; flow++) {
      const bytes = frame(number, flow, random);
      const time = { seconds: hour + n, nanoseconds: flow * 1_000 };
      const lengths = { originalBytes: bytes.length, snapLength: 262_144 };
      pieces.push(writer.packet({ bytes, ...time, ...lengths, linkType: 1 }));
    }
  }
  return Buffer.concat(pieces);
}

/** Ethernet, IPv4 and UDP without its checksum (zero: not computed) around noise that does not shrink. */
function frame(number: number, flow: number, random: SeededRandom): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + PAYLOAD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45]);
  view.setUint16(16, 28 + PAYLOAD_BYTES);
  bytes.set([64, 17], 22);
  bytes.set([10, 0, number, 1, 10, 1, number, 2], 26);
  view.setUint16(24, headerChecksum(view));
  view.setUint16(34, 20_000 + flow);
  view.setUint16(36, 9_000);
  view.setUint16(38, 8 + PAYLOAD_BYTES);
  for (let at = HEADER_BYTES; at < bytes.length; at += 2) view.setUint16(at, random.below(65_536));
  return bytes;
}

/** RFC 791's checksum over the 20 bytes behind the Ethernet header. */
function headerChecksum(view: DataView): number {
  let sum = 0;
  for (let at = 14; at < 34; at += 2) sum += view.getUint16(at);
  return ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
}
