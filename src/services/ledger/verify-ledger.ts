import {
  type Checkpoint,
  equalBytes,
  leafHash,
  type NoteKey,
  parseCheckpoint,
  parseEntry,
  parseNote,
  TILE_WIDTH,
  TreeFrontier,
  tileLevels,
  tilePath,
  verifyNote,
} from "../../core/custody/index.ts";
import { nodeDigests, verifyEd25519 } from "../../platform/index.ts";
import { LedgerStore } from "./ledger-store.ts";

export interface VerifyOptions {
  readonly dir: string;
  readonly key: NoteKey;
  /** A checkpoint note kept elsewhere: finds a cut tail or a history that the key holder rewrote. */
  readonly against?: Uint8Array;
  readonly signal?: AbortSignal;
  readonly onProgress?: (entries: number, total: number) => void;
}

export type LedgerVerdict =
  | { readonly ok: true; readonly entries: number; readonly root: Uint8Array }
  | { readonly ok: false; readonly seq: number | undefined; readonly reason: string };

/** Checks every entry, tile and the checkpoint with the public key only; names the first bad entry. */
export async function verifyLedger(options: VerifyOptions): Promise<LedgerVerdict> {
  const store = new LedgerStore(options.dir);
  const bytes = await store.readCheckpoint();
  if (bytes === undefined) return bad(undefined, "the ledger has no checkpoint");
  const checkpoint = openCheckpoint(bytes, options.key);
  if (typeof checkpoint === "string") return bad(undefined, checkpoint);
  const known = options.against && openCheckpoint(options.against, options.key);
  if (typeof known === "string") return bad(undefined, `checkpoint kept elsewhere: ${known}`);
  if (known && known.size > checkpoint.size) {
    return bad(
      checkpoint.size,
      `entry ${checkpoint.size} was cut off: a checkpoint of size ${known.size} was signed`,
    );
  }
  const fault = await verifyEntries(store, checkpoint, { ...options, known });
  if (fault) return fault;
  return { ok: true, entries: checkpoint.size, root: checkpoint.root };
}

async function verifyEntries(
  store: LedgerStore,
  checkpoint: Checkpoint,
  options: VerifyOptions & { known: Checkpoint | undefined },
): Promise<LedgerVerdict | undefined> {
  const frontier = new TreeFrontier(nodeDigests);
  const nodes = new Map<string, Uint8Array>();
  const { known } = options;
  for (let index = 0; index * TILE_WIDTH < checkpoint.size; index++) {
    options.signal?.throwIfAborted();
    const first = index * TILE_WIDTH;
    const bundle = await store.readBundle(index, checkpoint.size);
    if (bundle === undefined) return bad(first, `entry ${first}: its bundle is missing`);
    if (bundle.entries === undefined)
      return bad(first, `entry ${first}: its bundle is cut or damaged`);
    const hashes = await store.readTile(0, index, checkpoint.size);
    if (hashes === undefined) return bad(first, `entry ${first}: its hash tile is missing or cut`);
    for (let at = 0; at < bundle.width; at++) {
      const entry = bundle.entries[at];
      const seq = first + at;
      if (entry === undefined) return bad(seq, `entry ${seq} is missing: the bundle was truncated`);
      const reason = judgeEntry(entry, seq, options.key);
      if (reason !== undefined) return bad(seq, reason);
      const hash = leafHash(nodeDigests, entry);
      if (!equalBytes(hash, hashes[at]!))
        return bad(seq, `entry ${seq} is not the one that was hashed`);
      frontier.append(hash, {
        onNode: (height, nodeIndex, node) => {
          if (height > 0 && height % 8 === 0) nodes.set(`${height / 8}/${nodeIndex}`, node);
        },
      });
      if (frontier.size === known?.size && !equalBytes(frontier.root(), known.root)) {
        return bad(
          undefined,
          `the first ${known.size} entries are not those of the checkpoint kept elsewhere`,
        );
      }
    }
    if (bundle.entries.length > bundle.width) {
      const seq = first + bundle.width;
      return bad(seq, `entry ${seq} lies beyond the checkpoint`);
    }
    options.onProgress?.(frontier.size, checkpoint.size);
  }
  if (!equalBytes(frontier.root(), checkpoint.root)) {
    return bad(undefined, "the entries do not give the signed root");
  }
  return await verifyUpperTiles(store, checkpoint.size, nodes);
}

async function verifyUpperTiles(
  store: LedgerStore,
  size: number,
  nodes: ReadonlyMap<string, Uint8Array>,
): Promise<LedgerVerdict | undefined> {
  for (const [level, count] of tileLevels(size).entries()) {
    if (level === 0) continue;
    for (let index = 0; index * TILE_WIDTH < count; index++) {
      const tile = await store.readTile(level, index, count);
      const isGood = tile?.every((hash, at) => {
        const node = nodes.get(`${level}/${index * TILE_WIDTH + at}`);
        return node !== undefined && equalBytes(hash, node);
      });
      if (!isGood)
        return bad(undefined, `hash tile ${tilePath(level, index)} is missing or changed`);
    }
  }
  return undefined;
}

function judgeEntry(bytes: Uint8Array, seq: number, key: NoteKey): string | undefined {
  const note = parseNote(bytes);
  if (note.status !== "ok") return `entry ${seq}: ${reasonOf(note)}`;
  if (!verifyNote(note.value, key, verifyEd25519)) return `entry ${seq}: its signature is not good`;
  const entry = parseEntry(note.value.text);
  if (entry.status !== "ok") return `entry ${seq}: ${reasonOf(entry)}`;
  if (entry.value.seq !== seq) return `entry ${seq} carries sequence number ${entry.value.seq}`;
  return undefined;
}

function openCheckpoint(bytes: Uint8Array, key: NoteKey): Checkpoint | string {
  const note = parseNote(bytes);
  if (note.status !== "ok") return `checkpoint: ${reasonOf(note)}`;
  if (!verifyNote(note.value, key, verifyEd25519)) return "checkpoint: its signature is not good";
  const checkpoint = parseCheckpoint(note.value.text);
  if (checkpoint.status !== "ok") return `checkpoint: ${reasonOf(checkpoint)}`;
  if (checkpoint.value.origin !== key.name) return "checkpoint: it belongs to another log";
  return checkpoint.value;
}

function reasonOf(fault: { status: string; reason?: string }): string {
  return fault.reason ?? "it is cut short";
}

function bad(seq: number | undefined, reason: string): LedgerVerdict {
  return { ok: false, seq, reason };
}
