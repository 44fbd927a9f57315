import { type Ciphers, type CreateDigest, type HmacName, joinBytes } from "../../base/index.ts";
import { VERSION } from "./tls-names.ts";

/** What keys of one handshake are made of. */
export interface KeyMaterial {
  readonly ciphers: Ciphers;
  readonly createDigest: CreateDigest;
  readonly version: number;
  readonly prf: "sha256" | "sha384";
}

/** Key block of TLS 1.2 and before (RFC 5246 6.3; SSL 3.0's specification 6.2.2). */
export function keyBlock(
  material: KeyMaterial,
  master: Uint8Array,
  { randoms, length }: { randoms: Uint8Array; length: number },
): Uint8Array {
  const { ciphers, version, prf } = material;
  if (version === VERSION.ssl3) return ssl3KeyBlock(material, master, { randoms, length });
  const seed = joinBytes([ascii("key expansion"), randoms]);
  if (version === VERSION.tls12)
    return expandHmac(ciphers, { name: prf, secret: master }, seed, length);
  const half = Math.ceil(master.length / 2);
  const first = { name: "md5", secret: master.subarray(0, half) } as const;
  const second = { name: "sha1", secret: master.subarray(master.length - half) } as const;
  const block = expandHmac(ciphers, first, seed, length);
  const other = expandHmac(ciphers, second, seed, length);
  for (let n = 0; n < length; n++) block[n]! ^= other[n]!;
  return block;
}

/** P_hash (RFC 5246 5). */
function expandHmac(
  ciphers: Ciphers,
  { name, secret }: { name: HmacName; secret: Uint8Array },
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const out = new Uint8Array(length);
  let round = ciphers.hmac(name, secret, seed);
  for (let at = 0; at < length; ) {
    const part = ciphers.hmac(name, secret, joinBytes([round, seed]));
    out.set(part.subarray(0, length - at), at);
    at += part.length;
    round = ciphers.hmac(name, secret, round);
  }
  return out;
}

function ssl3KeyBlock(
  { createDigest }: KeyMaterial,
  master: Uint8Array,
  { randoms, length }: { randoms: Uint8Array; length: number },
): Uint8Array {
  const digest = (name: "md5" | "sha1", bytes: Uint8Array) => {
    const running = createDigest(name);
    running.update(bytes);
    return running.digest();
  };
  const out = new Uint8Array(length);
  for (let n = 0, at = 0; at < length; n++) {
    const letters = new Uint8Array(n + 1).fill(0x41 + n);
    const part = digest(
      "md5",
      joinBytes([master, digest("sha1", joinBytes([letters, master, randoms]))]),
    );
    out.set(part.subarray(0, length - at), at);
    at += part.length;
  }
  return out;
}

/** HKDF-Expand-Label without a context (RFC 8446 7.1), for results no longer than the hash. */
export function expandLabel(
  { ciphers, prf }: Pick<KeyMaterial, "ciphers" | "prf">,
  secret: Uint8Array,
  { label, length }: { label: string; length: number },
): Uint8Array {
  const name = ascii(`tls13 ${label}`);
  const bytes = joinBytes([Uint8Array.of(0, length, name.length), name, Uint8Array.of(0, 1)]);
  return ciphers.hmac(prf, secret, bytes).slice(0, length);
}

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}
