import type { Limit } from "../../base/index.ts";

/** Frames of one kind in a flow that are more than any program needs. */
export interface FloodLimits {
  readonly settings: Limit;
  readonly pings: Limit;
  readonly resets: Limit;
  readonly emptyFrames: Limit;
}

export type FloodKind = keyof FloodLimits;

const WEIRDS: Readonly<Record<FloodKind, string>> = {
  settings: "HTTP2_settings_flood",
  pings: "HTTP2_ping_flood",
  resets: "HTTP2_rapid_reset",
  emptyFrames: "HTTP2_empty_frame_flood",
};

/** Counts frames that cost their sender nothing and the other side work (RFC 9113 10.5). */
export class FrameFloods {
  readonly #limits: FloodLimits;
  readonly #weird: (name: string) => void;
  readonly #counts = { settings: 0, pings: 0, resets: 0, emptyFrames: 0 };

  constructor(limits: FloodLimits, weird: (name: string) => void) {
    this.#limits = limits;
    this.#weird = weird;
  }

  /** Told once for each kind, when there is one more than the limit. */
  count(kind: FloodKind): void {
    const limit = this.#limits[kind];
    if (++this.#counts[kind] <= limit.maximum) return;
    limit.reached++;
    if (this.#counts[kind] === limit.maximum + 1) this.#weird(WEIRDS[kind]);
  }
}
