import { Session } from "node:inspector";

interface Coverage {
  result: { url: string; functions: { ranges: { count: number }[] }[] }[];
}

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
  return steps + copied;
}

/** Twice the input costs at most 2.3 times the steps, at every doubling. */
export function growthOf(workOf: (size: number) => () => void, smallest: number): number {
  const [small, middle, large] = [1, 2, 4].map((factor) => countedSteps(workOf(smallest * factor)));
  return Math.max(middle! / small!, large! / middle!);
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
