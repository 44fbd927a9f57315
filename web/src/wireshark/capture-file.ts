import { joinBytes } from "../../../src/core/base/index.ts";
import { CaptureReader } from "../../../src/core/pcap/index.ts";
import type { PacketFacts } from "../connection/packet-info.ts";

/** A packet of the file: what is known of it, and where it lies there. */
interface FiledPacket extends PacketFacts {
  readonly start: number;
  readonly recordStart: number;
  /** Where its record lies in the sealed segment, where the file says so. */
  readonly sealedAt: number | undefined;
}

/** A connection's packets as one file: what Wireshark reads, and what our own decode reads. */
export interface CaptureFile {
  /** Which it is, for whoever keeps what was found out about it. */
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly packets: readonly FiledPacket[];
  /** The ledger's entry of the read. */
  readonly seq: number;
  /** Names of the key logs whose secrets the file holds. */
  readonly keyLogs: readonly string[];
}

/** Finds the packets of a pcapng file; what comes after damage is not there. */
export function readCapture(
  key: string,
  bytes: Uint8Array,
  seq: number,
  keyLogs: readonly string[] = [],
): CaptureFile {
  const packets: FiledPacket[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const reader = new CaptureReader({
    onPacket: (record) => {
      const ns = BigInt(record.seconds) * 1_000_000_000n + BigInt(record.nanoseconds);
      packets.push({
        number: packets.length + 1,
        ts_ns: String(ns),
        captured_bytes: record.capturedBytes,
        original_bytes: record.originalBytes,
        link_type: record.linkType,
        start: record.start,
        recordStart: record.recordOffset,
        sealedAt: sealedAt(view, record.start + record.capturedBytes),
      });
    },
  });
  // In one piece, so that where a packet lies in the piece is where it lies in the file.
  reader.push(bytes);
  reader.end();
  return { key, bytes, packets, seq, keyLogs };
}

const PACKET_ID_OPTION = 5;

/** The offset in a packet's number, among the options behind its bytes. */
function sealedAt(view: DataView, bytesEnd: number): number | undefined {
  // Options begin on a multiple of four, as blocks do.
  let at = bytesEnd + (-bytesEnd & 3);
  while (at + 12 <= view.byteLength) {
    const code = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (code === PACKET_ID_OPTION && length === 8) {
      return view.getUint16(at + 8, true) * 2 ** 32 + view.getUint32(at + 4, true);
    }
    // Only comments come before it; anything else is the end of the block.
    if (code !== 1) return undefined;
    at += 4 + length + (-length & 3);
  }
  return undefined;
}

const SECRETS_BLOCK = 10;

/** The file without the secrets in it: whoever is given the packets is not given the keys. */
export function withoutSecrets({ bytes }: CaptureFile): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at + 12 <= bytes.length; ) {
    // What the server writes is little-endian.
    const length = view.getUint32(at + 4, true);
    if (length < 12 || at + length > bytes.length) break;
    if (view.getUint32(at, true) !== SECRETS_BLOCK) pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return joinBytes(pieces);
}

/** One packet's bytes. */
export function packetBytes({ bytes, packets }: CaptureFile, number: number): Uint8Array {
  const packet = packets[number - 1];
  if (packet === undefined) return new Uint8Array(0);
  return bytes.subarray(packet.start, packet.start + packet.captured_bytes);
}

/** The file up to and with a packet. */
export function firstPackets({ bytes, packets }: CaptureFile, count: number): Uint8Array {
  return bytes.subarray(0, packets[count]?.recordStart ?? bytes.length);
}

/** The file with zeros for what those packets carry, so that the others keep their numbers. */
export function blankPackets(capture: CaptureFile, numbers: Iterable<number>): Uint8Array {
  const bytes = capture.bytes.slice();
  for (const number of numbers) packetBytes({ ...capture, bytes }, number).fill(0);
  return bytes;
}
