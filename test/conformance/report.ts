import { renderFilters } from "./filter-report.ts";
import type { ConformanceReport, Tally } from "./summary.ts";

/** The table for a terminal. */
export function renderTable(report: ConformanceReport): string {
  const lines = [row("area", "kind", ["passed", "failed", "left out"])];
  for (const [area, kinds] of Object.entries(report.areas)) {
    for (const [kind, tally] of Object.entries(kinds)) {
      lines.push(row(area, kind, [tally.passed, tally.failed, tally.left_out]));
    }
  }
  const all = totals(report);
  lines.push(row("all", "", [all.passed, all.failed, all.left_out]));
  return [...lines, "", ...closingLines(report)].join("\n");
}

/** The failing and left-out cases with every difference. */
export function renderCases(report: ConformanceReport): string {
  const lines: string[] = [];
  for (const one of report.cases) {
    if (one.status === "passed") continue;
    const reason = one.reason === undefined ? "" : `: ${one.reason}`;
    lines.push(`${one.area}/${one.id} (${one.kind}) ${one.status.replace("_", " ")}${reason}`);
    lines.push(...one.differences.map((difference) => `    ${difference}`));
  }
  return lines.join("\n");
}

/** `docs/conformance.md`. */
export function renderMarkdown(report: ConformanceReport): string {
  const lines = [
    "# Conformance",
    "",
    "Results of `npm run conformance -- --write` over the whole corpus: real captures with results",
    "that somebody else worked out. A case passes when nothing differs; a kind of case that is not",
    "supported yet counts as failed.",
    "",
    "| area | kind | passed | failed | left out |",
    "|---|---|---|---|---|",
  ];
  for (const [area, kinds] of Object.entries(report.areas)) {
    for (const [kind, { passed, failed, left_out }] of Object.entries(kinds)) {
      lines.push(`| ${area} | ${kind} | ${passed} | ${failed} | ${left_out} |`);
    }
  }
  const all = totals(report);
  lines.push(`| **all** | | ${all.passed} | ${all.failed} | ${all.left_out} |`, "");
  lines.push(...closingLines(report).map((line) => `- ${line}`), "");
  lines.push(...renderFilters(report.cases), "## Left out", "");
  const reasons = new Map<string, string[]>();
  for (const { status, reason, id } of report.cases) {
    if (status !== "left_out") continue;
    const why = reason ?? "no reason given";
    reasons.set(why, [...(reasons.get(why) ?? []), id]);
  }
  if (reasons.size === 0) lines.push("None.");
  for (const [why, ids] of reasons) lines.push(`- ${why} (${ids.length}): ${ids.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function closingLines(report: ConformanceReport): string[] {
  const { conn, robustness } = report;
  const lines: string[] = [];
  if (conn.caseAverage !== null) {
    const share = (conn.caseAverage * 100).toFixed(2);
    lines.push(`conn rows equal (service set aside), mean over ${conn.cases} cases: ${share} %`);
  }
  for (const [kind, { equal, cases }] of Object.entries(report.flowFacts)) {
    const share = ((equal / cases) * 100).toFixed(2);
    lines.push(`${kind}: flow facts equal in ${equal} of ${cases} cases (${share} %)`);
  }
  const { cases, packets, failed } = robustness;
  lines.push(
    `robustness: ${cases} cases, ${packets} packets, ${failed.length} crashed, hung or over a limit`,
    ...failed.map((one) => `robustness: ${one.case}: ${one.reason}`),
  );
  return lines;
}

function totals(report: ConformanceReport): Tally {
  const sum: Tally = { passed: 0, failed: 0, left_out: 0 };
  for (const kinds of Object.values(report.areas)) {
    for (const tally of Object.values(kinds)) {
      sum.passed += tally.passed;
      sum.failed += tally.failed;
      sum.left_out += tally.left_out;
    }
  }
  return sum;
}

function row(area: string, kind: string, values: readonly (number | string)[]): string {
  return `${area.padEnd(15)}${kind.padEnd(26)}${values.map((value) => String(value).padStart(9)).join("")}`;
}
