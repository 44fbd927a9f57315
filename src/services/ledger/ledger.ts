import { assert, HoldfastError } from "../../core/base/index.ts";
import {
  type Checkpoint,
  type CustodyEntry,
  ENTRY_BYTES_MAX,
  type EntryBody,
  encodeCheckpoint,
  encodeEntry,
  type HashAt,
  type NoteKey,
  type NoteSigner,
  nodeHash,
  parseCheckpoint,
  parseEntry,
  parseNote,
  proveConsistency,
  proveInclusion,
  signNote,
  TILE_WIDTH,
  tileLevels,
  tileWidth,
  verifyNote,
} from "../../core/custody/index.ts";
import {
  type Clock,
  createDirectory,
  formatTimestamp,
  nodeDigests,
  removeTemporaries,
  toStorageError,
  verifyEd25519,
} from "../../platform/index.ts";
import { LedgerStore, requireEntries } from "./ledger-store.ts";
import { LedgerTree } from "./ledger-tree.ts";
import { type LedgerVerdict, type VerifyOptions, verifyLedger } from "./verify-ledger.ts";

export type LedgerErrorCode =
  | "ledger/damaged"
  | "ledger/forged"
  | "ledger/rolled-back"
  | "ledger/entry-too-large"
  | "ledger/closed"
  | "ledger/disk-full"
  | "ledger/not-writable"
  | "ledger/missing"
  | "ledger/too-many-files"
  | "ledger/io";

export interface LedgerOptions {
  /** Holds `checkpoint` and `tile/`; created when missing. */
  readonly dir: string;
  readonly signer: NoteSigner;
  /** Must fit `signer`; kept apart because opening a copy to verify needs no secret. */
  readonly verifyKey: NoteKey;
  readonly clock: Clock;
}

/** Entries of one commit. After a crash at most one commit lies beyond the checkpoint. */
const BATCH_MAX = TILE_WIDTH;
/** Appends waiting; the 10,001st is refused rather than let memory grow. */
const QUEUE_MAX = 10_000;

interface Waiting {
  readonly bodies: readonly EntryBody[];
  readonly resolve: (result: { first: number }) => void;
  readonly reject: (error: unknown) => void;
}

/** Opens the ledger in a directory, dropping what a crash left beyond its checkpoint. */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const ledger = new Ledger(options);
  await ledger.open();
  return ledger;
}

