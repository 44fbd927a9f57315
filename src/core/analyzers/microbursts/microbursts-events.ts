import { field, type LogSchema } from "../../events/index.ts";

/** Where a packet went, by the networks that are ours; a place in this list. */
export const BURST_DIRECTIONS = ["out", "in", "inside", "unknown"] as const;

/** Widths of the bins, each a multiple of the one before. */
export const BURST_BIN_NANOSECONDS: readonly number[] = [1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Bins kept of each interface, direction and width. */
export const BURSTS_KEPT = 16;

/** The fullest bins of each interface, direction and width. */
export const microburstsSchema: LogSchema = {
  name: "microbursts",
  shown: true,
  says: "The fullest moments of each interface and direction, from 10 µs to 1 s wide.",
  fields: [
    field("ts", "time", "When the bin began."),
    field("interface", "count", "Number of the interface in its capture.", { width: "u32" }),
    field("direction", "enum", "out and in by the local networks; inside between two of them.", {
      values: BURST_DIRECTIONS,
    }),
    field("bin", "interval", "How wide the bin is."),
    field("rank", "count", "Place among the fullest bins of this width; 1 is the peak.", {
      width: "u8",
    }),
    field("bytes", "count", "Bytes in the bin, whole frames as they were on the wire."),
    field("packets", "count", "Packets in the bin."),
    field("rate", "count", "Bits a second, if the whole second had been like this bin."),
    field("uid", "uid", "The flow with most bytes in the bin.", { optional: true }),
    field(
      "contributors",
      "text",
      "Flows with most bytes among the bin's last 2,048 packets, as uid=bytes.",
      { optional: true },
    ),
  ],
};

/** How full all bins were: what tells for how long a link was at its limit. */
export const burstFillingsSchema: LogSchema = {
  name: "burst_fillings",
  shown: false,
  says: "How many bins of each interface, direction and width held how many bytes.",
  fields: [
    field("ts", "time", "When the fullest of the bins began."),
    field("interface", "count", "Number of the interface in its capture.", { width: "u32" }),
    field("direction", "enum", "As in microbursts.", { values: BURST_DIRECTIONS }),
    field("bin", "interval", "How wide the bins are."),
    field("late", "count", "Packets of the interface and direction too old for every open bin."),
    field("fillings", "bytes", "u32 pairs, little-endian: a step of bytes, and its bins."),
  ],
};
