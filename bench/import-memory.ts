import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Sum of the peak resident memory of every process of an import's tree: `node bench/import-memory.ts
 * FILE` imports into a scratch home and prints MiB. Peaks are the kernel's own (VmHWM).
 */
const file = process.argv[2]!;
const home = join(tmpdir(), `holdfast-bench-memory-${process.pid}`);
const program = fileURLToPath(new URL("../bin/holdfast", import.meta.url));
const env = { ...process.env, HOLDFAST_HOME: home };
await ended(spawn(program, ["init"], { env, stdio: "ignore" }));
const child = spawn(program, ["import", file], { env, stdio: "ignore" });
const peaks = new Map<number, number>();
const timer = setInterval(() => {
  for (const pid of treeOf(child.pid!)) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, peakMib(pid)));
}, 100);
const began = performance.now();
const code = await ended(child);
clearInterval(timer);
rmSync(home, { recursive: true, force: true });
const total = [...peaks.values()].reduce((sum, mib) => sum + mib, 0);
console.log(
  JSON.stringify({
    code,
    seconds: (performance.now() - began) / 1000,
    processes: peaks.size,
    peakMib: Math.round(total),
  }),
);

function ended(process: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve) => process.on("close", resolve));
}

function treeOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = field(Number(name), "stat", /^\d+ \(.*\) \S (\d+)/s);
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const tree = [root];
  for (const pid of tree) for (const [one, parent] of parents) if (parent === pid) tree.push(one);
  return tree;
}

function peakMib(pid: number): number {
  return (field(pid, "status", /^VmHWM:\s+(\d+) kB/m) ?? 0) / 1024;
}

function field(pid: number, name: string, pattern: RegExp): number | undefined {
  try {
    const found = pattern.exec(readFileSync(`/proc/${pid}/${name}`, "latin1"));
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined; // it ended in between
  }
}
