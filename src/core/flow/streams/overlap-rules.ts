import type { OverlapPolicy } from "../overlap-policy.ts";

/** Where two pieces of a stream lie: positions, the ends exclusive. */
export interface Overlap {
  newStart: number;
  newEnd: number;
  oldStart: number;
  oldEnd: number;
}

/**
 * Whether bytes that came later replace those of a piece held already. The table is that of Novak and
 * Sturges (Target-Based TCP Stream Reassembly, 2007), which Suricata publishes too; BSD and Windows
 * answer alike. It is asked only for bytes the application has not read yet.
 */
export function isNewKept(policy: OverlapPolicy, overlap: Overlap): boolean {
  const { newStart, newEnd, oldStart, oldEnd } = overlap;
  switch (policy) {
    case "first":
      return false;
    case "last":
      return true;
    case "bsd":
    case "windows":
      return newStart < oldStart;
    case "linux":
      return newStart < oldStart || (newStart === oldStart && newEnd > oldEnd);
    case "solaris":
      return newEnd > oldEnd || (newEnd === oldEnd && newStart <= oldStart);
  }
}
