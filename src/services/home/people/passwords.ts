import { join } from "node:path";
import { HoldfastError } from "../../../core/base/index.ts";
import type { PasswordCheck } from "../../../core/custody/index.ts";
import {
  createDirectory,
  hashPassword,
  isPassword,
  listDirectory,
  readFileIfPresent,
  removeTree,
  sha256Hex,
  toStorageError,
  writeFileDurably,
} from "../../../platform/index.ts";

/** Passwords looked at at the same time, each with 19 MiB; more wait, and beyond the line are refused. */
const RUNNING_MAX = 2;
const WAITING_MAX = 32;
const BUSY_SECONDS = 5;

/** A credential that is a password. */
export interface Password {
  readonly credential: string;
  readonly check: PasswordCheck;
}

/** Passwords of a home: one PHC string a file under `keys/people`, readable by the owner only. */
export class Passwords {
  readonly #directory: string;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  /** Looked at where there is no password, so that the time does not tell. */
  #decoy: Promise<string> | undefined;

  constructor(keysDirectory: string) {
    this.#directory = join(keysDirectory, "people");
  }

  /** Writes the file of a credential that has no entry yet; without one it is nothing. */
  async write(credential: string, password: string): Promise<PasswordCheck> {
    const phc = await this.#inTurn(() => hashPassword(password));
    try {
      await createDirectory(this.#directory);
      await writeFileDurably(this.#path(credential), `${phc}\n`);
    } catch (error) {
      throw toStorageError("keys", `cannot write ${this.#path(credential)}`, error);
    }
    return { kind: "password", phc_sha256: digest(`${phc}\n`) };
  }

  /** Whether it is the password; of nobody, it takes as long and is not. */
  async check(
    known: Password | undefined,
    password: string,
  ): Promise<"right" | "wrong" | "exchanged"> {
    this.#decoy ??= hashPassword("nobody's password");
    const decoy = await this.#decoy;
    // A file that is not the one on record opens nothing, whatever it holds.
    const text = await this.#readOwn(known);
    const isSame = await this.#inTurn(() => isPassword(text?.trim() ?? decoy, password));
    if (known !== undefined && text === undefined) return "exchanged";
    return isSame && text !== undefined ? "right" : "wrong";
  }

  /** Whether a password's file is the one on record. */
  async isIntact(known: Password): Promise<boolean> {
    return (await this.#readOwn(known)) !== undefined;
  }

  async remove(credential: string): Promise<void> {
    await removeTree(this.#path(credential));
  }

  /** Removes files that no credential on record speaks of. */
  async sweep(isKnown: (credential: string) => boolean): Promise<void> {
    for (const name of await listDirectory(this.#directory)) {
      if (!isKnown(name.replace(/\.phc$/, ""))) await removeTree(join(this.#directory, name));
    }
  }

  async #readOwn(known: Password | undefined): Promise<string | undefined> {
    const file = await readFileIfPresent(this.#path(known?.credential ?? "none"));
    const text = new TextDecoder().decode(file);
    return known !== undefined && digest(text) === known.check.phc_sha256 ? text : undefined;
  }

  #path(credential: string): string {
    return join(this.#directory, `${credential}.phc`);
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= RUNNING_MAX) {
      if (this.#waiting.length >= WAITING_MAX) {
        const remedy = "try again in a few seconds";
        const error = new HoldfastError("session/busy", "too many log in at once", { remedy });
        throw Object.assign(error, { retryAfterSeconds: BUSY_SECONDS });
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

function digest(text: string): string {
  return sha256Hex(new TextEncoder().encode(text));
}
