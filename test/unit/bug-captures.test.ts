import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { logSchemas } from "../../src/core/analyzers/index.ts";
import { analysisPorts } from "../../src/platform/index.ts";
import { pcap } from "../fuzz/crafted-captures.ts";
import { lostPackets, passOver } from "../fuzz/engine-pass.ts";
import type { BugCapture } from "../support/bug-captures/bug-capture.ts";
import { BUG_CAPTURES, bugCaptureTable } from "../support/bug-captures/index.ts";
import { countedSteps } from "../support/counted-steps.ts";

/** Twice the flood: at most so many times the work. */
const GROWTH_MAX = 2.3;
const DOUBLINGS = 2;
/** Rows that all logs together have at the most, where a flood is no traffic of its own. */
const ROWS_MAX = 12;
/** Characters of the longest row, whatever is sent. */
const ROW_CHARACTERS_MAX = 100_000;
/** Logs that say where packets lie and how they came, by flow or packet and not by protocol. */
const PLACES = new Set(["locator", "residue", "bursts", "microbursts", "burst_fillings"]);

const captureOf = (capture: BugCapture, size: number) => pcap("little", capture.packets(size));

function passOf(bytes: Uint8Array, options: { keepRows?: boolean } = {}) {
  return passOver([bytes], { ...analysisPorts, ...options });
}

function stepsOf(bytes: Uint8Array): number {
  return countedSteps(() => void passOf(bytes));
}

let nothing: number | undefined;
for (const capture of BUG_CAPTURES) {
  test(`${capture.name}: ${capture.says}`, () => {
    const sizes = Array.from({ length: DOUBLINGS + 1 }, (_, n) => capture.size * 2 ** n);
    const captures = sizes.map((size) => captureOf(capture, size));
    // What is done once, at the first capture, is no part of it; nor is what an empty one costs.
    passOf(captures[0]!);
    nothing ??= stepsOf(pcap("little", []));
    const base = nothing;
    const steps = captures.map((bytes) => stepsOf(bytes) - base);
    for (let n = 1; n < steps.length; n++) {
      expect(steps[n]! / steps[n - 1]!, `from ${sizes[n - 1]} to ${sizes[n]}`).toBeLessThanOrEqual(
        GROWTH_MAX,
      );
    }
    const largest = passOf(captures.at(-1)!, { keepRows: true });
    expect(lostPackets(largest)).toEqual([]);
    const logs = logSchemas.filter(({ name }) => !PLACES.has(name));
    const rows = logs.flatMap(({ name }) => largest.rows(name));
    expect(rows.length).toBeLessThanOrEqual(capture.rowsMax?.(sizes.at(-1)!) ?? ROWS_MAX);
    for (const row of rows) {
      expect(JSON.stringify(row).length).toBeLessThanOrEqual(ROW_CHARACTERS_MAX);
    }
    for (const [log, fields] of capture.shows) {
      const seen = largest.rows(log);
      expect(seen, log).toContainEqual(expect.objectContaining(fields));
    }
  });
}

test("each class has a name of its own, and the document lists all of them as they are", () => {
  const names = BUG_CAPTURES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
  const path = new URL("../../docs/parser-bugs.md", import.meta.url);
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines.filter((line) => line.startsWith("|"))).toEqual(bugCaptureTable());
});
