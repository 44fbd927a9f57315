import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from "node:crypto";
import type { VerifyEd25519 } from "../core/base/index.ts";
import { createNoteKey, type NoteSigner } from "../core/custody/index.ts";
import { nodeDigests } from "./digests.ts";
import { randomBytes } from "./random.ts";

// Raw keys are wrapped in the fixed DER that RFC 8410 gives them.
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** 32 fresh secret bytes. */
export function createEd25519Seed(): Uint8Array {
  return randomBytes(32);
}

export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" });
  return new Uint8Array(der.subarray(PUBLIC_PREFIX.length));
}

/** Signs notes under `name` with the key made from `seed`. */
export function createNoteSigner(name: string, seed: Uint8Array): NoteSigner {
  const key = privateKey(seed);
  return {
    key: createNoteKey(name, ed25519PublicKey(seed), nodeDigests),
    sign: (message) => new Uint8Array(nodeSign(null, message, key)),
  };
}

/** Checks a signature; a key or signature of the wrong length is simply not good. */
export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const der = Buffer.concat([PUBLIC_PREFIX, publicKey]);
  return nodeVerify(
    null,
    message,
    createPublicKey({ key: der, format: "der", type: "spki" }),
    signature,
  );
};

function privateKey(seed: Uint8Array): KeyObject {
  const der = Buffer.concat([PRIVATE_PREFIX, seed]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}
