import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { mutateCapture } from "./capture-mutator.ts";
import { lostPackets, passOver, ROOMY_LIMITS, TIGHT_LIMITS } from "./engine-pass.ts";
import { mutatePackets } from "./packet-mutator.ts";
import { SeededRandom } from "./random.ts";
import { seedCaptures } from "./seed-captures.ts";

const MUTANT_MS_MAX = 5_000;
const GROWTH_BYTES_MAX = 512 * 1024 * 1024;
const FAULTS_MAX = 10;

/** So many mutants in each area, or, as `npm test` asks, so many over all of them. */
const count = Number(process.env["HOLDFAST_FUZZ_COUNT"] ?? 10_000);
const total = Number(process.env["HOLDFAST_FUZZ_TOTAL"] ?? 0);
const seed = Number(process.env["HOLDFAST_FUZZ_SEED"] ?? 1);
const corpus = fileURLToPath(new URL("../../../shared/corpus", import.meta.url));
const areas = [...seedCaptures(corpus)];
const each = total > 0 ? Math.ceil(total / areas.length) : count;

/** Runs a mutant whole and in two chunks; returns a line that names what went wrong, or "". */
function runMutant(mutant: Uint8Array, random: SeededRandom): string {
  const started = performance.now();
  const memory = process.memoryUsage.rss();
  const options = {
    limits: random.below(2) === 0 ? TIGHT_LIMITS : ROOMY_LIMITS,
    checksums: random.below(3) === 0 ? ("ignore" as const) : ("verify" as const),
    vlansInKey: random.below(2) === 0,
  };
  try {
    const whole = passOver([mutant], options);
    const lost = lostPackets(whole);
    if (lost.length > 0) return `lost the packets at ${lost.slice(0, 5).join(", ")}`;
    if (random.below(4) === 0) {
      const cut = random.below(mutant.length + 1);
      const pieces = [mutant.subarray(0, cut), mutant.subarray(cut)];
      if (passOver(pieces, options).digest !== whole.digest) return `other events, cut at ${cut}`;
    }
  } catch (error) {
    return `crash: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const ms = performance.now() - started;
  if (ms > MUTANT_MS_MAX) return `took ${Math.round(ms)} ms`;
  const growth = process.memoryUsage.rss() - memory;
  return growth > GROWTH_BYTES_MAX ? `grew by ${growth} bytes` : "";
}

test.each(areas)(
  `${each} mutants of %s neither crash nor hang nor lose a packet (seed ${seed})`,
  (area, seeds) => {
    const random = new SeededRandom(seed);
    const faults: string[] = [];
    let slowestMs = 0;
    for (let n = 0; n < each; n++) {
      const chosen = random.pick(seeds);
      const isAware = random.below(3) > 0;
      const mutant =
        (isAware ? mutatePackets(chosen, random) : undefined) ??
        mutateCapture(chosen, random.pick(seeds), random);
      const started = performance.now();
      const fault = runMutant(mutant, random);
      slowestMs = Math.max(slowestMs, performance.now() - started);
      if (fault === "") continue;
      const digest = createHash("sha256").update(mutant).digest("hex").slice(0, 16);
      faults.push(`mutant ${n} (${mutant.length} bytes, ${digest}): ${fault}`);
      if (faults.length >= FAULTS_MAX) break;
    }
    console.log(
      `fuzz: ${area}: ${each} mutants of ${seeds.length} captures, ${faults.length} faults, ` +
        `slowest ${slowestMs.toFixed(0)} ms`,
    );
    expect(faults).toEqual([]);
  },
);
