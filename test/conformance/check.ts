import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ConformanceReport, Tally } from "./summary.ts";

const TABLE = fileURLToPath(new URL("../../docs/conformance.json", import.meta.url));

type Table = Record<string, Record<string, Tally>>;

/** Writes the table that later runs are held to. */
export function writeTable({ areas, conn }: ConformanceReport): void {
  writeFileSync(TABLE, `${JSON.stringify({ areas, conn }, null, 2)}\n`);
}

export interface TableCheck {
  readonly passed: number;
  /** One sentence for each (area, kind) that fell behind, and for each case that broke the engine. */
  readonly failures: readonly string[];
}

/** Holds a run to the committed table: no (area, kind) may pass less, and nothing may crash or hang. */
export function checkAgainstTable(report: ConformanceReport): TableCheck {
  if (!existsSync(TABLE)) {
    return { passed: 0, failures: ["docs/conformance.json is missing: make it with --write"] };
  }
  const { areas } = JSON.parse(readFileSync(TABLE, "utf8")) as { areas: Table };
  const failures: string[] = [];
  let passed = 0;
  for (const [area, kinds] of Object.entries(areas)) {
    for (const [kind, committed] of Object.entries(kinds)) {
      const now = report.areas[area]?.[kind]?.passed ?? 0;
      if (now >= committed.passed) passed++;
      else failures.push(`${area} ${kind}: ${now} passed, ${committed.passed} are committed`);
    }
  }
  const { failed } = report.robustness;
  if (failed.length === 0) passed++;
  failures.push(...failed.map((one) => `robustness: ${one.case}: ${one.reason}`));
  return { passed, failures };
}
