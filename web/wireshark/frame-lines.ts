import type { ProtoTree, Vector } from "@goodtools/wiregasm";
import type { FieldLine } from "./contract.ts";
import type { Handle } from "./library.ts";

/** A packet of many small items has thousands of fields; what a person reads is far below. */
export const LINES_MAX = 20_000;

interface Open {
  readonly tree: Handle<Vector<ProtoTree>>;
  readonly size: number;
  next: number;
}

/**
 * A packet's tree as lines with levels. Without recursion: how deep a tree goes is decided by the
 * packet. What lies beyond the limit is counted along the open branches only.
 */
export function linesOf(tree: Vector<ProtoTree>): { lines: FieldLine[]; leftOut: number } {
  const lines: FieldLine[] = [];
  const open: Open[] = [opened(tree)];
  let leftOut = 0;
  for (let level = open[0]; level !== undefined; level = open.at(-1)) {
    if (level.next >= level.size || lines.length >= LINES_MAX) {
      leftOut += level.size - level.next;
      level.tree.delete();
      open.pop();
      continue;
    }
    const item = level.tree.get(level.next++);
    lines.push(lineOf(item, open.length));
    open.push(opened(item.tree));
  }
  return { lines, leftOut };
}

function opened(tree: Vector<ProtoTree>): Open {
  return { tree: tree as Handle<Vector<ProtoTree>>, size: tree.size(), next: 0 };
}

function lineOf(item: ProtoTree, level: number): FieldLine {
  return {
    label: item.label,
    // Text that is no field has this name for one, and no filter finds it.
    filter: item.filter === "text" ? "" : item.filter,
    level,
    start: item.start,
    length: item.length,
    source: item.data_source_idx,
    isProtocol: item.type === "proto",
    frame: item.type === "framenum" ? item.fnum : undefined,
  };
}
