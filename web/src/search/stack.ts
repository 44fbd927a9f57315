import type { Output } from "../client.ts";

type Answer = Output<"histogram">;

/** One layer of the stacked bars. */
export interface Layer {
  readonly name: string;
  /** Which colour of the theme it has. */
  readonly colour: string;
  /** What its flows have in the field `service`; undefined where no condition says it. */
  readonly values: readonly string[] | undefined;
  readonly total: number;
  readonly bins: readonly number[];
}

/** A bar that has anything is at least this part of the highest: about a pixel. */
const SEEN_SHARE = 1 / 75;

/** Layers from the bottom up; of a log without services there is one. */
export function layersOf({ services, bins, measure }: Answer, name: string): readonly Layer[] {
  if (services.length === 0) {
    const values = bins.map((bin) => bin[measure]);
    return [{ name, colour: "bars", values: undefined, total: sumOf(values), bins: values }];
  }
  return services.map(({ kind, values, total, bins: own }, n) => {
    if (kind === "other") {
      return { name: "other services", colour: "stack-other", values: undefined, total, bins: own };
    }
    if (kind === "none") {
      return { name: "no service", colour: "stack-none", values: [], total, bins: own };
    }
    return { name: values.join(", "), colour: `stack-${n + 1}`, values, total, bins: own };
  });
}

/**
 * How high each layer reaches, the highest reach first: each is drawn over the one before. A bin
 * without anything has no bar, and one with little is lifted to where it can be seen.
 */
export function reachesOf(layers: readonly Layer[], count: number): (number | null)[][] {
  const bins = Array.from({ length: count }, (_, n) => n);
  const sums = bins.map((bin) => sumOf(layers.map((layer) => layer.bins[bin] ?? 0)));
  const lift = sums.reduce((highest, sum) => Math.max(highest, sum), 0) * SEEN_SHARE;
  const below = bins.map(() => 0);
  const reaches = layers.map((layer) =>
    bins.map((bin) => {
      const own = layer.bins[bin] ?? 0;
      below[bin]! += own;
      const sum = sums[bin]!;
      if (own === 0) return null;
      return sum < lift ? (below[bin]! * lift) / sum : below[bin]!;
    }),
  );
  return reaches.reverse();
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
