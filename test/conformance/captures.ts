import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { detectContainer } from "../../src/core/pcap/index.ts";
import { type CaseJson, isCaptureName } from "./corpus.ts";

const DECOMPRESSED_BYTES_MAX = 1 << 30;

/** A case's captures in file order, decompressed where a compressed original is the input. */
export function readCaptures(caseFolder: string, caseJson: CaseJson): Uint8Array[] {
  return caseJson.files
    .filter((file) => file.role === "input" && isCaptureName(file.name))
    .map((file) => decompressed(readFileSync(join(caseFolder, file.name))));
}

/** The bytes as they are, or what a gzip or zstd file holds; damaged ones stay compressed. */
function decompressed(bytes: Uint8Array): Uint8Array {
  const options = { maxOutputLength: DECOMPRESSED_BYTES_MAX };
  try {
    const container = detectContainer(bytes);
    if (container === "gzip") return gunzipSync(bytes, options);
    if (container === "zstd") return zstdDecompressSync(bytes, options);
  } catch {
    // Damage in the outer file is not what these cases are about: the reader says "compressed".
  }
  return bytes;
}
