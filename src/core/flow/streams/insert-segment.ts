import type { OverlapPolicy } from "../overlap-policy.ts";
import { isNewKept } from "./overlap-rules.ts";
import type { Piece, PieceList } from "./piece-list.ts";
import type { StreamConflict } from "./stream-sink.ts";

/** A segment to be held: `bytes` fill it to `dataEnd`, the rest was on the wire and is not captured. */
export interface NewSegment {
  readonly start: number;
  readonly dataEnd: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  readonly recordOffset: number;
}

interface Rules {
  readonly policy: OverlapPolicy;
  readonly conflict: (conflict: StreamConflict) => void;
}

/** What an insertion did to the bytes held. */
export interface InsertChange {
  heldBytes: number;
  duplicateBytes: number;
}

/**
 * Lays a segment among the pieces held: holes are filled, and where pieces lie already the policy says
 * whose bytes stay. Work grows with the segment's length and the pieces under it.
 */
export function insertSegment(pieces: PieceList, segment: NewSegment, rules: Rules): InsertChange {
  const change = { heldBytes: 0, duplicateBytes: 0 };
  const laying = { pieces, segment, rules, change };
  lay(laying, segment.start, segment.dataEnd, "data");
  lay(laying, segment.dataEnd, segment.end, "cut");
  return change;
}

interface Laying {
  readonly pieces: PieceList;
  readonly segment: NewSegment;
  readonly rules: Rules;
  readonly change: InsertChange;
}

/** One part of the segment, all of it with bytes or all of it without. */
function lay(laying: Laying, from: number, end: number, part: "data" | "cut"): void {
  const { pieces } = laying;
  let at = from;
  if (at >= end) return;
  pieces.seek(at);
  while (at < end) {
    const old = pieces.current;
    if (old === undefined || old.start >= end) break;
    if (old.start > at) {
      place(laying, at, old.start, part);
      at = old.start;
    }
    const overlapEnd = Math.min(end, old.end);
    if (isReplaced(laying, old, { from: at, to: overlapEnd, part })) {
      cutOut(laying, old, at, overlapEnd);
      place(laying, at, overlapEnd, part);
    } else if (old.end <= end) pieces.advance();
    at = overlapEnd;
  }
  if (at < end) place(laying, at, end, part);
}

/** Puts a part of the segment before the cursor; the bytes are copied, the packet's buffer is reused. */
function place({ pieces, segment, change }: Laying, from: number, to: number, part: string): void {
  const { start, end, recordOffset } = segment;
  const bytes = part === "cut" ? undefined : copy(segment.bytes.subarray(from - start, to - start));
  if (bytes !== undefined) change.heldBytes += bytes.length;
  const piece = { start: from, end: to, bytes, recordOffset };
  pieces.insert({ ...piece, segmentStart: start, segmentEnd: end });
}

/** Whether the segment's bytes take the place of a piece's; different bytes are told in either case. */
function isReplaced(
  { segment, rules, change }: Laying,
  old: Piece,
  overlap: { from: number; to: number; part: "data" | "cut" },
): boolean {
  const { from, to, part } = overlap;
  if (part === "cut") return false;
  if (old.bytes === undefined) return true;
  change.duplicateBytes += to - from;
  tellDifference(segment, old, { from, to }, rules);
  return isNewKept(rules.policy, {
    newStart: segment.start,
    newEnd: segment.end,
    oldStart: old.segmentStart,
    oldEnd: old.segmentEnd,
  });
}

function tellDifference(
  segment: NewSegment,
  old: Piece,
  overlap: { from: number; to: number },
  rules: Rules,
): void {
  const held = old.bytes!;
  const { bytes } = segment;
  let { from, to } = overlap;
  while (from < to && held[from - old.start] === bytes[from - segment.start]) from++;
  while (to > from && held[to - 1 - old.start] === bytes[to - 1 - segment.start]) to--;
  if (from === to) return;
  rules.conflict({
    position: from,
    length: to - from,
    firstOffset: old.recordOffset,
    secondOffset: segment.recordOffset,
    first: held.subarray(from - old.start, to - old.start),
    second: bytes.subarray(from - segment.start, to - segment.start),
  });
}

/** Removes a range from the cursor's piece; the cursor then stands at what lies behind the range. */
function cutOut({ pieces, change }: Laying, old: Piece, from: number, to: number): void {
  const { start, end, bytes } = old;
  if (bytes !== undefined) change.heldBytes -= to - from;
  if (start < from) {
    old.end = from;
    if (bytes !== undefined) old.bytes = shrink(bytes.subarray(0, from - start));
    pieces.advance();
    if (to === end) return;
    const rest = bytes === undefined ? undefined : shrink(bytes.subarray(to - start));
    pieces.insert({ ...old, start: to, end, bytes: rest });
    pieces.seek(to);
    return;
  }
  if (to === end) {
    pieces.remove();
    return;
  }
  old.start = to;
  if (bytes !== undefined) old.bytes = shrink(bytes.subarray(to - start));
}

/**
 * A view that keeps a buffer of more than twice its size alive is copied, so that what is held is what
 * counts. Of a piece cut in two only the smaller part is copied: cutting again and again stays cheap.
 */
function shrink(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > bytes.length * 2 ? copy(bytes) : bytes;
}

/** Not `slice`: on a Buffer that is a view. */
function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
