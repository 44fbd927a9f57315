import { pcapMagic } from "./pcap-variants.ts";

export type Container = "gzip" | "zstd" | "pcap" | "pcapng" | "unknown";

/** Tells from the first four bytes what a file is; the name of a file proves nothing. */
export function detectContainer(firstBytes: Uint8Array): Container {
  const [a = 0, b = 0, c = 0, d = 0] = firstBytes;
  if (firstBytes.length >= 2 && a === 0x1f && b === 0x8b) return "gzip";
  if (firstBytes.length < 4) return "unknown";
  const bigEndian = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  const littleEndian = ((d << 24) | (c << 16) | (b << 8) | a) >>> 0;
  if (bigEndian === 0x28b52ffd) return "zstd";
  // Skippable zstd frames (RFC 8878 §3.1.2) may come first, as in the seekable format.
  if ((littleEndian & 0xfffffff0) >>> 0 === 0x184d2a50) return "zstd";
  if (bigEndian === 0x0a0d0d0a) return "pcapng";
  const isPcap = pcapMagic(bigEndian) !== undefined || pcapMagic(littleEndian) !== undefined;
  return isPcap ? "pcap" : "unknown";
}
