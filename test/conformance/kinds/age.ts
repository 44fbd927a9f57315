import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { armor, Decrypter } from "age-encryption";
import { HoldfastError } from "../../../src/core/base/index.ts";
import {
  type AgeIdentity,
  createScryptIdentity,
  createX25519Identity,
  decryptAgeFile,
  parseHeader,
} from "../../../src/services/vault/index.ts";

/** What every kind's runner returns. */
export interface AgeResult {
  status: "passed" | "failed" | "left_out";
  reason?: string;
  differences: string[];
}

interface AgeCase {
  files: { name: string; role: string }[];
  expect: {
    expect: string;
    compressed: string | null;
    payload_sha256: string | null;
    identities: string[];
    passphrases: string[];
    armored: boolean;
    header_bytes: number;
  };
}

const OUTCOMES: Record<string, string> = {
  "vault/no-match": "no match",
  "vault/header-damaged": "header failure",
  "vault/header-forged": "HMAC failure",
  "vault/chunk-damaged": "payload failure",
};

/** Runs one age vector through the product's reader and compares outcome and released bytes. */
export async function runAge(caseDir: string, caseJson: unknown): Promise<AgeResult> {
  const { expect, files } = caseJson as AgeCase;
  const input = files.find((file) => file.role === "input")!;
  const whole = readFileSync(join(caseDir, input.name)).subarray(expect.header_bytes);
  const file = expect.compressed === "zlib" ? inflateSync(whole) : whole;
  const { outcome, digest } = await decrypt(file, expect);
  const differences: string[] = [];
  if (outcome !== expect.expect) differences.push(`expected ${expect.expect}, got ${outcome}`);
  if (expect.payload_sha256 !== null && digest !== expect.payload_sha256) {
    differences.push(`released bytes hash to ${digest}, expected ${expect.payload_sha256}`);
  }
  return { status: differences.length === 0 ? "passed" : "failed", differences };
}

async function decrypt(
  file: Uint8Array,
  expect: AgeCase["expect"],
): Promise<{ outcome: string; digest: string }> {
  const released = createHash("sha256");
  let binary = file;
  if (expect.armored) {
    try {
      binary = armor.decode(Buffer.from(file).toString("latin1"));
    } catch {
      return { outcome: "armor failure", digest: released.digest("hex") };
    }
  }
  try {
    const identities = await identitiesFor(binary, expect);
    for (const piece of decryptAgeFile(binary, identities)) released.update(piece);
    return { outcome: "success", digest: released.digest("hex") };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { outcome: OUTCOMES[error.code] ?? error.code, digest: released.digest("hex") };
  }
}

async function identitiesFor(file: Uint8Array, expect: AgeCase["expect"]): Promise<AgeIdentity[]> {
  const identities: AgeIdentity[] = expect.passphrases.map(createScryptIdentity);
  for (const text of expect.identities) {
    const isHybrid = text.startsWith("AGE-SECRET-KEY-PQ-1");
    identities.push(isHybrid ? await libraryIdentity(file, text) : createX25519Identity(text));
  }
  return identities;
}

/** Hybrid keys go through the library; it is asynchronous, so its answer is fetched first. */
async function libraryIdentity(file: Uint8Array, text: string): Promise<AgeIdentity> {
  const header = parseHeader(file);
  const decrypter = new Decrypter();
  decrypter.addIdentity(text);
  const length = header.status === "ok" ? header.consumed : 0;
  const answer = await decrypter.decryptHeader(file.subarray(0, length)).then(
    (fileKey) => ({ fileKey }),
    (error: unknown) => ({ error: error as Error }),
  );
  return {
    unwrap() {
      if ("fileKey" in answer) return answer.fileKey;
      if (/no identity matched/.test(answer.error.message)) return undefined;
      const code = /HMAC/.test(answer.error.message)
        ? "vault/header-forged"
        : "vault/header-damaged";
      throw new HoldfastError(code, answer.error.message, { cause: answer.error });
    },
  };
}
