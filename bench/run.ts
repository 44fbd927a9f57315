import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CAPTURES, type CaptureName, findCapture } from "./captures.ts";
import { measure, measurePairs, median, ratio } from "./measure.ts";

/**
 * `npm run bench -- [--captures DIR] [--only mix,small,bulk,page] [--rounds 5] [--write]`: ours against the
 * peers that are installed, in turn, on the same file, as ratios of one run. Goals are those of issue
 * and performance notes; `--write` puts the table into docs/bench.md.
 */
const { values: options } = parseArgs({
  options: {
    captures: { type: "string" },
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    write: { type: "boolean", default: false },
  },
});
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NODE = process.execPath;
const rounds = Number(options.rounds);
const env = { NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/holdfast") };

interface Line {
  readonly what: string;
  readonly capture: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly goal: string;
  readonly met: string;
}
const lines: Line[] = [];

const pass = `${NODE} --disable-warning=ExperimentalWarning ${ROOT}bench/flow-pass.ts`;
const key = join(tmpdir(), `holdfast-bench-key-${process.pid}`);
const recipient =
  /age1\w+/.exec(spawnSync("age-keygen", ["-o", key]).stderr?.toString() ?? "")?.[0] ?? "";

function add(
  what: string,
  capture: string,
  pair: ReturnType<typeof measurePairs>,
  goal: number,
  of: "wall" | "cpu",
): void {
  const r = ratio(pair, of);
  const line = {
    what,
    capture,
    ours: `${median(pair.ours.map((f) => f[of])).toFixed(2)} s`,
    peer: `${median(pair.peer.map((f) => f[of])).toFixed(2)} s`,
    ratio: `${r.median.toFixed(2)} (${r.min.toFixed(2)}-${r.max.toFixed(2)})`,
    goal: `≤ ${goal}`,
    met: pair.ours.some((f) => f.code !== 0) ? "failed" : r.median <= goal ? "yes" : "no",
  };
  lines.push(line);
  console.error(Object.values(line).join(" | "));
}

function report(what: string, capture: string, figure: string, goal = "reported", met = ""): void {
  lines.push({ what, capture, ours: figure, peer: "", ratio: "", goal, met });
  console.error(`${what} | ${capture} | ${figure} | ${goal} | ${met}`);
}

function has(tool: string): boolean {
  const isThere = spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
  if (!isThere) console.error(`${tool} is not installed: its rows are left out`);
  return isThere;
}

const softflowd = (file: string): string =>
  `softflowd -r ${file} -d -c none -p {out}/pid -m 2000000 -v 9 -n 127.0.0.1:9`;
const argus = (file: string): string =>
  `argus -r ${file} -w {out}/a - tcp or udp && ra -n -r {out}/a`;
const suricata = (file: string): string => `suricata -r ${file} -l {out} -S /dev/null`;
const logs = `${NODE} --disable-warning=ExperimentalWarning ${ROOT}bench/log-pass.ts`;
/** Suricata's wall for EVE without rules over that of argus and ra, from the performance notes. */
const EVE_OVER_ARGUS: Readonly<Record<CaptureName, number>> = { mix: 2.2, small: 1.13, bulk: 1.4 };
/** What stenographer's index takes of these captures, from the performance notes: 7.4 % and 21 %. */
const STENOGRAPHER_SHARE: Partial<Record<CaptureName, number>> = { mix: 0.074, small: 0.21 };

for (const name of CAPTURES) {
  if (options.only !== undefined && !options.only.split(",").includes(name)) continue;
  const file = findCapture(name, options.captures);
  if (file === undefined) continue;
  if (name !== "bulk" && has("argus") && has("ra")) {
    add(
      "P1 capture to conn.log text, CPU, against argus and ra",
      name,
      measurePairs(`${pass} --text ${file}`, argus(file), rounds, env),
      0.5,
      "cpu",
    );
  }
  if (has("softflowd")) {
    add(
      "P2 flow table, CPU, against softflowd",
      name,
      measurePairs(`${pass} ${file}`, softflowd(file), rounds, env),
      name === "bulk" ? 2 : 0.6,
      "cpu",
    );
  }
  if (name === "mix" && has("tcpdump")) {
    add(
      "P3 pass with locator, CPU, against tcpdump -w /dev/null",
      name,
      measurePairs(`${pass} --locate ${file}`, `tcpdump -r ${file} -w /dev/null`, rounds, env),
      3,
      "cpu",
    );
  }
  if (has("age")) {
    const ours = `HOLDFAST_HOME={out}/h ${ROOT}bin/holdfast init && HOLDFAST_HOME={out}/h ${ROOT}bin/holdfast import ${file}`;
    add(
      "import: analysed, hashed, compressed, sealed, indexed; wall, against age -r",
      name,
      measurePairs(ours, `age -r ${recipient} -o {out}/x ${file}`, rounds, env),
      5.5,
      "wall",
    );
  }
  addLogs(name, file);
  reportStored(name, file);
  if (name !== "bulk") reportFinding(name, file);
  reportMemory(name, file);
}

if (options.only === undefined || options.only.split(",").includes("page")) reportPage();

/** A home of the captures small and mix, about a million connections, in a browser. */
function reportPage(): void {
  const run = spawnSync(
    NODE,
    [
      "--disable-warning=ExperimentalWarning",
      `${ROOT}bench/page.ts`,
      ...(options.captures === undefined ? [] : ["--captures", options.captures]),
    ],
    { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] },
  );
  if (run.status !== 0) {
    console.error("the page: left out, it could not be measured here");
    return;
  }
  const figures = JSON.parse(run.stdout.toString()) as Record<string, number>;
  const of = `${figures["connections"]!.toLocaleString("en")} connections`;
  for (const [what, name, most] of [
    ["first view of search", "searchFirst", 1000],
    ["the whole overview", "overviewWhole", 2000],
    ["40 questions over the API, p95", "p95", 300],
    ["200 pages of rows scrolled, longest frame", "frameLongest", undefined],
    ["a short question behind one that was given up", "shortAfterCancel", undefined],
  ] as const) {
    const ms = figures[name]!;
    if (most === undefined) report(what, of, `${ms} ms`);
    else report(what, of, `${ms} ms`, `≤ ${most} ms`, ms <= most ? "yes" : "no");
  }
}

