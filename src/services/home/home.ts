import { join } from "node:path";
import { type CaptureId, type CaseId, HoldfastError, isCaseId } from "../../core/base/index.ts";
import {
  type Actor,
  formatVkey,
  type KnownEntryBody,
  parseVkey,
} from "../../core/custody/index.ts";
import {
  createDirectory,
  createKeys,
  type HomeKeys,
  HomeLock,
  loadKeys,
  nodeDigests,
  pathsOf,
  readFileBytes,
  statFile,
  systemClock,
  toStorageError,
} from "../../platform/index.ts";
import { type IndexStore, openDuckdbIndex } from "../index/index.ts";
import { type Ledger, openLedger } from "../ledger/index.ts";
import { createVault, listVault, publishAttachment, removeStaged } from "../vault/index.ts";
import {
  type AnalysisOptions,
  type HomeConfig,
  readHomeConfig,
  writeDefaultConfig,
} from "./home-config.ts";
import { MetadataReads } from "./metadata-reads.ts";
import { People } from "./people/index.ts";
import { type KnownFacts, Projection } from "./projection.ts";
import { SegmentShelf } from "./segment-shelf.ts";

export type HomeErrorCode =
  | "home/missing"
  | "home/exists"
  | "home/bad-config"
  | "home/in-use"
  | "home/bad-name"
  | "home/case-exists"
  | "home/not-writable"
  | "home/unknown-connection"
  | "home/unknown-segment"
  | "home/unknown-object"
  | "home/unknown-attachment"
  | "home/unknown-field";

export interface HomeOptions {
  readonly directory: string;
  readonly version: string;
  readonly passphrase?: string;
  /** DuckDB's own bound in MiB. */
  readonly indexMemoryMib?: number;
}

export async function isHome(directory: string): Promise<boolean> {
  try {
    return (await statFile(join(directory, "keys", "home.key"))) !== undefined;
  } catch (error) {
    throw toStorageError("home", `cannot open the home in ${directory}`, error);
  }
}

/** Makes a home: folders, keys, and a ledger whose first entries say so. */
export async function createHome(options: HomeOptions & { actor: Actor }): Promise<void> {
  const { directory } = options;
  if (await isHome(directory)) {
    throw new HoldfastError("home/exists", `there is a home in ${directory} already`);
  }
  try {
    await createDirectory(directory);
  } catch (error) {
    throw toStorageError("home", `cannot make a home in ${directory}`, error);
  }
  const lock = await takeLock(directory);
  try {
    const origin = `holdfast.local/${crypto.randomUUID()}`;
    const passphrase = options.passphrase === undefined ? {} : { passphrase: options.passphrase };
    const keys = await createKeys(directory, { origin, ...passphrase });
    await writeDefaultConfig(directory);
    const ledger = await openHomeLedger(directory, keys);
    const { actor } = options;
    const accepts = keys.hasPassphrase
      ? (["index-in-clear"] as const)
      : (["key-on-disk", "index-in-clear"] as const);
    await ledger.append([
      {
        type: "home.create",
        origin,
        vkey: formatVkey(keys.signer.key),
        vault_recipient: keys.vaultRecipient,
        actor,
      },
      { type: "key.accept", accepts: [...accepts], actor },
    ]);
    await ledger.close();
  } finally {
    await lock.release();
  }
}

interface RunningImport {
  name: string;
  case: string;
  startedAt: string;
  packets: number;
  flows: number;
  bytes: number;
  total: number | null;
}

/** A home as operations see it: the whole of it, or what an authority reaches (`homeWithin`). */
export interface Home {
  readonly directory: string;
  readonly version: string;
  readonly analysis: AnalysisOptions;
  readonly keys: Pick<HomeKeys, "signer" | "vaultRecipient" | "hasPassphrase">;
  readonly ledger: Pick<Ledger, "size">;
  readonly index: IndexStore;
  readonly projection: KnownFacts;
  readonly shelf: Pick<SegmentShelf, "open">;
  readonly reads: Pick<MetadataReads, "note">;
  /** Captures being imported now. */
  readonly running: Pick<Map<string, RunningImport>, "get" | "set" | "delete" | "keys" | "size">;
  /** Durable when resolved; the projection has the entries then. */
  append(bodies: readonly KnownEntryBody[], actor: Actor): Promise<number>;
  /** Runs tasks one after another that look at the projection and then append by what they saw. */
  inTurn<T>(task: () => Promise<T>): Promise<T>;
  /** Opens the case if it is not there: an import in `solo` asks nothing. */
  ensureCase(name: string, actor: Actor, purpose?: string): Promise<CaseId>;
  /** The vault's key; a sentence when its passphrase was not given. */
  identity(): string;
  /** Whether what belongs to a case may be read; asked again where bytes are decrypted. */
  covers(caseName: string): boolean;
}

/** The owner of one home: its lock, keys, ledger, vault and index, and what the ledger says of them. */
export class WholeHome implements Home {
  readonly directory: string;
  readonly version: string;
  readonly analysis: AnalysisOptions;
  readonly keys: HomeKeys;
  readonly ledger: Ledger;
  readonly index: IndexStore;
  readonly projection: Projection;
  readonly shelf: SegmentShelf;
  readonly reads: MetadataReads;
  /** Captures being imported now. */
  readonly running = new Map<string, RunningImport>();
  readonly people: People;
  readonly #lock: HomeLock;
  /** The end of what `inTurn` was given. */
  #turns: Promise<unknown> = Promise.resolve();

