import {
  encodeEntryBundle,
  encodeHashTile,
  leafHash,
  TILE_WIDTH,
  TreeFrontier,
  tileLevels,
  tilePath,
} from "../../core/custody/index.ts";
import { nodeDigests } from "../../platform/index.ts";

/** One file that a batch of entries asks to be written. */
export interface TileWrite {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const HEIGHT = 8;

/** The growing edge of the ledger in memory: what the next append needs, and nothing older. */
export class LedgerTree {
  readonly #frontier = new TreeFrontier(nodeDigests);
  /** Entries of the last, partial bundle. */
  #entries: Uint8Array[] = [];
  /** Per tile level, the hashes of its last, partial tile. */
  readonly #hashes: Uint8Array[][] = [];

  get size(): number {
    return this.#frontier.size;
  }

  root(): Uint8Array {
    return this.#frontier.root();
  }

  /** Takes up the edge as it was stored; `hashes` per level, lowest first. */
  restore(edge: { entries: Uint8Array[]; hashes: Uint8Array[][] }): void {
    this.#entries = [...edge.entries];
    edge.hashes.forEach((hashes, level) => {
      this.#hashes[level] = [...hashes];
    });
    for (let level = edge.hashes.length - 1; level >= 0; level--) {
      for (const hash of edge.hashes[level]!)
        this.#frontier.append(hash, { level: level * HEIGHT });
    }
  }

  /** Appends notes; returns the files to write and the partial ones that they replace. */
  append(notes: readonly Uint8Array[]): { writes: TileWrite[]; replaced: string[] } {
    const replaced = partialPaths(this.size);
    const writes = new Map<string, Uint8Array>();
    for (const note of notes) this.#appendOne(note, writes);
    const edge = tileLevels(this.size);
    const bundleIndex = Math.floor(this.size / TILE_WIDTH);
    if (this.#entries.length > 0) {
      const path = tilePath("entries", bundleIndex, this.#entries.length);
      writes.set(path, encodeEntryBundle(this.#entries));
    }
    edge.forEach((count, level) => {
      const hashes = this.#hashes[level] ?? [];
      if (hashes.length === 0) return;
      const path = tilePath(level, Math.floor(count / TILE_WIDTH), hashes.length);
      // A higher level's partial tile changes once in 256 entries: leave it when it did not.
      if (!replaced.includes(path)) writes.set(path, encodeHashTile(hashes));
    });
    const kept = partialPaths(this.size);
    return {
      writes: [...writes].map(([path, bytes]) => ({ path, bytes })),
      replaced: replaced.filter((path) => !kept.includes(path)),
    };
  }

  #appendOne(note: Uint8Array, writes: Map<string, Uint8Array>): void {
    const seq = this.size;
    this.#entries.push(note);
    if (this.#entries.length === TILE_WIDTH) {
      writes.set(
        tilePath("entries", Math.floor(seq / TILE_WIDTH)),
        encodeEntryBundle(this.#entries),
      );
      this.#entries = [];
    }
    this.#frontier.append(leafHash(nodeDigests, note), {
      onNode: (height, index, hash) => {
        if (height % HEIGHT !== 0) return;
        const level = height / HEIGHT;
        const hashes = this.#hashes[level] ?? [];
        this.#hashes[level] = hashes;
        hashes.push(hash);
        if (hashes.length < TILE_WIDTH) return;
        writes.set(tilePath(level, Math.floor(index / TILE_WIDTH)), encodeHashTile(hashes));
        this.#hashes[level] = [];
      },
    });
  }
}

/** Paths of the partial tiles and bundle that a tree of `size` has. */
function partialPaths(size: number): string[] {
  const paths: string[] = [];
  tileLevels(size).forEach((count, level) => {
    const width = count % TILE_WIDTH;
    if (width === 0) return;
    const index = Math.floor(count / TILE_WIDTH);
    paths.push(tilePath(level, index, width));
    if (level === 0) paths.push(tilePath("entries", index, width));
  });
  return paths;
}
