import type { JobResult } from "./worker-pool.ts";

export interface Tally {
  passed: number;
  failed: number;
  left_out: number;
}

/** What `--json` prints. */
export interface ConformanceReport {
  readonly areas: Record<string, Record<string, Tally>>;
  /** Mean over the zeek-logs cases of their share of equal conn rows (service set aside). */
  readonly conn: { readonly caseAverage: number | null; readonly cases: number };
  /** Per kind of flow list, the cases whose flow facts are all equal; protocol facts set aside. */
  readonly flowFacts: Record<string, { equal: number; cases: number }>;
  readonly robustness: {
    readonly cases: number;
    readonly packets: number;
    readonly failed: readonly { readonly case: string; readonly reason: string }[];
  };
  readonly cases: readonly {
    readonly area: string;
    readonly id: string;
    readonly kind: string;
    readonly status: string;
    readonly reason?: string;
    readonly differences: readonly string[];
    readonly measures?: Record<string, number>;
    readonly uncompared?: readonly string[];
    readonly ms: number;
  }[];
}

/** Adds the results up. */
export function summarise(results: readonly JobResult[]): ConformanceReport {
  const areas: Record<string, Record<string, Tally>> = {};
  const cases: ConformanceReport["cases"][number][] = [];
  const broken: { case: string; reason: string }[] = [];
  let [robustCases, robustPackets] = [0, 0];
  for (const { job, ms, ...result } of results) {
    const { area, id, kind } = job.case;
    if (job.part === "robustness") {
      robustCases++;
      robustPackets += result.measures?.["packets"] ?? 0;
      if (result.status === "failed") {
        broken.push({ case: `${area}/${id}`, reason: result.reason ?? "" });
      }
      continue;
    }
    areas[area] ??= {};
    areas[area][kind] ??= { passed: 0, failed: 0, left_out: 0 };
    areas[area][kind][result.status]++;
    cases.push({ area, id, kind, ...result, ms: Math.round(ms) });
  }
  return {
    areas,
    conn: connAverage(cases),
    flowFacts: countFlowFacts(cases),
    robustness: { cases: robustCases, packets: robustPackets, failed: broken },
    cases,
  };
}

function connAverage(cases: ConformanceReport["cases"]): ConformanceReport["conn"] {
  let [sum, count] = [0, 0];
  for (const { measures, status } of cases) {
    const rows = measures?.["connRows"] ?? 0;
    if (rows === 0 || status === "left_out") continue;
    sum += (measures?.["connRowsEqual"] ?? 0) / rows;
    count++;
  }
  return { caseAverage: count === 0 ? null : sum / count, cases: count };
}

function countFlowFacts(cases: ConformanceReport["cases"]): ConformanceReport["flowFacts"] {
  const kinds: ConformanceReport["flowFacts"] = {};
  for (const { kind, measures } of cases) {
    const equal = measures?.["flowFactsEqual"];
    if (equal === undefined) continue;
    kinds[kind] ??= { equal: 0, cases: 0 };
    kinds[kind].equal += equal;
    kinds[kind].cases++;
  }
  return kinds;
}
