import type { AeadName, CbcName, HmacName } from "../../base/index.ts";
import { cipherName } from "./tls-names.ts";

/** How a cipher suite protects records. */
export interface CipherSuite {
  readonly mode: "gcm" | "ccm" | "chacha20" | "cbc" | "null";
  readonly aead: AeadName | undefined;
  readonly cbc: CbcName | undefined;
  readonly keyBytes: number;
  /** Bytes of the nonce's fixed part, or of a block. */
  readonly ivBytes: number;
  readonly tagBytes: number;
  /** Message code of suites without an integrity check of their own. */
  readonly mac: HmacName | undefined;
  readonly macBytes: number;
  /** Hash that keys are derived with, from TLS 1.2 on. */
  readonly prf: "sha256" | "sha384";
}

const MACS: Readonly<Record<string, readonly [HmacName, number]>> = {
  MD5: ["md5", 16],
  SHA: ["sha1", 20],
  SHA256: ["sha256", 32],
  SHA384: ["sha384", 48],
};

/** Names that say all: `TLS_..._WITH_AES_128_CBC_SHA256`, `TLS_AES_128_GCM_SHA256`. */
const NAME =
  /^TLS_(?:.*_WITH_)?(?:(AES|ARIA|CAMELLIA)_(128|256)_(GCM|CCM|CBC)(_8)?|(3DES_EDE_CBC)|(NULL)|(CHACHA20_POLY1305))(?:_(MD5|SHA|SHA256|SHA384))?$/;

/** What a suite's name says of its records; undefined for ciphers that are not read. */
export function cipherSuite(cipher: number): CipherSuite | undefined {
  const parts = NAME.exec(cipherName(cipher));
  if (parts === null) return undefined;
  const [, family, bits, mode, short, triple, none, chacha, hash] = parts;
  const prf: CipherSuite["prf"] = hash === "SHA384" ? "sha384" : "sha256";
  const keyBytes = Number(bits) / 8;
  const plain = { aead: undefined, cbc: undefined, mac: undefined, macBytes: 0, tagBytes: 0, prf };
  const [mac, macBytes] = MACS[hash ?? "SHA"]!;
  if (chacha !== undefined) {
    return {
      ...plain,
      mode: "chacha20",
      aead: "chacha20-poly1305",
      keyBytes: 32,
      ivBytes: 12,
      tagBytes: 16,
    } as const;
  }
  if (none !== undefined) {
    return { ...plain, mode: "null", keyBytes: 0, ivBytes: 0, mac, macBytes };
  }
  if (triple !== undefined) {
    return { ...plain, mode: "cbc", cbc: "des-ede3-cbc", keyBytes: 24, ivBytes: 8, mac, macBytes };
  }
  const name = `${family!.toLowerCase()}-${bits}-${mode!.toLowerCase()}`;
  if (mode === "CBC") {
    return { ...plain, mode: "cbc", cbc: name as CbcName, keyBytes, ivBytes: 16, mac, macBytes };
  }
  // Camellia in Galois mode is in no common library.
  if (family === "CAMELLIA" || (family === "ARIA" && mode === "CCM")) return undefined;
  const tagBytes = short === undefined ? 16 : 8;
  const kind = mode === "GCM" ? "gcm" : "ccm";
  return { ...plain, mode: kind, aead: name as AeadName, keyBytes, ivBytes: 4, tagBytes };
}
