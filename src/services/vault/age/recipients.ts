import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  scryptSync,
} from "node:crypto";
import { HoldfastError } from "../../../core/base/index.ts";
import { decodeBase64, encodeBase64 } from "../../../core/custody/index.ts";
import { decodeBech32 } from "./bech32.ts";
import { type AgeHeader, type Stanza, verifyHeaderMac } from "./header.ts";

const FILE_KEY_BYTES = 16;
const WRAPPED_BYTES = FILE_KEY_BYTES + 16;
const X25519_INFO = "age-encryption.org/v1/X25519";
const SCRYPT_LABEL = "age-encryption.org/v1/scrypt";
/** 4 GiB and some seconds; a header that asks for more is an attack on the reader. */
const SCRYPT_LOG_N_MAX = 22;
// X25519 keys in the fixed DER that RFC 8410 gives them.
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b656e032100", "hex");
const UNPADDED = { padding: false } as const;

/**
 * Something that can unwrap a file key. Undefined means that no stanza is for it; a stanza that is,
 * and is malformed, throws `vault/header-damaged`.
 */
export interface AgeIdentity {
  unwrap(stanzas: readonly Stanza[]): Uint8Array | undefined;
}

/** Wraps a file key for an `age1…` recipient (age v1, X25519). */
export function wrapForRecipient(fileKey: Uint8Array, recipient: string): Stanza {
  const decoded = decodeBech32(recipient.trim());
  if (decoded?.prefix !== "age" || decoded.bytes.length !== 32) {
    throw new HoldfastError("vault/bad-recipient", `${recipient} is not an age X25519 recipient`);
  }
  const ephemeral = generateKeyPairSync("x25519");
  const share = rawPublicKey(ephemeral.publicKey);
  const shared = diffieHellman({
    privateKey: ephemeral.privateKey,
    publicKey: publicKey(decoded.bytes),
  });
  const body = sealFileKey(fileKey, x25519WrapKey(shared, share, decoded.bytes));
  return { type: "X25519", arguments: [encodeBase64(share, UNPADDED)], body };
}

/** The identity written `AGE-SECRET-KEY-1…`. */
export function createX25519Identity(text: string): AgeIdentity {
  const decoded = decodeBech32(text.trim());
  if (decoded?.prefix !== "age-secret-key-" || decoded.bytes.length !== 32) {
    throw new HoldfastError("vault/bad-identity", "the vault's key is not an age X25519 identity");
  }
  const der = Buffer.concat([PRIVATE_PREFIX, decoded.bytes]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const own = rawPublicKey(createPublicKey(privateKey));
  return { unwrap: (stanzas) => unwrapX25519(stanzas, privateKey, own) };
}

/** The identity that a passphrase is (scrypt stanza). */
export function createScryptIdentity(passphrase: string): AgeIdentity {
  return { unwrap: (stanzas) => unwrapScrypt(stanzas, passphrase) };
}

/** File key of a header by the first identity that fits, with the header's HMAC checked. */
export function openHeader(header: AgeHeader, identities: readonly AgeIdentity[]): Uint8Array {
  if (header.stanzas.length > 1 && header.stanzas.some((stanza) => stanza.type === "scrypt")) {
    throw damaged("a scrypt stanza is not alone");
  }
  for (const identity of identities) {
    const fileKey = identity.unwrap(header.stanzas);
    if (fileKey === undefined) continue;
    if (fileKey.length !== FILE_KEY_BYTES) throw damaged("the file key has the wrong length");
    if (verifyHeaderMac(header, fileKey)) return fileKey;
    throw new HoldfastError("vault/header-forged", "the header's HMAC is not the file key's");
  }
  throw new HoldfastError("vault/no-match", "none of the keys at hand opens this file", {
    remedy: "it was sealed for another recipient: use that one's identity",
  });
}

function unwrapX25519(
  stanzas: readonly Stanza[],
  privateKey: KeyObject,
  own: Uint8Array,
): Uint8Array | undefined {
  for (const stanza of stanzas) {
    if (stanza.type !== "X25519") continue;
    const share = decodeBase64(stanza.arguments[0] ?? "", UNPADDED);
    if (stanza.arguments.length !== 1 || share?.length !== 32) throw damaged("bad X25519 share");
    // Checked before decrypting: a longer body would let two keys open one stanza.
    if (stanza.body.length !== WRAPPED_BYTES) throw damaged("bad X25519 body");
    const shared = sharedSecret(privateKey, share);
    const fileKey = openFileKey(stanza.body, x25519WrapKey(shared, share, own));
    if (fileKey !== undefined) return fileKey;
  }
  return undefined;
}

function unwrapScrypt(stanzas: readonly Stanza[], passphrase: string): Uint8Array | undefined {
  for (const stanza of stanzas) {
    if (stanza.type !== "scrypt") continue;
    const [saltText = "", workText = ""] = stanza.arguments;
    const salt = decodeBase64(saltText, UNPADDED);
    if (stanza.arguments.length !== 2 || salt?.length !== 16) throw damaged("bad scrypt salt");
    const logN = /^[1-9][0-9]?$/.test(workText) ? Number(workText) : Number.NaN;
    if (!(logN <= SCRYPT_LOG_N_MAX)) throw damaged("scrypt work factor is out of range");
    if (stanza.body.length !== WRAPPED_BYTES) throw damaged("bad scrypt body");
    const key = scryptSync(passphrase, Buffer.concat([Buffer.from(SCRYPT_LABEL), salt]), 32, {
      N: 2 ** logN,
      r: 8,
      p: 1,
      maxmem: 2 ** logN * 1024 + (1 << 25),
    });
    const fileKey = openFileKey(stanza.body, key);
    if (fileKey !== undefined) return fileKey;
  }
  return undefined;
}

function sharedSecret(privateKey: KeyObject, share: Uint8Array): Uint8Array {
  try {
    return diffieHellman({ privateKey, publicKey: publicKey(share) });
  } catch (cause) {
    // OpenSSL refuses the low-order points that give an all-zero secret.
    throw damaged("X25519 share is a low-order point", cause);
  }
}

function x25519WrapKey(shared: Uint8Array, share: Uint8Array, recipient: Uint8Array): Uint8Array {
  const salt = Buffer.concat([share, recipient]);
  return Buffer.from(hkdfSync("sha256", shared, salt, X25519_INFO, 32));
}

function sealFileKey(fileKey: Uint8Array, key: Uint8Array): Uint8Array {
  const cipher = createCipheriv("chacha20-poly1305", key, new Uint8Array(12), {
    authTagLength: 16,
  });
  return Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
}

function openFileKey(body: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  const cipher = createDecipheriv("chacha20-poly1305", key, new Uint8Array(12), {
    authTagLength: 16,
  });
  cipher.setAuthTag(body.subarray(-16));
  const fileKey = cipher.update(body.subarray(0, -16));
  try {
    cipher.final();
    return fileKey;
  } catch {
    return undefined; // wrapped for another key: the next stanza may be ours
  }
}

function publicKey(raw: Uint8Array): KeyObject {
  const der = Buffer.concat([PUBLIC_PREFIX, raw]);
  return createPublicKey({ key: der, format: "der", type: "spki" });
}

function rawPublicKey(key: KeyObject): Uint8Array {
  return key.export({ format: "der", type: "spki" }).subarray(PUBLIC_PREFIX.length);
}

function damaged(reason: string, cause?: unknown): HoldfastError {
  return new HoldfastError("vault/header-damaged", `age header: ${reason}`, { cause });
}
