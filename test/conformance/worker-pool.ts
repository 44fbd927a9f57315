import { Worker } from "node:worker_threads";
import type { CaseResult, CorpusCase } from "./corpus.ts";

/** One piece of work: a case's own comparison, or its captures through the engine. */
export interface Job {
  readonly case: CorpusCase;
  readonly part: "kind" | "robustness";
}

export interface JobResult extends CaseResult {
  readonly job: Job;
  readonly ms: number;
}

const JOB_MS_MAX = 5_000;
const HEAP_MEBIBYTES_MAX = 1_024;

/**
 * Runs jobs in a few worker threads that are used again and again. A job that crashes its worker,
 * runs over the time limit or out of memory fails alone; a fresh worker takes its place.
 */
export async function runJobs(jobs: readonly Job[], workers: number): Promise<JobResult[]> {
  const results: JobResult[] = new Array(jobs.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    let worker: Worker | undefined;
    while (next < jobs.length) {
      const index = next++;
      const job = jobs[index]!;
      worker ??= startWorker();
      const started = performance.now();
      const outcome = await runJob(worker, job);
      results[index] = { ...outcome.result, job, ms: performance.now() - started };
      if (outcome.workerLost) {
        await worker.terminate();
        worker = undefined;
      }
    }
    await worker?.terminate();
  };
  await Promise.all(Array.from({ length: workers }, lane));
  return results;
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEBIBYTES_MAX },
  });
}

function runJob(worker: Worker, job: Job): Promise<{ result: CaseResult; workerLost: boolean }> {
  return new Promise((resolve) => {
    const finish = (result: CaseResult, workerLost: boolean): void => {
      clearTimeout(timer);
      // Only our own listeners: the thread's own ones keep its port alive.
      worker.off("message", onMessage);
      worker.off("exit", onExit);
      worker.off("error", onError);
      // A worker that fails while it is being ended has already been counted.
      if (workerLost) worker.on("error", () => {});
      resolve({ result, workerLost });
    };
    const lose = (reason: string): void =>
      finish({ status: "failed", reason, differences: [reason] }, true);
    const timer = setTimeout(() => lose(`over ${JOB_MS_MAX / 1000} s`), JOB_MS_MAX);
    const onMessage = (result: CaseResult): void => finish(result, false);
    const onError = (error: Error): void => lose(`crash: ${error.message}`);
    const onExit = (code: number): void => lose(`worker ended with ${code}`);
    worker.on("message", onMessage);
    worker.on("error", onError);
    worker.on("exit", onExit);
    worker.postMessage(job);
  });
}
