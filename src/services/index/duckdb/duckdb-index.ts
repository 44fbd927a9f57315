import { Worker } from "node:worker_threads";
import { logSchemas } from "../../../core/analyzers/index.ts";
import { HoldfastError } from "../../../core/base/index.ts";
import type { IndexStore, LoadFrame } from "../index-store.ts";

export interface DuckdbIndexOptions {
  readonly directory: string;
  /** The engine's own bound; its default would be 80 % of the machine. */
  readonly memoryLimitMib?: number;
  readonly threads?: number;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Opens the embedded index. DuckDB runs in a worker thread, so that loading a batch never holds up
 * the owner's event loop.
 */
export function openDuckdbIndex(options: DuckdbIndexOptions): IndexStore {
  const workerData = { memoryLimitMib: 160, threads: 2, ...options };
  const worker = new Worker(new URL("./duckdb-worker.ts", import.meta.url), { workerData });
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let ended: HoldfastError | undefined;

  worker.on("message", ({ id, value, error }) => {
    const call = pending.get(id);
    pending.delete(id);
    if (error) {
      const more = error.remedy === undefined ? {} : { remedy: error.remedy };
      call?.reject(new HoldfastError(error.code, error.message, more));
    } else call?.resolve(value);
    if (pending.size === 0) worker.unref();
  });
  worker.on("error", (cause) =>
    end(new HoldfastError("index/failed", `index stopped: ${cause.message}`, { cause })),
  );
  worker.on("exit", () => end(new HoldfastError("index/failed", "index stopped")));
  worker.unref();

  function end(error: HoldfastError): void {
    ended ??= error;
    for (const call of pending.values()) call.reject(ended);
    pending.clear();
  }

  function call<T>(
    method: string,
    args: unknown[],
    extra: { signal?: AbortSignal | undefined; transfer?: ArrayBuffer[] } = {},
  ): Promise<T> {
    if (ended) return Promise.reject(ended);
    const id = ++lastId;
    const { signal } = extra;
    if (signal?.aborted)
      return Promise.reject(new HoldfastError("index/cancelled", "the query was cancelled"));
    return new Promise<T>((resolve, reject) => {
      const cancel = (): void => worker.postMessage({ id: 0, method: "cancel", args: [id] });
      signal?.addEventListener("abort", cancel, { once: true });
      const settle =
        <A>(then: (value: A) => void) =>
        (value: A): void => {
          signal?.removeEventListener("abort", cancel);
          then(value);
        };
      pending.set(id, {
        resolve: settle(resolve as (value: unknown) => void),
        reject: settle(reject),
      });
      worker.ref();
      worker.postMessage({ id, method, args }, extra.transfer ?? []);
    });
  }

  return {
    logs: logSchemas,
    segments: () => call("segments", []),
    beginSegment: (segment) => call("beginSegment", [segment]),
    load: (segment, frames) => call("load", [segment, frames], { transfer: buffersOf(frames) }),
    completeSegment: (segment) => call("completeSegment", [segment]),
    dropSegment: (segment) => call("dropSegment", [segment]),
    rows: (request, signal) => call("rows", [request], { signal }),
    count: (request, signal) => call("count", [request], { signal }),
    groups: (request, signal) => call("groups", [request], { signal }),
    conversations: (request, signal) => call("conversations", [request], { signal }),
    endpoints: (request, signal) => call("endpoints", [request], { signal }),
    protocols: (request, signal) => call("protocols", [request], { signal }),
    histogram: (request, signal) => call("histogram", [request], { signal }),
    candidates: (scope, { candidates, residue, matchesNonIp, leaves, timeRange }, signal) =>
      call("candidates", [scope, { candidates, residue, matchesNonIp, leaves, timeRange }], {
        signal,
      }),
    readPostings: (segment, first, bytes) => call("readPostings", [segment, first, bytes]),
    readLayout: (segment) => call("readLayout", [segment]),
    stop: async () => {
      await call("stop", []);
      ended = new HoldfastError("index/failed", "index is closed");
      await worker.terminate();
    },
  };
}

/** The buffers of frames that own theirs whole are moved, not copied. */
function buffersOf(frames: readonly LoadFrame[]): ArrayBuffer[] {
  const whole = frames.filter(({ payload }) => payload.byteLength === payload.buffer.byteLength);
  return [...new Set(whole.map(({ payload }) => payload.buffer as ArrayBuffer))];
}
