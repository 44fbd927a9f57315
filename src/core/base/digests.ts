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
