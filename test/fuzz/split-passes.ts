import { createGunzip, createZstdDecompress } from "node:zlib";
import { detectContainer } from "../../src/core/pcap/index.ts";
import { type EnginePass, passOver } from "./engine-pass.ts";
import type { SeededRandom } from "./random.ts";

/** A pass over a capture, plain or compressed, whose bytes come in these pieces. */
export async function passOverPieces(pieces: readonly Uint8Array[]): Promise<EnginePass> {
  return passOver(await plainPieces(pieces));
}

/** What a decompressor hands on, piece by piece as it is fed. */
async function plainPieces(pieces: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const container = detectContainer(Buffer.concat(pieces).subarray(0, 4));
  if (container !== "gzip" && container !== "zstd") return pieces;
  const stream = container === "gzip" ? createGunzip() : createZstdDecompress();
  const out: Uint8Array[] = [];
  stream.on("data", (bytes: Uint8Array) => out.push(bytes));
  const done = new Promise((resolve, reject) => {
    stream.on("end", resolve);
    stream.on("error", reject);
  });
  for (const piece of pieces) {
    await new Promise<void>((resolve) => {
      stream.write(piece, () => resolve());
    });
  }
  stream.end();
  await done;
  return out;
}

export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, n) => bytes.subarray(n, n + 1));
}

/** The bytes cut at up to forty places. */
export function cutSomewhere(bytes: Uint8Array, random: SeededRandom): Uint8Array[] {
  const places = Array.from({ length: 1 + random.below(40) }, () => random.below(bytes.length + 1));
  const ends = [...places.sort((a, b) => a - b), bytes.length];
  return ends.map((end, n) => bytes.subarray(n === 0 ? 0 : ends[n - 1], end));
}
