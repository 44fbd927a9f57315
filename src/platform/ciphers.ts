import { createCipheriv, createDecipheriv, createHmac, type DecipherGCM } from "node:crypto";
import type { AeadName, Ciphers, SealedBytes } from "../core/base/index.ts";

/** `core`'s ciphers on node:crypto. */
export const nodeCiphers: Ciphers = {
  hmac: (name, key, bytes) => new Uint8Array(createHmac(name, key).update(bytes).digest()),
  aesBlock(key, block) {
    if (block.length !== 16 || (key.length !== 16 && key.length !== 32)) return undefined;
    const name = key.length === 16 ? "aes-128-ecb" : "aes-256-ecb";
    return new Uint8Array(createCipheriv(name, key, null).update(block));
  },
  chacha20(key, counter, bytes) {
    if (key.length !== 32 || counter.length !== 16) return undefined;
    return new Uint8Array(createCipheriv("chacha20", key, counter).update(bytes));
  },
  openAead(name, sealed) {
    if (sealed.sealed.length < sealed.tagBytes) return undefined;
    try {
      return open(name, sealed);
    } catch {
      // A wrong tag and a length that the cipher refuses are the same to core: it cannot be opened.
      return undefined;
    }
  },
  openCbc(name, key, iv, sealed) {
    try {
      const decipher = createDecipheriv(name, key, iv).setAutoPadding(false);
      return new Uint8Array(Buffer.concat([decipher.update(sealed), decipher.final()]));
    } catch {
      // Not whole blocks, or a cipher that this build of OpenSSL leaves out.
      return undefined;
    }
  },
};

function open(name: AeadName, { key, nonce, additional, sealed, tagBytes }: SealedBytes) {
  const textBytes = sealed.length - tagBytes;
  const options = { authTagLength: tagBytes };
  // Their calls are the same; the types name the modes one by one.
  const decipher = createDecipheriv(name as "aes-128-gcm", key, nonce, options) as DecipherGCM;
  decipher.setAuthTag(sealed.subarray(textBytes));
  decipher.setAAD(additional, { plaintextLength: textBytes });
  const text = decipher.update(sealed.subarray(0, textBytes));
  const rest = decipher.final();
  return new Uint8Array(rest.length === 0 ? text : Buffer.concat([text, rest]));
}
