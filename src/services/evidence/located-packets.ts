import { HoldfastError } from "../../core/base/index.ts";
import { readPostings } from "../../core/flow/index.ts";
import { RunningSha256 } from "../../platform/index.ts";
import type { Candidates, IndexStore } from "../index/index.ts";

/** Places of candidate packets in one segment, ascending. */
export interface SegmentPlaces {
  readonly segment: string;
  /** Per packet: offset of its record × 1,024 + number of its flow's truths, so that one sort orders both. */
  readonly keys: Float64Array;
}

/** Different combinations of flow-level truths one request may have; 2^43 bytes a segment remain. */
const TRUTHS_MAX = 1024;
/** A combination is a 32-bit mask. */
const LEAVES_MAX = 31;

/**
 * Every packet that a question may mean: which segment, where, and what its flow already answers.
 * This list, not the packets, is what the ledger's read entry carries the digest of.
 */
export class LocatedPackets {
  readonly segments: readonly SegmentPlaces[];
  readonly total: number;
  readonly #truths: readonly (readonly boolean[])[];

  private constructor(segments: readonly SegmentPlaces[], truths: readonly (readonly boolean[])[]) {
    this.segments = segments;
    this.total = segments.reduce((sum, { keys }) => sum + keys.length, 0);
    this.#truths = truths;
  }

  /** Plans must be checked by `assertReadable` before the index is asked. */
  static async read(index: IndexStore, found: Candidates, leaves: number): Promise<LocatedPackets> {
    const masks: number[] = [];
    const perSegment = found.segments.map((segment, number) => ({ segment, number }));
    const segments: SegmentPlaces[] = [];
    for (const { segment, number } of perSegment) {
      const keys = await readSegment(index, found, { segment, number }, masks);
      segments.push({ segment, keys });
    }
    const truths = masks.map((mask) =>
      Array.from({ length: leaves }, (_, bit) => (mask & (2 ** bit)) !== 0),
    );
    return new LocatedPackets(segments, truths);
  }

  truthsOf(key: number): readonly boolean[] {
    return this.#truths[key % TRUTHS_MAX]!;
  }

  /** SHA-256 over each segment's name, a zero byte, and its offsets as u64 little-endian. */
  sha256(): string {
    const hash = new RunningSha256();
    for (const { segment, keys } of this.segments) {
      hash.update(new TextEncoder().encode(`${segment}\0`));
      const offsets = new BigUint64Array(Math.min(keys.length, 65_536));
      for (let from = 0; from < keys.length; from += offsets.length) {
        const part = keys.subarray(from, from + offsets.length);
        part.forEach((key, n) => {
          offsets[n] = BigInt(offsetOf(key));
        });
        hash.update(new Uint8Array(offsets.buffer, 0, part.length * 8));
      }
    }
    return hash.digestHex();
  }
}

/** Refuses a plan that mixes more fields with packet terms than can be told apart per packet. */
export function assertReadable(plan: { readonly leaves: readonly unknown[] }): void {
  if (plan.leaves.length > LEAVES_MAX) throw tooMixed();
}

function tooMixed(): HoldfastError {
  return new HoldfastError(
    "query/bad-query",
    "the query mixes too many field comparisons with packet terms",
    {
      remedy: "put values of one field into a set: id.resp_p in {80, 443}",
    },
  );
}

export function offsetOf(key: number): number {
  return Math.floor(key / TRUTHS_MAX);
}

async function readSegment(
  index: IndexStore,
  found: Candidates,
  { segment, number }: { segment: string; number: number },
  masks: number[],
): Promise<Float64Array> {
  let total = 0;
  const runs: number[] = [];
  found.segment.forEach((of, run) => {
    if (of !== number) return;
    runs.push(run);
    total += found.count[run]!;
  });
  const keys = new Float64Array(total);
  let at = 0;
  for (const { first, bytes, members } of joinRuns(found, runs)) {
    const piece = await index.readPostings(segment, first, bytes);
    for (const run of members) {
      const mask = numberOfMask(masks, found.truths[run]!);
      const from = found.first[run]! - first;
      for (const offset of readPostings(piece, from, found.count[run]!)) {
        keys[at++] = offset * TRUTHS_MAX + mask;
      }
    }
  }
  return joinSame(keys.subarray(0, at).sort(), masks);
}

/** A packet that lies under several flows (a tunnel and what it carries) is one, with all their truths. */
function joinSame(keys: Float64Array, masks: number[]): Float64Array {
  let kept = 0;
  for (const key of keys) {
    const before = kept === 0 ? -1 : keys[kept - 1]!;
    if (kept === 0 || offsetOf(before) !== offsetOf(key)) keys[kept++] = key;
    else {
      const both = masks[before % TRUTHS_MAX]! | masks[key % TRUTHS_MAX]!;
      keys[kept - 1] = offsetOf(key) * TRUTHS_MAX + numberOfMask(masks, both);
    }
  }
  return keys.subarray(0, kept);
}

/** Runs close together in the posting file are read together: one read costs as much as 30 kB. */
const JOIN_BYTES = 32_768;
const PIECE_BYTES_MAX = 8 << 20;

function joinRuns(found: Candidates, runs: readonly number[]) {
  const pieces: { first: number; bytes: number; members: number[] }[] = [];
  for (const run of runs) {
    const first = found.first[run]!;
    const end = first + found.bytes[run]!;
    const last = pieces.at(-1);
    if (
      last &&
      first - (last.first + last.bytes) <= JOIN_BYTES &&
      end - last.first <= PIECE_BYTES_MAX
    ) {
      last.bytes = Math.max(last.bytes, end - last.first);
      last.members.push(run);
    } else {
      pieces.push({ first, bytes: found.bytes[run]!, members: [run] });
    }
  }
  return pieces;
}

function numberOfMask(masks: number[], mask: number): number {
  const known = masks.indexOf(mask);
  if (known >= 0) return known;
  if (masks.length === TRUTHS_MAX) throw tooMixed();
  masks.push(mask);
  return masks.length - 1;
}
