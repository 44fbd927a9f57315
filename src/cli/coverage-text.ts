import type { OutputOf, operations } from "../api/index.ts";
import { escapeText, timeText } from "./text.ts";

type Coverage = OutputOf<typeof operations.query>["coverage"];

const NAMED_MAX = 5;

/** What an answer was drawn from, for stderr: captures and times searched, gaps, what was not recorded. */
export function coverageText(coverage: Coverage, found: string): string {
  const { captures, captures_total: total, gaps } = coverage;
  if (total === 0) return `${found}; nothing is recorded here yet\n`;
  const names = captures.slice(0, NAMED_MAX).map(({ name }) => escapeText(name));
  const more = total > names.length ? ` and ${total - names.length} more` : "";
  const lines = [
    `${found}; searched ${total} capture${total === 1 ? "" : "s"} (${names.join(", ")}${more}), ${timeText(coverage.from_ns)} to ${timeText(coverage.to_ns)}`,
    gaps.length === 0
      ? "no gaps between captures"
      : `${gaps.length} gap${gaps.length === 1 ? "" : "s"} of which nothing was recorded: ${gaps
          .slice(0, NAMED_MAX)
          .map((g) => `${timeText(g.from_ns)} to ${timeText(g.to_ns)}`)
          .join("; ")}`,
    ...coverage.not_recorded.slice(0, NAMED_MAX).map((text) => `not recorded: ${escapeText(text)}`),
    ...(coverage.running
      ? ["an import is still running: what it adds is not all in this answer"]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}
