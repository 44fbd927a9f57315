import { HoldfastError } from "../../../core/base/index.ts";
import { parseHeader } from "./header.ts";
import { type AgeIdentity, openHeader } from "./recipients.ts";
import { CHUNK_BYTES, NONCE_BYTES, openChunk, payloadKey } from "./stream.ts";

/**
 * Decrypts a whole age v1 file in memory, chunk by chunk: each piece is released once its own tag
 * is good. Throws `vault/header-damaged`, `vault/header-forged`, `vault/no-match` before the first
 * piece, `vault/chunk-damaged` after the last good one.
 */
export function* decryptAgeFile(
  file: Uint8Array,
  identities: readonly AgeIdentity[],
): Generator<Uint8Array, void, undefined> {
  const header = parseHeader(file);
  if (header.status !== "ok") {
    const reason = header.status === "malformed" ? header.reason : "it is cut short";
    throw new HoldfastError("vault/header-damaged", `age header: ${reason}`);
  }
  const fileKey = openHeader(header.value, identities);
  const body = file.subarray(header.consumed);
  if (body.length < NONCE_BYTES) {
    throw new HoldfastError("vault/header-damaged", "age header: no whole nonce follows it");
  }
  yield* openBody(payloadKey(fileKey, body.subarray(0, NONCE_BYTES)), body.subarray(NONCE_BYTES));
}

function* openBody(key: Uint8Array, chunks: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let index = 0; ; index++) {
    const start = index * CHUNK_BYTES;
    const chunk = chunks.subarray(start, start + CHUNK_BYTES);
    const isAtEnd = start + chunk.length === chunks.length;
    // The flag in its nonce says whether a chunk was sealed as the last, wherever it now stands.
    let isLast = isAtEnd;
    let plain = openChunk(key, chunk, { index, isLast });
    if (plain === undefined && chunk.length === CHUNK_BYTES) {
      isLast = !isLast;
      plain = openChunk(key, chunk, { index, isLast });
    }
    if (plain === undefined || (isLast && plain.length === 0 && index > 0)) {
      throw chunkDamaged(index, "cannot be authenticated");
    }
    yield plain;
    if (isLast && !isAtEnd) throw chunkDamaged(index + 1, "lies beyond the last chunk");
    if (!isLast && isAtEnd) throw chunkDamaged(index + 1, "is missing");
    if (isLast) return;
  }
}

function chunkDamaged(index: number, what: string): HoldfastError {
  return new HoldfastError("vault/chunk-damaged", `age payload: chunk ${index} ${what}`);
}
