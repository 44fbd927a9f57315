import { joinBytes } from "../../core/base/index.ts";
import { PcapngWriter } from "../../core/pcap/index.ts";
import type { FoundPacket } from "./packet-reader.ts";

export interface ExportFacts {
  readonly version: string;
  readonly case: string;
  readonly query: string;
  readonly entry: number;
  readonly postingsSha256: string;
  /** Name and digest of each segment that packets come from. */
  readonly segments: readonly { segment: string; name: string; sha256: string }[];
  /** TLS secrets that open these packets (lines of an NSS key log); they come before the packets. */
  readonly secrets?: string | undefined;
  /** What people noted on a packet: goes with it as comments. */
  readonly commentsOn?: (segment: string, offset: number) => readonly string[];
  /** Each packet says where it lies: its segment's place among `segments`, and the offset there. */
  readonly hasPlaces?: boolean;
}

/** Type of a Decryption Secrets Block: "TLSK", an NSS key log (pcapng 4.7). */
const TLS_KEY_LOG = 0x544c534b;

/** Bytes gathered before they are handed on: a chunk per packet would cost more than the packet. */
const PIECE_BYTES = 256 * 1024;

/**
 * Packets as pcapng: the section's comments say which case, ledger entry, segments and digests they
 * come from, so that the file explains itself to whoever finds it.
 */
export async function* writePcapng(
  packets: AsyncIterable<FoundPacket>,
  facts: ExportFacts,
): AsyncGenerator<Uint8Array> {
  const writer = new PcapngWriter();
  const texts = [
    `case ${facts.case}; query ${facts.query || "(everything)"}; ledger entry ${facts.entry}; posting list sha256 ${facts.postingsSha256}`,
    ...facts.segments.map(
      ({ segment, name, sha256 }) => `segment ${segment} of ${name}, sha256 ${sha256}`,
    ),
  ];
  let pieces: Uint8Array[] = [
    writer.start({ application: `Holdfast ${facts.version}`, comments: texts }),
  ];
  if (facts.secrets !== undefined) {
    pieces.push(writer.secrets(TLS_KEY_LOG, new TextEncoder().encode(facts.secrets)));
  }
  let gathered = 0;
  const order = new Map(facts.segments.map(({ segment }, n) => [segment, n]));
  for await (const { packet, segment, offset } of packets) {
    const comments = facts.commentsOn?.(segment, offset) ?? [];
    const { start, capturedBytes } = packet;
    const piece = writer.packet({
      bytes: packet.bytes.subarray(start, start + capturedBytes),
      originalBytes: packet.originalBytes,
      seconds: packet.seconds,
      nanoseconds: packet.nanoseconds,
      linkType: packet.linkType,
      snapLength: 262_144,
      comments,
      ...(facts.hasPlaces === true && { packetId: packetIdOf(order.get(segment) ?? 0, offset) }),
    });
    pieces.push(piece);
    gathered += piece.length;
    if (gathered < PIECE_BYTES) continue;
    yield joinBytes(pieces);
    pieces = [];
    gathered = 0;
  }
  yield joinBytes(pieces);
}

/** The upper 16 bits name the segment, as the section's comments count them from 0; the others the offset. */
function packetIdOf(segment: number, offset: number): bigint {
  return (BigInt(segment) << 48n) | BigInt(offset);
}
