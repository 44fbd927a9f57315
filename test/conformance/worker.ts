import { existsSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { type CaseResult, type RunCase, readCase } from "./corpus.ts";
import { runRobustness } from "./robustness.ts";
import type { Job } from "./worker-pool.ts";

/** The module and its export that compare a kind; a kind that is not here is not supported yet. */
const KINDS: Readonly<Record<string, readonly [file: string, name: string]>> = {
  packets: ["packets.ts", "runPackets"],
  "zeek-logs": ["zeek-logs.ts", "runZeekLogs"],
  "community-id": ["community-id.ts", "runCommunityId"],
  "community-id-hash": ["community-id.ts", "runCommunityId"],
  age: ["age.ts", "runAge"],
  "tcp-streams": ["tcp-streams.ts", "runTcpStreams"],
  "ndpi-flows": ["ndpi-flows.ts", "runNdpiFlows"],
  ja4: ["ja4.ts", "runJa4"],
  objects: ["objects.ts", "runObjects"],
  "tls-decrypt": ["tls-decrypt.ts", "runTlsDecrypt"],
  answer: ["answer.ts", "runAnswer"],
  "eve-filters": ["eve-filters.ts", "runEveFilters"],
  "arkime-sessions": ["arkime-sessions.ts", "runArkimeSessions"],
};

const runners = new Map<string, RunCase>();

async function runnerOf(kind: string): Promise<RunCase | undefined> {
  const known = runners.get(kind);
  if (known !== undefined) return known;
  const [file, name] = KINDS[kind] ?? [];
  if (file === undefined || name === undefined) return undefined;
  const url = new URL(`./kinds/${file}`, import.meta.url);
  if (!existsSync(url)) return undefined;
  const module = (await import(url.href)) as Record<string, RunCase | undefined>;
  const runner = module[name];
  if (runner !== undefined) runners.set(kind, runner);
  return runner;
}

async function run(job: Job): Promise<CaseResult> {
  try {
    const caseJson = readCase(job.case.folder);
    if (job.part === "robustness") return await runRobustness(job.case.folder, caseJson);
    const runner = await runnerOf(job.case.kind);
    if (runner === undefined) {
      return { status: "failed", reason: "kind not supported yet", differences: [] };
    }
    return await runner(job.case.folder, caseJson);
  } catch (error) {
    const reason = `crash: ${error instanceof Error ? error.message : String(error)}`;
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    return { status: "failed", reason, differences: [reason, ...stack.split("\n").slice(1, 6)] };
  }
}

// run() answers with a result whatever happens.
parentPort?.on("message", (job: Job) => {
  void run(job).then((result) => parentPort?.postMessage(result));
});
