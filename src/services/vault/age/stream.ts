import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { assert } from "../../../core/base/index.ts";

/** Plaintext of a STREAM chunk, and the chunk with its tag, as age v1 has them. */
export const CHUNK_PLAIN_BYTES = 65_536;
export const CHUNK_BYTES = CHUNK_PLAIN_BYTES + 16;
export const NONCE_BYTES = 16;

/** Key of the payload, from the file key and the nonce that begins the body. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return Buffer.from(hkdfSync("sha256", fileKey, nonce, "payload", 32));
}

/** Told of each finished chunk; the view is valid until the call returns. */
export type ChunkSink = (chunk: Uint8Array) => void;

/** Turns plaintext of any split into STREAM chunks. The last chunk is known only at `finish`. */
export class StreamSealer {
  readonly #key: Uint8Array;
  readonly #sink: ChunkSink;
  readonly #nonce = new Uint8Array(12);
  readonly #pending = Buffer.allocUnsafe(CHUNK_PLAIN_BYTES);
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #pendingBytes = 0;

  constructor(key: Uint8Array, sink: ChunkSink) {
    this.#key = key;
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#pendingBytes === CHUNK_PLAIN_BYTES) this.#flush({ isLast: false });
      // A whole chunk with more behind it goes straight through, without a copy.
      if (this.#pendingBytes === 0 && bytes.length - at > CHUNK_PLAIN_BYTES) {
        this.#seal(bytes.subarray(at, at + CHUNK_PLAIN_BYTES), { isLast: false });
        at += CHUNK_PLAIN_BYTES;
        continue;
      }
      const length = Math.min(bytes.length - at, CHUNK_PLAIN_BYTES - this.#pendingBytes);
      this.#pending.set(bytes.subarray(at, at + length), this.#pendingBytes);
      this.#pendingBytes += length;
      at += length;
    }
  }

  finish(): void {
    this.#flush({ isLast: true });
  }

  #flush(options: { isLast: boolean }): void {
    this.#seal(this.#pending.subarray(0, this.#pendingBytes), options);
    this.#pendingBytes = 0;
  }

  #seal(plain: Uint8Array, options: { isLast: boolean }): void {
    if (options.isLast) this.#nonce[11] = 1;
    const cipher = createCipheriv("chacha20-poly1305", this.#key, this.#nonce, {
      authTagLength: 16,
    });
    this.#chunk.set(cipher.update(plain), 0);
    cipher.final();
    this.#chunk.set(cipher.getAuthTag(), plain.length);
    this.#sink(this.#chunk.subarray(0, plain.length + 16));
    incrementCounter(this.#nonce);
  }
}

/** Opens one chunk; undefined when its tag is not good. */
export function openChunk(
  key: Uint8Array,
  chunk: Uint8Array,
  place: { index: number; isLast: boolean },
): Uint8Array | undefined {
  if (chunk.length < 16) return undefined;
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(place.index, 5, 6);
  nonce[11] = place.isLast ? 1 : 0;
  const cipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
  cipher.setAuthTag(chunk.subarray(chunk.length - 16));
  const plain = cipher.update(chunk.subarray(0, chunk.length - 16));
  try {
    cipher.final();
    return plain;
  } catch {
    return undefined; // the cipher has no other way to report a bad tag
  }
}

/** Chunks of a body of `bodyBytes` (nonce included); undefined when no body has that length. */
export function countChunks(bodyBytes: number): number | undefined {
  const bytes = bodyBytes - NONCE_BYTES;
  if (bytes < 16) return undefined;
  const count = Math.ceil(bytes / CHUNK_BYTES);
  const last = bytes - (count - 1) * CHUNK_BYTES;
  // An empty last chunk is allowed only where the whole payload is empty.
  return last < 16 || (last === 16 && count > 1) ? undefined : count;
}

/** Plaintext bytes of a body of `bodyBytes` with `chunks` chunks. */
export function plainBytesOf(bodyBytes: number, chunks: number): number {
  return bodyBytes - NONCE_BYTES - chunks * 16;
}

function incrementCounter(nonce: Uint8Array): void {
  for (let at = 10; at >= 0; at--) {
    nonce[at] = (nonce[at]! + 1) & 0xff;
    if (nonce[at] !== 0) return;
  }
  assert(false, "a stream has fewer than 2^88 chunks");
}
