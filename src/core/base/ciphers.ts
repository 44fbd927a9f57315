/** Digests that keys and message codes are made with. */
export type HmacName = "md5" | "sha1" | "sha256" | "sha384";

/** Ciphers with their own integrity check (RFC 5116). */
export type AeadName =
  | "aes-128-gcm"
  | "aes-256-gcm"
  | "aes-128-ccm"
  | "aes-256-ccm"
  | "chacha20-poly1305"
  | "aria-128-gcm"
  | "aria-256-gcm";

/** Block ciphers in chaining mode. */
export type CbcName =
  | "aes-128-cbc"
  | "aes-256-cbc"
  | "camellia-128-cbc"
  | "camellia-256-cbc"
  | "aria-128-cbc"
  | "aria-256-cbc"
  | "des-ede3-cbc";

/** What is to be opened, and with what. */
export interface SealedBytes {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly additional: Uint8Array;
  /** Ciphertext with its tag behind it. */
  readonly sealed: Uint8Array;
  readonly tagBytes: number;
}

/**
 * How ciphers come into `core`: node:crypto on the server, noble in the browser. Synchronous; nothing
 * throws on what came from the network: what cannot be opened is undefined.
 */
export interface Ciphers {
  hmac(name: HmacName, key: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** One block of AES, as header protection uses it (RFC 9001 5.4.3). */
  aesBlock(key: Uint8Array, block: Uint8Array): Uint8Array | undefined;
  /** ChaCha20 (RFC 8439 2.4): `counter` is the block's number, little endian, and the nonce behind it. */
  chacha20(key: Uint8Array, counter: Uint8Array, bytes: Uint8Array): Uint8Array | undefined;
  openAead(name: AeadName, sealed: SealedBytes): Uint8Array | undefined;
  /** Whole blocks, padding left in place. */
  openCbc(
    name: CbcName,
    key: Uint8Array,
    iv: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | undefined;
}