/** Against Suricata itself, or where it is not installed what argus and ra say that it would take. */
function addLogs(name: CaptureName, file: string): void {
  const ours = `${logs} ${file} {out}`;
  const what = "P9 all analyzers, logs as JSON, nothing sealed or indexed; wall, against";
  if (has("suricata")) {
    const pair = measurePairs(ours, suricata(file), rounds, env);
    add(`${what} Suricata's EVE without rules`, name, pair, 1, "wall");
  } else if (has("argus") && has("ra")) {
    const { ours: own, peer } = measurePairs(ours, argus(file), rounds, env);
    const times = EVE_OVER_ARGUS[name];
    const eve = peer.map((figures) => ({ ...figures, wall: figures.wall * times }));
    add(
      `${what} ${times} × argus and ra (Suricata's EVE)`,
      name,
      { ours: own, peer: eve },
      1,
      "wall",
    );
  }
}

function reportStored(name: CaptureName, file: string): void {
  const located = spawnSync(NODE, [`${ROOT}bench/stored-bytes.ts`, file], {
    env: { ...process.env, ...env },
  });
  const stored = JSON.parse(located.stdout.toString()) as {
    postings: number;
    locator: number;
    index: number;
    vault: number;
  };
  const bytes = statSync(file).size;
  const share = (stored.postings + stored.locator) / bytes;
  const peer = STENOGRAPHER_SHARE[name];
  const goal =
    peer === undefined
      ? "reported"
      : `≤ ${(peer * 0.3 * 100).toFixed(1)} % (0.3 of stenographer's)`;
  const met = peer === undefined ? "" : share <= peer * 0.3 ? "yes" : "no";
  report(
    "P4 locator bytes (postings and locator rows) of the capture's",
    name,
    `${(share * 100).toFixed(2)} %`,
    goal,
    met,
  );
  report(
    "P16 bytes stored per captured byte, index and all",
    name,
    ((stored.index + stored.vault) / bytes).toFixed(2),
  );
}

function reportFinding(name: CaptureName, file: string): void {
  const tcpdump = median(
    [1, 2, 3].map(() => measure(`tcpdump -r ${file} -w /dev/null host 10.1.40.217`).wall),
  );
  const found = spawnSync(
    NODE,
    ["--disable-warning=ExperimentalWarning", `${ROOT}bench/find-packets.ts`, file],
    { env: { ...process.env, ...env } },
  );
  const { hosts, p50, p99 } = JSON.parse(found.stdout.toString()) as {
    hosts: number;
    p50: number;
    p99: number;
  };
  const goals = name === "mix" ? { p50: 0.05, p99: 0.5 } : { p50: 0.1, p99: 1 };
  for (const [what, value] of Object.entries({ p50, p99 }) as ["p50" | "p99", number][]) {
    const r = value / 1000 / tcpdump;
    report(
      `P5 one host's packets out of the sealed capture, ${hosts} hosts, ${what}, against a tcpdump scan of ${tcpdump.toFixed(2)} s`,
      name,
      `${value.toFixed(1)} ms = ${r.toFixed(3)}`,
      `≤ ${goals[what]}`,
      r <= goals[what] ? "yes" : "no",
    );
  }
}

function reportMemory(name: CaptureName, file: string): void {
  const run = spawnSync(NODE, [`${ROOT}bench/import-memory.ts`, file], {
    env: { ...process.env, ...env },
  });
  const { peakMib } = JSON.parse(run.stdout.toString()) as { peakMib: number };
  report(
    "peak memory of an import, summed over its processes",
    name,
    `${peakMib} MiB`,
    "< 1024 MiB",
    peakMib < 1024 ? "yes" : "no",
  );
  const table = JSON.parse(
    spawnSync(NODE, [`${ROOT}bench/flow-pass.ts`, file]).stdout.toString(),
  ) as { peakMiB: number; liveFlowsPeak: number };
  report(
    "P15 peak memory of the pass",
    name,
    `${table.peakMiB} MiB at ${table.liveFlowsPeak} live flows`,
  );
}

const head =
  "| what | capture | ours | peer | ratio (min-max) | goal | met |\n|---|---|---|---|---|---|---|";
const table = `${head}\n${lines.map((line) => `| ${Object.values(line).join(" | ")} |`).join("\n")}\n`;
console.log(table);
if (options.write) {
  const path = join(ROOT, "docs/bench.md");
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  const kept = before.split("\n| what |")[0] || intro();
  writeFileSync(path, `${kept.trimEnd()}\n\n${table}`);
}

function intro(): string {
  return `# Bench\n\n\`npm run bench -- --write\` makes this table. Ours and the peer in turn (A B A B), whole processes, warm cache, ${rounds} pairs, median of the pairs' ratios. CPU is user and system of the process tree.`;
}
