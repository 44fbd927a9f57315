import type { Operations, OutputOf } from "../../api/index.ts";
import { type CaptureState, type KnownFacts, packetSegment } from "./projection.ts";

export type Coverage = OutputOf<Operations["query"]>["coverage"];

/** A stretch without any capture shorter than this is not called a gap: clocks and rotation need it. */
const GAP_NS_MIN = 1_000_000_000n;

/** An answer's facts travel in a header: they must stay small. */
const CAPTURES_NAMED_MAX = 100;

/**
 * What an answer was drawn from: which captures and times were searched, where nothing was recorded,
 * and what the captures themselves say was lost. Every answer carries it.
 */
export function coverageOf(
  projection: KnownFacts,
  caseName: string | undefined,
  running: boolean,
): Coverage {
  const captures = [...projection.captures.values()].filter(
    (capture) =>
      capture.state === "sealed" && (caseName === undefined || capture.start.case === caseName),
  );
  const searched = captures.map(describe).filter((c) => c !== undefined);
  const times = searched
    .filter((c) => c.from_ns !== null && c.to_ns !== null)
    .map((c) => ({ from: BigInt(c.from_ns!), to: BigInt(c.to_ns!) }))
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const gaps: Coverage["gaps"] = [];
  let end = times[0]?.to ?? 0n;
  for (const time of times) {
    if (time.from - end >= GAP_NS_MIN)
      gaps.push({ from_ns: String(end), to_ns: String(time.from) });
    if (time.to > end) end = time.to;
  }
  return {
    from_ns: times.length === 0 ? null : String(times[0]!.from),
    to_ns: times.length === 0 ? null : String(end),
    captures: searched.slice(0, CAPTURES_NAMED_MAX),
    captures_total: searched.length,
    gaps,
    not_recorded: captures.flatMap(losses),
    running,
  };
}

/**
 * Times of a range of which nothing was recorded: before the first capture, between two, after the last.
 * While an import runs nobody knows them yet.
 */
export function unrecordedWithin(
  { from_ns: first, to_ns: last, gaps, running }: Coverage,
  fromNs: bigint,
  toNs: bigint,
): Coverage["gaps"] {
  if (running) return [];
  const whole = { from_ns: String(fromNs), to_ns: String(toNs) };
  if (first === null || last === null) return [whole];
  const all = [{ ...whole, to_ns: first }, ...gaps, { ...whole, from_ns: last }];
  return all.flatMap((gap) => {
    const from = BigInt(gap.from_ns) > fromNs ? gap.from_ns : whole.from_ns;
    const to = BigInt(gap.to_ns) < toNs ? gap.to_ns : whole.to_ns;
    return BigInt(from) < BigInt(to) ? [{ from_ns: from, to_ns: to }] : [];
  });
}

function describe(capture: CaptureState): Coverage["captures"][number] | undefined {
  const segment = packetSegment(capture);
  if (segment === undefined) return undefined;
  const { entry } = segment;
  return {
    capture: entry.capture,
    name: capture.start.file.name,
    case: entry.case,
    segment: entry.segment,
    from_ns: entry.first_ts_ns,
    to_ns: entry.last_ts_ns,
    packets: entry.packets,
    complete: entry.complete,
    fault: entry.fault,
  };
}

/** Sentences about what a capture did not record, as far as it says. */
function losses(capture: CaptureState): string[] {
  const segment = packetSegment(capture);
  if (segment === undefined) return [];
  const { balance, complete, fault } = segment.entry;
  const name = capture.start.file.name;
  const lost = [
    balance.kernel ? `${balance.kernel} packets dropped by the kernel` : "",
    balance.interface ? `${balance.interface} packets dropped by the interface` : "",
    complete ? "" : `the file ends early or is damaged (${fault})`,
  ].filter((text) => text !== "");
  return lost.map((text) => `${name}: ${text}`);
}
