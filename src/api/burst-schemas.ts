import { z } from "zod";
import { nanoseconds } from "./schemas.ts";

/** Widths that the engine measures, as a person writes them. */
export const BURST_BINS = ["10us", "100us", "1ms", "10ms", "100ms", "1s"] as const;

export const burstBin = z.enum(BURST_BINS).describe("width of the bins");

/** What is known of one interface, direction and width. */
export const burstLink = z.object({
  interface: z.number(),
  direction: z.enum(["out", "in", "inside", "unknown"]),
  bin: burstBin,
  peak_rate: z.number().describe("bit/s in the fullest bin"),
  utilisation: z.number().nullable().describe("of the link in that bin, 1 = all of it"),
  busy_bins: z
    .number()
    .nullable()
    .describe("bins at 90 % of the link or more, at the least; null without a link, or a query"),
  busy_seconds: z.number().nullable().describe("the time in those bins"),
  late: z.number().describe("packets out of order, too old for any open bin"),
});

/** One of the fullest bins. */
export const burst = z.object({
  interface: z.number(),
  direction: z.enum(["out", "in", "inside", "unknown"]),
  bin: burstBin,
  ts_ns: nanoseconds,
  bytes: z.number(),
  packets: z.number(),
  rate: z.number().describe("bit/s"),
  utilisation: z.number().nullable(),
  contributors: z.array(
    z.object({
      uid: z.string(),
      bytes: z.number(),
      says: z.string().describe("the flow's endpoints; empty when it is not in the index"),
    }),
  ),
});
