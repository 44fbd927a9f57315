import { join, relative, sep } from "node:path";
import { HoldfastError } from "../../core/base/index.ts";
import {
  leafHash,
  parseEntryBundle,
  parseHashTile,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from "../../core/custody/index.ts";
import {
  createDirectory,
  listDirectory,
  nodeDigests,
  readFileIfPresent,
  readFileSync,
  removeTree,
  statFile,
  writeFileDurably,
} from "../../platform/index.ts";

/** One tile or bundle as its path names it. */
export interface StoredTile {
  readonly path: string;
  readonly level: number | "entries";
  readonly index: number;
  readonly width: number;
}

/** The ledger's files under one directory: `checkpoint` and `tile/…`, laid out as tlog-tiles says. */
export class LedgerStore {
  readonly dir: string;
  readonly #created = new Set<string>();

  constructor(dir: string) {
    this.dir = dir;
  }

  async readCheckpoint(): Promise<Uint8Array | undefined> {
    return await readFileIfPresent(join(this.dir, "checkpoint"));
  }

  async writeCheckpoint(note: Uint8Array): Promise<void> {
    await writeFileDurably(join(this.dir, "checkpoint"), note, { mode: 0o600 });
  }

  async writeTile(path: string, bytes: Uint8Array): Promise<void> {
    const whole = join(this.dir, path);
    const parent = join(whole, "..");
    if (!this.#created.has(parent)) {
      await createDirectory(parent);
      this.#created.add(parent);
    }
    await writeFileDurably(whole, bytes);
  }

  /** Entries of one bundle of a tree of `size`; undefined when the file is missing. */
  async readBundle(index: number, size: number): Promise<StoredBundle | undefined> {
    const width = tileWidth(size, index);
    const path = tilePath("entries", index, width);
    const bytes = await readFileIfPresent(join(this.dir, path));
    if (bytes === undefined) return undefined;
    const parsed = parseEntryBundle(bytes);
    return { path, width, entries: parsed.status === "ok" ? parsed.value : undefined };
  }

  /** Hashes of one tile, where its level holds `count` nodes; undefined when it cannot be read. */
  async readTile(level: number, index: number, count: number): Promise<Uint8Array[] | undefined> {
    const width = tileWidth(count, index);
    const bytes = await readFileIfPresent(join(this.dir, tilePath(level, index, width)));
    const parsed = bytes && parseHashTile(bytes);
    return parsed?.status === "ok" && parsed.value.length === width ? parsed.value : undefined;
  }

  readTileSync(level: number, index: number, count: number): Uint8Array[] {
    const parsed = parseHashTile(
      readFileSync(join(this.dir, tilePath(level, index, tileWidth(count, index)))),
    );
    return parsed.status === "ok" ? parsed.value : [];
  }

  /** Every tile and bundle that is on the disk, whatever the checkpoint says. */
  async listTiles(): Promise<StoredTile[]> {
    const found: StoredTile[] = [];
    for (const path of await this.#walk(join(this.dir, "tile"))) {
      const tile = parseTilePath(relative(this.dir, path).split(sep).join("/"));
      if (tile) found.push(tile);
    }
    return found;
  }

  /** Drops a tile or bundle that the checkpoint does not cover, or that a wider one replaces. */
  async removeTile(path: string): Promise<void> {
    const whole = join(this.dir, path);
    await removeTree(whole);
    const parent = join(whole, "..");
    if (!parent.endsWith(".p") || (await listDirectory(parent)).length > 0) return;
    this.#created.delete(parent);
    await removeTree(parent);
  }

  async #walk(dir: string): Promise<string[]> {
    const paths: string[] = [];
    for (const name of await listDirectory(dir)) {
      const path = join(dir, name);
      if ((await statFile(path))?.isDirectory) paths.push(...(await this.#walk(path)));
      else paths.push(path);
    }
    return paths;
  }
}

/** A bundle as read; `entries` is undefined when its length fields do not add up. */
export interface StoredBundle {
  readonly path: string;
  readonly width: number;
  readonly entries: Uint8Array[] | undefined;
}

/** The entries of a bundle that must be good, or an error that names the first one that is not. */
export function requireEntries(
  bundle: StoredBundle | undefined,
  expected: { index: number; hashes: readonly Uint8Array[] | undefined },
): Uint8Array[] {
  const first = expected.index * TILE_WIDTH;
  const damaged = (seq: number, what: string) =>
    new HoldfastError("ledger/damaged", `ledger entry ${seq} ${what}`, {
      remedy: "run holdfast verify, then restore the ledger from its last good copy",
    });
  if (bundle?.entries === undefined) throw damaged(first, "lies in a bundle that cannot be read");
  if (expected.hashes === undefined)
    throw damaged(first, "lies under a hash tile that cannot be read");
  for (let at = 0; at < bundle.width; at++) {
    const entry = bundle.entries[at];
    if (entry === undefined) throw damaged(first + at, "is missing");
    const hash = leafHash(nodeDigests, entry);
    if (!Buffer.from(hash).equals(expected.hashes[at]!)) throw damaged(first + at, "was changed");
  }
  return bundle.entries;
}

function parseTilePath(path: string): StoredTile | undefined {
  const parts = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (!parts) return undefined;
  return {
    path,
    level: parts[1] === "entries" ? "entries" : Number(parts[1]),
    index: Number(parts[2]!.replaceAll(/[x/]/g, "")),
    width: parts[3] === undefined ? TILE_WIDTH : Number(parts[3]),
  };
}