/**
 * The custody ledger. An entry exists once `append` resolves: its bundle and hash tiles are on the
 * disk before the checkpoint that covers them. Any number of appends may run at once; they are
 * put in order and share commits. Callers retry nothing: a failed append left no entry.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #store: LedgerStore;
  #tree = new LedgerTree();
  #size = 0;
  #checkpoint: Uint8Array = new Uint8Array(0);
  #queue: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#store = new LedgerStore(options.dir);
  }

  /** Entries that the checkpoint covers. */
  get size(): number {
    return this.#size;
  }

  /** The signed checkpoint, as the note that others can verify and keep. */
  get checkpoint(): string {
    return new TextDecoder().decode(this.#checkpoint);
  }

  async open(): Promise<void> {
    try {
      await createDirectory(this.#options.dir);
      await removeTemporaries(this.#options.dir);
      await this.#load();
    } catch (error) {
      throw toStorageError("ledger", `cannot open ledger ${this.#options.dir}`, error);
    }
  }

  /** Appends entries in one piece: all of them or none, next to each other. */
  async append(bodies: readonly EntryBody[]): Promise<{ first: number }> {
    if (this.#isClosed) throw new HoldfastError("ledger/closed", "the ledger is closed");
    assert(bodies.length <= BATCH_MAX, "an append fits one commit");
    for (const body of bodies) assertEntryFits(body);
    if (this.#queue.length >= QUEUE_MAX) {
      throw new HoldfastError("ledger/io", `more than ${QUEUE_MAX} appends wait for the ledger`);
    }
    return await new Promise((resolve, reject) => {
      this.#queue.push({ bodies, resolve, reject });
      this.#writing ??= this.#writeQueue();
    });
  }

  /** Entries [from, to), checked against their hash tiles. */
  async read(from: number, to: number): Promise<CustodyEntry[]> {
    const entries: CustodyEntry[] = [];
    for (const note of await this.readNotes(from, to)) {
      const parsed = parseNote(note);
      const entry = parsed.status === "ok" ? parseEntry(parsed.value.text) : parsed;
      if (entry.status !== "ok") {
        throw new HoldfastError(
          "ledger/damaged",
          `ledger entry ${from + entries.length} is no entry`,
        );
      }
      entries.push(entry.value as CustodyEntry);
    }
    return entries;
  }

  /** The same entries as signed notes, byte for byte. */
  async readNotes(from: number, to: number): Promise<Uint8Array[]> {
    const end = Math.min(to, this.#size);
    const notes: Uint8Array[] = [];
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < end; index++) {
      const first = index * TILE_WIDTH;
      const entries = await this.#readBundle(index);
      notes.push(...entries.slice(Math.max(0, from - first), end - first));
    }
    return notes;
  }

  /** Proof that entry `seq` is under the present checkpoint. */
  proveInclusion(seq: number): Uint8Array[] {
    assert(seq < this.#size, "entry exists");
    return proveInclusion(nodeDigests, this.#hashAt, { index: seq, size: this.#size });
  }

  /** Proof that the tree of `first` entries is a prefix of the present one. */
  proveConsistency(first: number): Uint8Array[] {
    assert(first <= this.#size, "older tree is smaller");
    return proveConsistency(nodeDigests, this.#hashAt, { first, second: this.#size });
  }

  /** Checks the ledger's files from the ground, not what is in memory. */
  async verify(options: Omit<VerifyOptions, "dir" | "key"> = {}): Promise<LedgerVerdict> {
    await this.#writing;
    const { dir, verifyKey } = this.#options;
    return await verifyLedger({ dir, key: verifyKey, ...options });
  }

  /** Waits for appends under way; later ones are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
  }

  readonly #hashAt: HashAt = (height, index) => {
    const level = Math.floor(height / 8);
    const span = 2 ** (height % 8);
    const first = index * span;
    const count = Math.floor(this.#size / TILE_WIDTH ** level);
    const tile = this.#store.readTileSync(level, Math.floor(first / TILE_WIDTH), count);
    let nodes = tile.slice(first % TILE_WIDTH, (first % TILE_WIDTH) + span);
    while (nodes.length > 1) {
      nodes = nodes.flatMap((node, at) =>
        at % 2 === 0 ? [nodeHash(nodeDigests, node, nodes[at + 1]!)] : [],
      );
    }
    return nodes[0]!;
  };

  async #readBundle(index: number): Promise<Uint8Array[]> {
    // The size may grow while the files are read, and the partial ones be replaced: look again then.
    for (;;) {
      const size = this.#size;
      const bundle = await this.#store.readBundle(index, size);
      const hashes = await this.#store.readTile(0, index, size);
      if ((bundle === undefined || hashes === undefined) && size !== this.#size) continue;
      return requireEntries(bundle, { index, hashes });
    }
  }

  async #writeQueue(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch: Waiting[] = [];
      let entries = 0;
      while (this.#queue.length > 0 && entries + this.#queue[0]!.bodies.length <= BATCH_MAX) {
        entries += this.#queue[0]!.bodies.length;
        batch.push(this.#queue.shift()!);
      }
      await this.#commitAndSettle(batch);
    }
    this.#writing = undefined;
  }

  async #commitAndSettle(batch: readonly Waiting[]): Promise<void> {
    let first = this.#size;
    try {
      const replaced = await this.#commit(batch.flatMap((waiting) => waiting.bodies));
      for (const waiting of batch) {
        waiting.resolve({ first });
        first += waiting.bodies.length;
      }
      // What stays behind here is dropped when the ledger is opened next.
      await Promise.allSettled(replaced.map((path) => this.#store.removeTile(path)));
    } catch (cause) {
      const error = toStorageError("ledger", "cannot append to the ledger", cause);
      // Memory ran ahead of the disk: take up again what the checkpoint says.
      await this.#load().catch(() => {
        this.#isClosed = true; // unreadable now: refuse further appends rather than fork the log
      });
      for (const waiting of batch) waiting.reject(error);
    }
  }

  /** Returns the partial tiles that the commit made useless. */
  async #commit(bodies: readonly EntryBody[]): Promise<string[]> {
    if (bodies.length === 0) return [];
    const at = formatTimestamp(this.#options.clock.nowMs());
    const notes = bodies.map((body, offset) =>
      signNote(encodeEntry(body, { seq: this.#size + offset, at }), this.#options.signer),
    );
    const { writes, replaced } = this.#tree.append(notes);
    await Promise.all(writes.map(({ path, bytes }) => this.#store.writeTile(path, bytes)));
    await this.#commitCheckpoint();
    return replaced;
  }

  async #commitCheckpoint(): Promise<void> {
    const { signer } = this.#options;
    const checkpoint = { origin: signer.key.name, size: this.#tree.size, root: this.#tree.root() };
    const note = signNote(encodeCheckpoint(checkpoint), signer);
    await this.#store.writeCheckpoint(note);
    this.#checkpoint = note;
    this.#size = checkpoint.size;
  }

  async #load(): Promise<void> {
    this.#tree = new LedgerTree();
    const note = await this.#store.readCheckpoint();
    const size = note === undefined ? 0 : this.#readCheckpoint(note).size;
    await this.#dropLeftovers(size);
    if (note === undefined) return await this.#commitCheckpoint();
    await this.#restoreTree(this.#readCheckpoint(note));
    this.#checkpoint = note;
    this.#size = size;
  }

  #readCheckpoint(bytes: Uint8Array): Checkpoint {
    const { verifyKey } = this.#options;
    const note = parseNote(bytes);
    if (note.status !== "ok" || !verifyNote(note.value, verifyKey, verifyEd25519)) {
      throw new HoldfastError(
        "ledger/forged",
        "the ledger's checkpoint is not signed by this home's key",
      );
    }
    const checkpoint = parseCheckpoint(note.value.text);
    if (checkpoint.status !== "ok" || checkpoint.value.origin !== verifyKey.name) {
      throw new HoldfastError("ledger/forged", "the ledger's checkpoint belongs to another log");
    }
    return checkpoint.value;
  }

  async #restoreTree(checkpoint: Checkpoint): Promise<void> {
    const hashes: Uint8Array[][] = [];
    for (const [level, count] of tileLevels(checkpoint.size).entries()) {
      const index = Math.floor(count / TILE_WIDTH);
      const width = tileWidth(count, index);
      const tile = width === 0 ? [] : await this.#store.readTile(level, index, count);
      if (tile === undefined) {
        throw new HoldfastError(
          "ledger/damaged",
          `hash tile ${index} of level ${level} cannot be read`,
        );
      }
      hashes.push(tile);
    }
    const index = Math.floor(checkpoint.size / TILE_WIDTH);
    const entries =
      checkpoint.size % TILE_WIDTH === 0
        ? []
        : requireEntries(await this.#store.readBundle(index, checkpoint.size), {
            index,
            hashes: hashes[0],
          });
    this.#tree.restore({ entries, hashes });
    if (!Buffer.from(this.#tree.root()).equals(checkpoint.root)) {
      throw new HoldfastError(
        "ledger/damaged",
        "the ledger's hash tiles do not give its signed root",
      );
    }
  }

  /** Removes what a crash left; more than one commit beyond the checkpoint is no crash. */
  async #dropLeftovers(size: number): Promise<void> {
    const counts = tileLevels(size);
    const stray = (await this.#store.listTiles()).filter((tile) => {
      const level = tile.level === "entries" ? 0 : tile.level;
      return tileWidth(counts[level] ?? 0, tile.index) !== tile.width;
    });
    for (const { level, index, width } of stray) {
      const beyond = (level === "entries" ? index * TILE_WIDTH + width : 0) - size;
      if (beyond <= BATCH_MAX) continue;
      throw new HoldfastError(
        "ledger/rolled-back",
        `the ledger holds ${beyond} entries that its checkpoint of size ${size} does not cover`,
        { remedy: "the checkpoint is older than the entries: restore the newest checkpoint" },
      );
    }
    for (const { path } of stray) await this.#store.removeTile(path);
  }
}

function assertEntryFits(body: EntryBody): void {
  const text = encodeEntry(body, { seq: Number.MAX_SAFE_INTEGER, at: formatTimestamp(0) });
  const bytes = Buffer.byteLength(text);
  if (bytes <= ENTRY_BYTES_MAX) return;
  throw new HoldfastError(
    "ledger/entry-too-large",
    `entry ${body.type} has ${bytes} bytes, more than ${ENTRY_BYTES_MAX}`,
    { remedy: "seal the large part in the vault and put its digest into the entry" },
  );
}
