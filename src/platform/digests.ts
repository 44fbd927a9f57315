import { createHash, hash } from "node:crypto";
import type { CreateDigest, Digests } from "../core/base/index.ts";

/** `core`'s digests on node:crypto. */
export const nodeDigests: Digests = {
  sha256: (bytes) => fresh(hash("sha256", bytes, "buffer")),
  sha1: (bytes) => fresh(hash("sha1", bytes, "buffer")),
};

/** SHA-256 of bytes that come in pieces. */
export class RunningSha256 {
  readonly #hash = createHash("sha256");

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The digest in hexadecimal; the object is spent. */
  digestHex(): string {
    return this.#hash.digest("hex");
  }

  /** The digest as bytes; the object is spent. */
  digest(): Uint8Array {
    return fresh(this.#hash.digest());
  }
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return hash("sha256", bytes, "hex");
}

/** Small buffers lie in Node's pool; core is promised arrays of its own. */
function fresh(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}

/** Running digests of files and fingerprints. */
export const createDigest: CreateDigest = (name) => createHash(name);
