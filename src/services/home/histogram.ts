import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { compileRows } from "../../core/query/index.ts";
import { systemClock } from "../../platform/index.ts";
import type { HistogramPart } from "../index/index.ts";
import { readQuestion } from "./ask.ts";
import { coverageOf, unrecordedWithin } from "./coverage.ts";
import type { Home } from "./home.ts";
import { shownLog } from "./rows.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

type Answer = OutputOf<Operations["histogram"]>;
type Service = Answer["services"][number];

/** Addresses of the page say milliseconds: a narrower bin could not be asked for again. */
const WIDTH_NS_MIN = 1_000_000n;

/** Rows over time by when they began, every bin of the range; gaps are said, never drawn as zero. */
export async function queryHistogram(
  home: Home,
  input: ParsedInputOf<Operations["histogram"]>,
  { actor, signal }: Context,
): Promise<Answer> {
  const log = shownLog(home, input.log);
  const { query, scope, text } = readQuestion(home, input, systemClock.nowMs());
  const asked = {
    scope,
    log: log.name,
    condition: compileRows(query, { log, logs: home.index.logs }),
  };
  await home.reads.note(actor, input.case ?? "*", `${log.name}: ${text}`);
  const coverage = coverageOf(home.projection, input.case, home.running.size > 0);
  const { running, not_recorded } = coverage;
  const { measure, services: servicesMax } = input;
  let { from_ns: from, to_ns: to } = input;
  if (from === undefined || to === undefined) {
    const { first_ns: first, last_ns: last } = await home.index.count(asked, signal);
    from ??= first;
    to ??= last;
  }
  if (from === undefined || to === undefined) {
    const nothing = { bins: [], services: [], gaps: [], not_recorded };
    return { from_ns: null, to_ns: null, width_ns: "0", measure, ...nothing, running };
  }
  const [fromNs, toNs] = [BigInt(from), BigInt(to)];
  if (toNs < fromNs) {
    throw new HoldfastError("request/bad-input", "the range ends before it begins", {
      remedy: "put the earlier time first",
    });
  }
  const widest = (toNs - fromNs) / BigInt(input.bins) + 1n;
  const widthNs = widest < WIDTH_NS_MIN ? WIDTH_NS_MIN : widest;
  const times = { fromNs, toNs, widthNs };
  const parts = await home.index.histogram({ ...asked, ...times, measure, servicesMax }, signal);
  const count = Number((toNs - fromNs) / widthNs) + 1;
  return {
    from_ns: from,
    to_ns: to,
    width_ns: String(widthNs),
    measure,
    bins: binsOf(parts, count, times),
    services: log.name === "conn" ? servicesOf(parts, count, measure) : [],
    gaps: unrecordedWithin(coverage, fromNs, toNs),
    not_recorded,
    running,
  };
}

function binsOf(
  parts: readonly HistogramPart[],
  count: number,
  { fromNs, widthNs }: { readonly fromNs: bigint; readonly widthNs: bigint },
): Answer["bins"] {
  const bins = Array.from({ length: count }, (_, n) => {
    const from_ns = String(fromNs + BigInt(n) * widthNs);
    return { from_ns, flows: 0, packets: 0, bytes: 0 };
  });
  for (const { bin, flows, packets, bytes } of parts) {
    const sums = bins[bin]!;
    sums.flows += flows;
    sums.packets += packets;
    sums.bytes += bytes;
  }
  return bins;
}

/** What is stacked: the services told apart, largest first, then what is left. */
function servicesOf(
  parts: readonly HistogramPart[],
  count: number,
  measure: "flows" | "packets" | "bytes",
): Service[] {
  const found = new Map<string, Service>();
  for (const part of parts) {
    const values = [...(part.services ?? [])];
    const kind = part.services === null ? "other" : values.length === 0 ? "none" : "service";
    const key = `${kind} ${values.join(",")}`;
    const service = found.get(key) ?? { kind, values, total: 0, bins: new Array(count).fill(0) };
    found.set(key, service);
    service.bins[part.bin]! += part[measure];
    service.total += part[measure];
  }
  const rank = { service: 0, other: 1, none: 2 };
  return [...found.values()].sort((a, b) => rank[a.kind] - rank[b.kind] || b.total - a.total);
}
