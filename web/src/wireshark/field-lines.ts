import type { FieldLine } from "../../wireshark/contract.ts";

/** A line of the tree as it is shown: which it is, and whether there is more below it. */
export interface ShownLine {
  readonly index: number;
  readonly line: FieldLine;
  readonly isParent: boolean;
  readonly isOpen: boolean;
  /** Its place among the lines with the same parent, from 1, and how many they are. */
  readonly place: number;
  readonly siblings: number;
}

/**
 * What a field is called, without this packet's value: branches stay open from packet to packet.
 * Text that is no field goes by what it says before its first colon.
 */
export function fieldName({ filter, label }: FieldLine): string {
  if (filter !== "" && !filter.startsWith("frame[")) return /^[^\s=]+/.exec(filter)?.[0] ?? filter;
  return `"${label.split(/[:,(]/, 1)[0]?.trim()}`;
}

export function isParent(lines: readonly FieldLine[], index: number): boolean {
  return (lines[index + 1]?.level ?? 0) > (lines[index]?.level ?? 0);
}

/** The lines that open branches let be seen, in order. */
export function shownLines(
  lines: readonly FieldLine[],
  open: ReadonlySet<string>,
): readonly ShownLine[] {
  const shown: { index: number; line: FieldLine; isParent: boolean; isOpen: boolean }[] = [];
  let hiddenBelow = Number.POSITIVE_INFINITY;
  for (const [index, line] of lines.entries()) {
    if (line.level > hiddenBelow) continue;
    const isBranch = isParent(lines, index);
    const isOpen = isBranch && open.has(fieldName(line));
    hiddenBelow = isOpen ? Number.POSITIVE_INFINITY : line.level;
    shown.push({ index, line, isParent: isBranch, isOpen });
  }
  const places = placesOf(shown.map(({ line }) => line.level));
  return shown.map((one, n) => ({ ...one, ...places[n]! }));
}

/** Each line's place among its siblings, in one pass forth and one back. */
function placesOf(levels: readonly number[]): { place: number; siblings: number }[] {
  const counts: number[] = [];
  const places = levels.map((level) => {
    counts.length = level + 1;
    counts[level] = (counts[level] ?? 0) + 1;
    return { place: counts[level], siblings: 0 };
  });
  const last: number[] = [];
  for (let n = levels.length - 1; n >= 0; n--) {
    const level = levels[n]!;
    last.length = level + 1;
    last[level] ??= places[n]!.place;
    places[n]!.siblings = last[level];
  }
  return places;
}

/** The line that a line belongs to; none for those at the top. */
export function parentOf(lines: readonly FieldLine[], index: number): number | undefined {
  const level = lines[index]?.level ?? 0;
  for (let n = index - 1; n >= 0; n--) if (lines[n]!.level < level) return n;
  return undefined;
}

/** The same branches, with those that a line lies under. */
export function openedTo(
  lines: readonly FieldLine[],
  index: number,
  open: ReadonlySet<string>,
): ReadonlySet<string> {
  const names = new Set(open);
  for (let n = parentOf(lines, index); n !== undefined; n = parentOf(lines, n)) {
    names.add(fieldName(lines[n]!));
  }
  return names.size === open.size ? open : names;
}

/** A line about some bits of its bytes begins with a picture of them. */
const BITS = /^[.01][.01 ]*= /;

/**
 * The field that a byte belongs to: the one with the fewest bytes, of those the deepest, of those
 * the first. For bits it is what they are parts of: a byte does not say which of them is meant.
 */
export function lineAtByte(
  lines: readonly FieldLine[],
  source: number,
  offset: number,
): number | undefined {
  let best: number | undefined;
  for (const [index, line] of lines.entries()) {
    const isIn = offset >= line.start && offset < line.start + line.length;
    // The first line of all is the packet itself, which every byte belongs to.
    if (!isIn || line.source !== source || fieldName(line) === "frame") continue;
    const before = best === undefined ? undefined : lines[best]!;
    const isCloser =
      before === undefined ||
      line.length < before.length ||
      (line.length === before.length && line.level > before.level);
    if (isCloser) best = index;
  }
  while (best !== undefined && BITS.test(lines[best]!.label)) best = parentOf(lines, best);
  return best;
}
