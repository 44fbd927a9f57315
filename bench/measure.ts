import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One run of a whole process and all its children, by the system's own accounting. */
export interface Figures {
  readonly wall: number;
  readonly cpu: number;
  readonly code: number;
}

/** Runs a shell command to its end under time(1). `{out}` is an empty folder, removed afterwards. */
export function measure(command: string, env: Record<string, string> = {}): Figures {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  const report = join(folder, "time");
  const out = join(folder, "out");
  const full = `mkdir -p ${out}; ${command.replaceAll("{out}", out)}`;
  const done = spawnSync(
    "/usr/bin/time",
    ["-q", "-o", report, "-f", "%e %U %S", "sh", "-c", full],
    {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...env },
      timeout: 600_000,
    },
  );
  if (done.error) throw new Error(`cannot run time(1): ${done.error.message}`);
  const [wall, user, system] = readFileSync(report, "utf8")
    .trim()
    .split("\n")
    .at(-1)!
    .split(" ")
    .map(Number);
  rmSync(folder, { recursive: true, force: true });
  return { wall: wall!, cpu: user! + system!, code: done.status ?? -1 };
}

export interface Pair {
  readonly ours: readonly Figures[];
  readonly peer: readonly Figures[];
}

/** Ours and the peer's in turn, A B A B, so that a machine that drifts drifts for both. */
export function measurePairs(
  ours: string,
  peer: string,
  rounds: number,
  env: Record<string, string>,
): Pair {
  const pair = { ours: [] as Figures[], peer: [] as Figures[] };
  for (let round = 0; round < rounds; round++) {
    pair.ours.push(measure(ours, env));
    pair.peer.push(measure(peer));
  }
  return pair;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** The median of the pairs' own ratios, with the smallest and largest. */
export function ratio(
  pair: Pair,
  of: "wall" | "cpu",
): { median: number; min: number; max: number } {
  const all = pair.ours.map(
    (figures, round) => figures[of] / Math.max(pair.peer[round]![of], 0.01),
  );
  return { median: median(all), min: Math.min(...all), max: Math.max(...all) };
}
