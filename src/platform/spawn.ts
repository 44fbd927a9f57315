import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { HoldfastError } from "../core/base/index.ts";
import { systemCode, toStorageError } from "./errors.ts";

/** What a child gets for each of its file descriptors: a pipe, ours, nothing, or an open number. */
export type StdioEntry = "pipe" | "inherit" | "ignore" | "ipc" | number;

export interface SpawnChildOptions {
  readonly arguments?: readonly string[];
  readonly stdio?: readonly StdioEntry[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
  /** Aborting sends SIGTERM, and SIGKILL `killAfterMs` later if the child is still there. */
  readonly signal?: AbortSignal;
  readonly killAfterMs?: number;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnedChild {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves once the child has ended and its pipes are closed. Never rejects. */
  readonly exited: Promise<ChildExit>;
}

/** Starts a program without a shell; resolves once it runs, throws when it cannot be started. */
export async function spawnChild(
  program: string,
  options: SpawnChildOptions = {},
): Promise<SpawnedChild> {
  const spawnOptions: SpawnOptions = {
    stdio: [...(options.stdio ?? (["ignore", "pipe", "pipe"] as const))],
    ...(options.env ? { env: options.env as NodeJS.ProcessEnv } : {}),
    ...(options.directory ? { cwd: options.directory } : {}),
  };
  const child = spawn(program, [...(options.arguments ?? [])], spawnOptions);
  const exited = new Promise<ChildExit>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(startError(program, error)));
  });
  child.on("error", () => {}); // a failed kill shows as a child that does not exit
  followSignal(child, exited, options);
  return { pid: child.pid!, child, exited };
}

function followSignal(
  child: ChildProcess,
  exited: Promise<ChildExit>,
  options: SpawnChildOptions,
): void {
  const { signal } = options;
  if (signal === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill("SIGTERM");
    timer = setTimeout(() => child.kill("SIGKILL"), options.killAfterMs ?? 5_000);
    timer.unref();
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  void exited.then(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  });
}

function startError(program: string, error: unknown): HoldfastError {
  if (systemCode(error) !== "ENOENT")
    return toStorageError("spawn", `cannot start ${program}`, error);
  return new HoldfastError("spawn/missing", `program ${program} is not installed`, {
    cause: error,
    remedy: `install ${program}, or name its path in the configuration`,
  });
}
