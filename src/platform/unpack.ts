import { brotliDecompressSync, zstdDecompressSync } from "node:zlib";
import type { Unpack } from "../core/base/index.ts";

const UNPACKERS = { br: brotliDecompressSync, zstd: zstdDecompressSync };

/** `core`'s unpacking of whole bodies on node:zlib. */
export const unpack: Unpack = (coding, bytes, bytesMax) => {
  try {
    return new Uint8Array(UNPACKERS[coding](bytes, { maxOutputLength: bytesMax }));
  } catch {
    // Broken, cut off and too large are the same to core: there is no such file.
    return undefined;
  }
};
