import { join } from "node:path";
import { HoldfastError } from "../core/base/index.ts";
import {
  decodeBase64,
  encodeBase64,
  equalBytes,
  formatVkey,
  type NoteSigner,
  toHex,
} from "../core/custody/index.ts";
import { formatTimestamp, systemClock } from "./clock.ts";
import { createDirectory, writeFileDurably } from "./durable.ts";
import { createEd25519Seed, createNoteSigner } from "./ed25519.ts";
import { toStorageError } from "./errors.ts";
import { readFileBytes, readFileIfPresent } from "./files.ts";

/** A home's keys as loaded. */
export interface HomeKeys {
  /** Signs the ledger; its name is the ledger's origin. */
  readonly signer: NoteSigner;
  /** `age1…`: what segments are encrypted to. */
  readonly vaultRecipient: string;
  /** `AGE-SECRET-KEY-1…`; undefined while its passphrase has not been given. */
  readonly vaultIdentity: string | undefined;
  readonly hasPassphrase: boolean;
}

const AGE_MAGIC = "age-encryption.org/v1\n";

/**
 * Makes a home's keys: `home.key` and `home.vkey` (Ed25519, the text forms of Go's note package),
 * `vault.identity` (a standard age identity file, itself an age file where a passphrase is set) and
 * `vault.recipient`. Refuses to replace keys that exist: they are the only way back to the evidence.
 */
export async function createKeys(
  homeDir: string,
  options: { origin: string; passphrase?: string },
): Promise<HomeKeys> {
  const dir = join(homeDir, "keys");
  if ((await readFileIfPresent(join(dir, "home.key"))) !== undefined) {
    throw new HoldfastError("keys/exist", `keys exist already in ${dir}`);
  }
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const seed = createEd25519Seed();
  const signer = createNoteSigner(options.origin, seed);
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const created = formatTimestamp(systemClock.nowMs()).replace(/\.\d+Z/, "Z");
  const file = `# created: ${created}\n# public key: ${recipient}\n${identity}\n`;
  try {
    await createDirectory(dir);
    await writeFileDurably(
      join(dir, "vault.identity"),
      await lockIdentity(file, options.passphrase),
    );
    await writeFileDurably(join(dir, "vault.recipient"), `${recipient}\n`, { mode: 0o644 });
    await writeFileDurably(join(dir, "home.vkey"), `${formatVkey(signer.key)}\n`, { mode: 0o644 });
    await writeFileDurably(join(dir, "home.key"), `${formatSecretKey(signer, seed)}\n`);
  } catch (error) {
    throw toStorageError("keys", `cannot write keys to ${dir}`, error);
  }
  const hasPassphrase = options.passphrase !== undefined;
  return { signer, vaultRecipient: recipient, vaultIdentity: identity, hasPassphrase };
}

/** Loads a home's keys; without the passphrase of a locked identity, everything but the identity. */
export async function loadKeys(
  homeDir: string,
  options: { passphrase?: string } = {},
): Promise<HomeKeys> {
  const dir = join(homeDir, "keys");
  const [secret, recipient, identityFile] = await Promise.all(
    ["home.key", "vault.recipient", "vault.identity"].map((name) =>
      readFileBytes(join(dir, name)).catch((error: unknown) => {
        throw toStorageError("keys", `cannot read ${join(dir, name)}`, error);
      }),
    ),
  );
  const signer = parseSecretKey(new TextDecoder().decode(secret), dir);
  const hasPassphrase = isAgeFile(identityFile!);
  const vaultRecipient = new TextDecoder().decode(recipient).trim();
  const text = await unlockIdentity(identityFile!, options.passphrase);
  const vaultIdentity = text === undefined ? undefined : findIdentity(text, dir);
  return { signer, vaultRecipient, vaultIdentity, hasPassphrase };
}

async function lockIdentity(text: string, passphrase: string | undefined): Promise<Uint8Array> {
  if (passphrase === undefined) return new TextEncoder().encode(text);
  // Loaded only where a passphrase asks for it: every worker imports this unit, few need scrypt.
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return await encrypter.encrypt(text);
}

async function unlockIdentity(
  file: Uint8Array,
  passphrase: string | undefined,
): Promise<string | undefined> {
  if (!isAgeFile(file)) return new TextDecoder().decode(file);
  if (passphrase === undefined) return undefined;
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(file, "text");
  } catch (cause) {
    throw new HoldfastError(
      "keys/wrong-passphrase",
      "the passphrase does not open the vault's key",
      {
        cause,
      },
    );
  }
}

function isAgeFile(file: Uint8Array): boolean {
  return new TextDecoder().decode(file.subarray(0, AGE_MAGIC.length)) === AGE_MAGIC;
}

function findIdentity(text: string, dir: string): string {
  const line = text.split(/\r?\n/).find((candidate) => candidate.startsWith("AGE-SECRET-KEY-1"));
  if (line !== undefined) return line.trim();
  throw new HoldfastError("keys/damaged", `${join(dir, "vault.identity")} holds no age identity`);
}

/** `PRIVATE+KEY+name+hash+key`, the secret counterpart of a vkey. */
function formatSecretKey(signer: NoteSigner, seed: Uint8Array): string {
  const typed = new Uint8Array([1, ...seed]);
  return `PRIVATE+KEY+${signer.key.name}+${toHex(signer.key.keyHash)}+${encodeBase64(typed)}`;
}

function parseSecretKey(text: string, dir: string): NoteSigner {
  const parts = /^PRIVATE\+KEY\+([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim());
  const typed = parts ? decodeBase64(parts[3]!) : undefined;
  const signer = typed?.length === 33 ? createNoteSigner(parts![1]!, typed.slice(1)) : undefined;
  const hash = parts ? Uint8Array.from(Buffer.from(parts[2]!, "hex")) : new Uint8Array(0);
  if (signer && equalBytes(signer.key.keyHash, hash)) return signer;
  throw new HoldfastError("keys/damaged", `${join(dir, "home.key")} is not a signing key`);
}
