/**
 * What a receiver does when a fragment or a TCP segment covers bytes it holds already. `first` and
 * `last` are questions a person asks; the others are what hosts were measured to do.
 */
export type OverlapPolicy = "first" | "last" | "bsd" | "linux" | "windows" | "solaris";

/** Every policy, in the order in which answers name them. */
export const OVERLAP_POLICIES: readonly OverlapPolicy[] = [
  "first",
  "last",
  "bsd",
  "linux",
  "windows",
  "solaris",
];
