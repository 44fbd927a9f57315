import { createHash, type Hash, hash } from "node:crypto";
import type { CreateDigest, Digests, RunningDigest } from "../core/base/index.ts";

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

/** Bytes that wait for more: most of what is digested is no longer, and one call is cheaper than three. */
const WAITING_BYTES_MAX = 4096;

/** Running digests of files and fingerprints. */
export const createDigest: CreateDigest = (name) => new ShortDigest(name);

/** Keeps what is short until it is asked for; what is long goes through a running hash. */
class ShortDigest implements RunningDigest {
  readonly #name: string;
  #waiting: Uint8Array | undefined;
  #hash: Hash | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  update(bytes: Uint8Array): void {
    if (this.#hash !== undefined) {
      this.#hash.update(bytes);
      return;
    }
    const waiting = this.#waiting;
    if (waiting === undefined && bytes.length <= WAITING_BYTES_MAX) {
      this.#waiting = bytes.slice();
      return;
    }
    this.#hash = createHash(this.#name);
    if (waiting !== undefined) this.#hash.update(waiting);
    this.#hash.update(bytes);
    this.#waiting = undefined;
  }

  digest(): Uint8Array {
    if (this.#hash !== undefined) return fresh(this.#hash.digest());
    return fresh(hash(this.#name, this.#waiting ?? NOTHING, "buffer"));
  }
}

const NOTHING = new Uint8Array(0);
