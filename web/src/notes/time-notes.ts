import type { Note } from "./notes-pane.tsx";

/** Notes that stand close together in a plot: one mark for all of them. */
export interface NoteCluster {
  /** Where the mark stands, and how far the longest of them goes, as shares of the width. */
  readonly at: number;
  readonly to: number;
  readonly notes: readonly Note[];
}

/** Marks closer than this share of the width would cover each other. */
const CLOSE_SHARE = 0.035;

/** Marks for the notes on times of a range; a note that begins before it stands at its beginning. */
export function noteClusters(
  notes: readonly Note[],
  { fromNs, toNs }: { readonly fromNs: bigint; readonly toNs: bigint },
): NoteCluster[] {
  const span = Number(toNs - fromNs) || 1;
  const share = (ns: bigint): number => Math.max(0, Math.min(1, Number(ns - fromNs) / span));
  const placed = notes.flatMap((note) => {
    if (note.from_ns === null && note.to_ns === null) return [];
    const first = BigInt(note.from_ns ?? note.to_ns ?? 0);
    const last = BigInt(note.to_ns ?? note.from_ns ?? 0);
    return last < fromNs || first > toNs ? [] : [{ at: share(first), to: share(last), note }];
  });
  const clusters: { at: number; to: number; notes: Note[] }[] = [];
  for (const { at, to, note } of placed.sort((a, b) => a.at - b.at)) {
    const near = clusters.at(-1);
    if (near !== undefined && at - near.at < CLOSE_SHARE) {
      near.notes.push(note);
      near.to = Math.max(near.to, to);
    } else clusters.push({ at, to, notes: [note] });
  }
  return clusters;
}
