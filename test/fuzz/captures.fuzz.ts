import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CaptureReader } from "../../src/core/pcap/index.ts";
import { createEngineRun } from "../conformance/engine-run.ts";
import { mutateCapture } from "./capture-mutator.ts";
import { SeededRandom } from "./random.ts";
import { seedCaptures } from "./seed-captures.ts";

const MUTANT_MS_MAX = 5_000;
const GROWTH_BYTES_MAX = 512 * 1024 * 1024;

const count = Number(process.env["HOLDFAST_FUZZ_COUNT"] ?? 10_000);
const seed = Number(process.env["HOLDFAST_FUZZ_SEED"] ?? 1);
const corpus = fileURLToPath(new URL("../../../shared/corpus", import.meta.url));

/** Reads a mutant in two chunks; returns a line that names what went wrong, or "". */
function runMutant(mutant: Uint8Array, cut: number): string {
  const started = performance.now();
  const memory = process.memoryUsage.rss();
  try {
    const engine = createEngineRun();
    const reader = new CaptureReader({ onPacket: engine.onPacket });
    reader.push(mutant.subarray(0, cut));
    reader.push(mutant.subarray(cut));
    reader.end();
    engine.finish();
  } catch (error) {
    return `crash: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const ms = performance.now() - started;
  if (ms > MUTANT_MS_MAX) return `took ${Math.round(ms)} ms`;
  const growth = process.memoryUsage.rss() - memory;
  return growth > GROWTH_BYTES_MAX ? `grew by ${growth} bytes` : "";
}

test(`${count} mutants of captures neither crash nor hang nor eat memory (seed ${seed})`, () => {
  const seeds = seedCaptures(corpus);
  const random = new SeededRandom(seed);
  const faults: string[] = [];
  let slowestMs = 0;
  for (let n = 0; n < count; n++) {
    const mutant = mutateCapture(random.pick(seeds), random.pick(seeds), random);
    const started = performance.now();
    const fault = runMutant(mutant, random.below(mutant.length + 1));
    slowestMs = Math.max(slowestMs, performance.now() - started);
    if (fault === "") continue;
    const digest = createHash("sha256").update(mutant).digest("hex").slice(0, 16);
    faults.push(`mutant ${n} (${mutant.length} bytes, ${digest}): ${fault}`);
    if (faults.length >= 20) break;
  }
  console.log(
    `fuzz: ${count} mutants of ${seeds.length} captures, ${faults.length} faults, ` +
      `slowest ${slowestMs.toFixed(0)} ms`,
  );
  expect(faults).toEqual([]);
});
