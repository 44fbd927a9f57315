/**
 * The one way ciphers and digests come into `core`: node:crypto on the server, noble in the browser.
 * Synchronous; the result is a fresh array of 32 (sha256) or 20 (sha1) bytes.
 */
export interface Digests {
  sha256(bytes: Uint8Array): Uint8Array;
  sha1(bytes: Uint8Array): Uint8Array;
}

/** Checks an Ed25519 signature (RFC 8032); the public key is the raw 32 bytes. */
export type VerifyEd25519 = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean;

/** A digest that is fed piece by piece. */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** Ends it: 16 (md5), 20 (sha1) or 32 (sha256) bytes. */
  digest(): Uint8Array;
}

/** Makes running digests: node:crypto on the server, noble in the browser. */
export type CreateDigest = (name: "md5" | "sha1" | "sha256") => RunningDigest;
