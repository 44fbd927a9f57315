import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { binWidthFor, type TimeBin } from "../../core/flow/index.ts";
import { readBins } from "../evidence/index.ts";
import type { Home } from "./home.ts";
import { openPackets } from "./stream.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

type Answer = OutputOf<Operations["connectionBins"]>;
type Side = Answer["orig"];

/** A connection over time, after the read of its packets is on record. */
export async function binConnection(
  home: Home,
  input: ParsedInputOf<Operations["connectionBins"]>,
  context: Context,
): Promise<Answer> {
  const { uid, from_ns: from, to_ns: to, bins: binsMax } = input;
  if (from !== undefined && to !== undefined && BigInt(to) < BigInt(from)) {
    throw new HoldfastError("request/bad-input", "the range ends before it begins", {
      remedy: "put the earlier time first",
    });
  }
  const purpose = input.purpose || "packets over time";
  const { row, originator, responder, packets, read } = await openPackets(
    home,
    { uid, purpose },
    context,
  );
  const beginNs = BigInt(String(row["ts_ns"]));
  const fromNs = from === undefined ? beginNs : BigInt(from);
  const endNs = beginNs + BigInt(String(row["duration_ns"] ?? 0));
  const toNs = to === undefined ? (endNs > fromNs ? endNs : fromNs) : BigInt(to);
  const widthNs = input.width_ns ?? binWidthFor(Number(toNs - fromNs), binsMax);
  const { bins, leftOut } = await readBins(packets(), {
    originator,
    responder,
    from: momentOf(fromNs),
    to: momentOf(toNs),
    widthNs,
    binsMax,
  });
  const all = bins.map(({ at, number, firstNs, sides: [orig, resp] }) => {
    const from_ns = String(fromNs + BigInt(at) * BigInt(widthNs));
    return { from_ns, number, first_ns: String(fromNs + BigInt(firstNs)), orig, resp };
  });
  return {
    seq: read.seq,
    uid,
    from_ns: String(fromNs),
    to_ns: String(toNs),
    width_ns: String(widthNs),
    bins: all,
    orig: sumOf(bins, 0),
    resp: sumOf(bins, 1),
    left_out: leftOut,
  };
}

/** A time as the packet loop has it: whole seconds, rounded down, and what is left. */
function momentOf(ns: bigint): { seconds: number; nanoseconds: number } {
  const rest = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  return { seconds: Number((ns - rest) / 1_000_000_000n), nanoseconds: Number(rest) };
}

function sumOf(bins: readonly TimeBin[], side: 0 | 1): Side {
  const sum = { packets: 0, bytes: 0, again: 0, closed: 0 };
  for (const { sides } of bins) {
    const own = sides[side];
    sum.packets += own.packets;
    sum.bytes += own.bytes;
    sum.again += own.again;
    sum.closed += own.closed;
  }
  return sum;
}