  private constructor(
    options: HomeOptions,
    parts: {
      keys: HomeKeys;
      ledger: Ledger;
      index: IndexStore;
      projection: Projection;
      lock: HomeLock;
      config: HomeConfig;
    },
  ) {
    this.analysis = parts.config.analysis;
    this.directory = options.directory;
    this.version = options.version;
    this.keys = parts.keys;
    this.ledger = parts.ledger;
    this.index = parts.index;
    this.projection = parts.projection;
    this.#lock = parts.lock;
    this.shelf = new SegmentShelf({
      vault: pathsOf(this.directory).vault,
      projection: this.projection,
      index: this.index,
      identity: () => this.identity(),
    });
    this.reads = new MetadataReads((body, actor) => this.append([body], actor));
    this.people = new People({
      directory: this.directory,
      state: this.projection.people,
      append: (bodies, actor) => this.append(bodies, actor),
      inTurn: (task) => this.inTurn(task),
      nowMs: systemClock.nowMs,
      signIn: parts.config.signIn,
    });
  }

  /**
   * Opens a home under its lock. What a killed process left unfinished is put on record
   * (`import.abandon`) and its staged files go, but for an attachment that has its entry already, which
   * is moved to its place; nothing sealed is touched.
   */
  static async open(options: HomeOptions): Promise<WholeHome> {
    const { directory } = options;
    if (!(await isHome(directory))) {
      throw new HoldfastError("home/missing", `there is no home in ${directory}`, {
        remedy: "make one with: holdfast init",
      });
    }
    const config = await readHomeConfig(directory);
    const lock = await takeLock(directory);
    try {
      const passphrase = options.passphrase === undefined ? {} : { passphrase: options.passphrase };
      const keys = await loadKeys(directory, passphrase);
      const ledger = await openHomeLedger(directory, keys);
      const projection = new Projection();
      await foldLedger(ledger, projection);
      const memory =
        options.indexMemoryMib === undefined ? {} : { memoryLimitMib: options.indexMemoryMib };
      const index = openDuckdbIndex({ directory: pathsOf(directory).index, ...memory });
      const home = new WholeHome(options, { keys, ledger, index, projection, lock, config });
      await home.#closeUnfinished();
      return home;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Durable when resolved; the projection has the entries then. */
  async append(bodies: readonly KnownEntryBody[], actor: Actor): Promise<number> {
    const { first } = await this.ledger.append(bodies.map((body) => ({ ...body, actor })));
    for (const entry of await this.ledger.read(first, first + bodies.length))
      this.projection.apply(entry);
    return first;
  }

  /** Runs tasks one after another that look at the projection and then append by what they saw. */
  async inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(task);
    this.#turns = turn.catch(() => undefined); // its caller is told; the next one is not concerned
    return await turn;
  }

  /** Opens the case if it is not there: an import in `solo` asks nothing. */
  async ensureCase(name: string, actor: Actor, purpose = ""): Promise<CaseId> {
    if (!isCaseId(name)) {
      throw new HoldfastError("home/bad-name", `"${name}" cannot name a case`, {
        remedy:
          "use letters, digits, dot, dash and underscore, at most 64, beginning with a letter or digit",
      });
    }
    if (!this.projection.cases.has(name)) {
      await this.append([{ type: "case.open", case: name, purpose }], actor);
    }
    return name;
  }

  /** The vault's key; a sentence when its passphrase was not given. */
  identity(): string {
    const { vaultIdentity } = this.keys;
    if (vaultIdentity !== undefined) return vaultIdentity;
    throw new HoldfastError("keys/locked", "the vault's key is locked", {
      remedy: "give its passphrase with HOLDFAST_PASSPHRASE or --passphrase-file",
    });
  }

  covers(): boolean {
    return true;
  }

  async close(): Promise<void> {
    await this.reads.flush();
    await this.people.stop();
    await this.shelf.close();
    await this.index.stop();
    await this.ledger.close();
    await this.#lock.release();
  }

  async #closeUnfinished(): Promise<void> {
    const open = [...this.projection.captures.values()].filter(({ state }) => state === "open");
    const { vault } = pathsOf(this.directory);
    await createVault(vault);
    for (const id of (await listVault(vault)).staged) {
      if (this.projection.attachments.has(id)) await publishAttachment(vault, id);
      else await removeStaged(vault, id);
    }
    if (open.length === 0) return;
    await this.append(
      open.map(({ start }) => ({
        type: "import.abandon",
        capture: start.capture as CaptureId,
        reason: "the process ended before the capture was sealed",
      })),
      { name: "holdfast", via: "recovery" },
    );
  }
}

const ENTRIES_AT_ONCE = 4096;

async function foldLedger(ledger: Ledger, projection: Projection): Promise<void> {
  for (let from = 0; from < ledger.size; from += ENTRIES_AT_ONCE) {
    const to = Math.min(ledger.size, from + ENTRIES_AT_ONCE);
    for (const entry of await ledger.read(from, to)) projection.apply(entry);
  }
}

async function takeLock(directory: string): Promise<HomeLock> {
  try {
    return await HomeLock.acquire(directory);
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    throw toStorageError("home", `cannot lock the home in ${directory}`, error);
  }
}

async function openHomeLedger(directory: string, keys: HomeKeys): Promise<Ledger> {
  const vkeyText = new TextDecoder().decode(
    await readFileBytes(join(directory, "keys", "home.vkey")),
  );
  const verifyKey = parseVkey(vkeyText.trim(), nodeDigests);
  if (verifyKey === undefined) {
    throw new HoldfastError(
      "keys/damaged",
      `${join(directory, "keys", "home.vkey")} is not a verifier key`,
    );
  }
  return await openLedger({
    dir: pathsOf(directory).ledger,
    signer: keys.signer,
    verifyKey,
    clock: systemClock,
  });
}
