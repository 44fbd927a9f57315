import { Session } from "node:inspector";
import { setFlagsFromString } from "node:v8";

// Compiled code loses counts: whoever counts is interpreted.
for (const flag of ["--no-opt", "--no-maglev", "--no-sparkplug"]) setFlagsFromString(flag);

interface Coverage {
  result: { url: string; functions: { ranges: { count: number }[] }[] }[];
}

/** What a byte costs that is copied natively, in blocks. */
const COPIED_BYTE = 1 / 8;

/**
 * How often blocks of our own code run while `work` does, and bytes that it copies: what has the same
 * count costs the same, whatever else the machine does. Times are for benchmarks.
 */
export function countedSteps(work: () => void): number {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const copied = countCopies(work);
  let steps = 0;
  session.post("Profiler.takePreciseCoverage", (_error, coverage) => {
    for (const { url, functions } of (coverage as unknown as Coverage).result) {
      if (!url.includes("/src/core/")) continue;
      for (const { ranges } of functions) for (const { count } of ranges) steps += count;
    }
  });
  session.post("Profiler.stopPreciseCoverage");
  session.disconnect();
  return steps + copied * COPIED_BYTE;
}

/**
 * How much dearer twice the input is, over three doublings: 2 for what is linear, 4 for a square. A single
 * doubling says less, as stores that double copy in jumps.
 */
export function growthOf(workOf: (size: number) => () => void, smallest: number): number {
  // What is done once, at the first call, is no part of it.
  workOf(smallest)();
  const [small, large] = [1, 8].map((factor) => countedSteps(workOf(smallest * factor)));
  return Math.cbrt(large! / small!);
}

/** Bytes moved by what arrays do natively: blocks do not show them. */
function countCopies(work: () => void): number {
  const { set, slice, copyWithin } = Uint8Array.prototype;
  let copied = 0;
  Uint8Array.prototype.set = function (source, offset) {
    copied += source.length;
    set.call(this, source, offset);
  };
  Uint8Array.prototype.slice = function (start, end) {
    const part = slice.call(this, start, end) as Uint8Array<ArrayBuffer>;
    copied += part.length;
    return part;
  };
  Uint8Array.prototype.copyWithin = function (target, start, end) {
    copied += Math.max(0, (end ?? this.length) - start);
    return copyWithin.call(this, target, start, end) as Uint8Array<ArrayBuffer>;
  };
  try {
    work();
  } finally {
    Object.assign(Uint8Array.prototype, { set, slice, copyWithin });
  }
  return copied;
}
