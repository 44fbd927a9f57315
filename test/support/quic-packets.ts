import { createCipheriv, createHmac, hkdfSync } from "node:crypto";
import { numbers } from "./bug-captures/bug-capture.ts";

/** RFC 9001 5.2. */
const SALT = Buffer.from("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "hex");
const NUMBER_BYTES = 4;
const TAG_BYTES = 16;
const INITIAL = 0xc0;

/** Label and length that a key is made with (RFC 8446 7.1). */
function labelled(label: string, length: number): Buffer {
  const text = Buffer.from(`tls13 ${label}`);
  return Buffer.concat([Buffer.from([0, length, text.length]), text, Buffer.from([0])]);
}

function expanded(secret: Uint8Array, label: string, length: number, hash = "sha256"): Buffer {
  const info = Buffer.concat([labelled(label, length), Buffer.from([1])]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

/** A number in two bytes, as QUIC writes it (RFC 9000 16). */
export function quicNumber(value: number): number[] {
  return numbers([2, 0x4000 | value]);
}

/** How packets are sealed: what `AES`, `AES 256` and `ChaCha20` suites of TLS 1.3 say. */
export const QUIC_SUITES = {
  4865: { aead: "aes-128-gcm", keyBytes: 16, hash: "sha256", mask: "aes-128-ecb" },
  4866: { aead: "aes-256-gcm", keyBytes: 32, hash: "sha384", mask: "aes-256-ecb" },
  4867: { aead: "chacha20-poly1305", keyBytes: 32, hash: "sha256", mask: "chacha20" },
} as const;
export type QuicSuite = keyof typeof QUIC_SUITES;

/** The secret behind an update (RFC 9001 6.1). */
export function updatedSecret(secret: Uint8Array, suite: QuicSuite): Uint8Array {
  return new Uint8Array(expanded(secret, "quic ku", secret.length, QUIC_SUITES[suite].hash));
}

/** Frames sealed behind a header, whose packet number of four bytes is still to be added. */
export function sealQuic(
  head: readonly number[],
  frames: Uint8Array,
  about: {
    number: number;
    secret: Uint8Array;
    suite: QuicSuite;
    /** Of header protection, where another than the secret's. */
    headerSecret?: Uint8Array;
  },
): Uint8Array {
  const { number, secret } = about;
  const { aead, keyBytes, hash, mask: maskName } = QUIC_SUITES[about.suite];
  const header = Buffer.from([...head, ...numbers([4, number])]);
  const nonce = expanded(secret, "quic iv", 12, hash);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  const cipher = createCipheriv(
    aead as "aes-128-gcm",
    expanded(secret, "quic key", keyBytes, hash),
    nonce,
    { authTagLength: TAG_BYTES },
  );
  cipher.setAAD(header, { plaintextLength: frames.length });
  const sealed = Buffer.concat([cipher.update(frames), cipher.final(), cipher.getAuthTag()]);
  const sample = sealed.subarray(0, 16);
  const headerKey = expanded(about.headerSecret ?? secret, "quic hp", keyBytes, hash);
  const isStream = maskName === "chacha20";
  const mask = createCipheriv(maskName, headerKey, isStream ? sample : null).update(
    isStream ? Buffer.alloc(5) : sample,
  );
  header[0]! ^= mask[0]! & ((header[0]! & 0x80) === 0 ? 0x1f : 0x0f);
  for (let n = 0; n < NUMBER_BYTES; n++) header[header.length - NUMBER_BYTES + n]! ^= mask[1 + n]!;
  return new Uint8Array(Buffer.concat([header, sealed]));
}

/** An Initial packet with these frames, sealed with the keys of the client's first connection id. */
export function quicInitial(
  id: Uint8Array,
  number: number,
  frames: Uint8Array,
  { isServer = false } = {},
): Uint8Array {
  const label = labelled(isServer ? "server in" : "client in", 32);
  const secret = new Uint8Array(hkdfSync("sha256", id, SALT, label, 32));
  // The client's own id is empty, the server's is the client's first one.
  const ids = isServer ? [0, id.length, ...id] : [id.length, ...id, 0];
  const head = [
    ...[INITIAL | (NUMBER_BYTES - 1), 0, 0, 0, 1, ...ids, 0],
    ...quicNumber(NUMBER_BYTES + frames.length + TAG_BYTES),
  ];
  return sealQuic(head, frames, { number, secret, suite: 0x1301 });
}

/** A packet behind the handshake, for a connection id. */
export function quicShort(
  id: Uint8Array,
  frames: Uint8Array,
  about: Parameters<typeof sealQuic>[2] & { keyPhase?: 0 | 1 },
): Uint8Array {
  const first = 0x40 | ((about.keyPhase ?? 0) << 2) | (NUMBER_BYTES - 1);
  return sealQuic([first, ...id], frames, about);
}

/** A CRYPTO frame. */
export function cryptoFrame(offset: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([6, ...quicNumber(offset), ...quicNumber(bytes.length), ...bytes]);
}

/** A STREAM frame (RFC 9000 19.8) that says its offset and length. */
export function streamFrame(
  streamId: number,
  offset: number,
  bytes: Uint8Array,
  isLast = false,
): Uint8Array {
  const head = [0x0e | (isLast ? 1 : 0), ...quicNumber(streamId), ...quicNumber(offset)];
  return Uint8Array.from([...head, ...quicNumber(bytes.length), ...bytes]);
}
