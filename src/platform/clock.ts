/** The time of day, passed in wherever time is needed so that tests can set it. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** Seconds from a clock that never runs backwards, for measuring durations. */
export function monotonicSeconds(): number {
  return performance.now() / 1000;
}

/** RFC 3339, UTC, milliseconds: the form custody entries use. */
export function formatTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** Resolves after a while. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
