import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HoldfastError } from "../../core/base/index.ts";
import { decodeJson, FrameReader } from "../../core/events/index.ts";
import { type StdioEntry, spawnChild } from "../../platform/index.ts";
import type { LoadFrame } from "../index/index.ts";
import type { HeadFacts, RecordedCapture, RecorderJob, RecorderProgress } from "./job.ts";
import { crashOf, HEAP_MIB } from "./recorder-crash.ts";

export interface RecorderInput {
  /** An open descriptor, or `pipe` to write the capture's bytes to. */
  readonly descriptor: number | "pipe";
  /** With `pipe`, what to write. */
  readonly bytes?: AsyncIterable<Uint8Array>;
  /** TLS secrets, in NSS's key log format. */
  readonly keyLog?: string | undefined;
}

export interface RecorderListener {
  head(facts: HeadFacts): Promise<void>;
  /** Called in order; the next frames wait until it resolves. */
  frames(frames: readonly LoadFrame[]): Promise<void>;
  progress(progress: RecorderProgress): void;
}

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MAIN = fileURLToPath(new URL("./recorder-main.ts", import.meta.url));

/** Node's own fence around the recorder: code to read, the vault's folder to write, threads, no more. */
function fence(job: RecorderJob): string[] {
  return [
    "--permission",
    "--allow-worker",
    `--allow-fs-read=${join(ROOT, "src")}/*`,
    `--allow-fs-read=${join(ROOT, "package.json")}`,
    `--allow-fs-read=${join(ROOT, "node_modules")}/*`,
    `--allow-fs-read=${job.vault}/*`,
    `--allow-fs-write=${job.vault}/*`,
    "--disable-warning=ExperimentalWarning",
    "--disable-warning=SecurityWarning",
    `--max-old-space-size=${HEAP_MIB}`,
  ];
}

/**
 * Large pages for the flow table, where the host's allocator knows how (glibc 2.35): a flow's record is
 * reached at random, and so is the page table for it. Two pairs at 100,000 live flows: 5 and 16 % less
 * CPU in the recorder.
 */
const LARGE_PAGES = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

/**
 * Runs one recorder to its end. Rejects with the recorder's own sentence, with `recorder/crashed` if
 * it ended without one, or with `import/cancelled`; nothing is published then.
 */
export async function runRecorder(
  job: RecorderJob,
  input: RecorderInput,
  listener: RecorderListener,
  signal: AbortSignal,
): Promise<RecordedCapture> {
  const stdio: StdioEntry[] = [input.descriptor, "pipe", "pipe"];
  if (input.keyLog !== undefined) stdio.push("pipe");
  const { child, exited } = await spawnChild(process.execPath, {
    arguments: [...fence(job), MAIN, JSON.stringify(job)],
    stdio,
    signal,
    env: { PATH: process.env["PATH"], ...LARGE_PAGES },
  });
  if (input.keyLog !== undefined) giveKeys(child.stdio[3], input.keyLog);
  let recorded: RecordedCapture | undefined;
  let failure: HoldfastError | undefined;
  let head: HeadFacts | undefined;
  let frames: LoadFrame[] = [];
  const reader = new FrameReader((type, payload) => {
    if (type === "batch" || type === "postings" || type === "layout")
      frames.push({ type, payload: payload.slice() });
    else if (type === "head") head = decodeJson(payload);
    else if (type === "progress") listener.progress(decodeJson(payload));
    else if (type === "sealed") recorded = decodeJson(payload);
    else if (type === "failed") failure = toError(decodeJson(payload));
  });
  const diagnostics = collectText(child.stderr);
  const feeding = startFeeding(child, input);
  for await (const chunk of child.stdout as AsyncIterable<Uint8Array>) {
    reader.push(chunk);
    if (head) {
      const facts = head;
      head = undefined;
      await listener.head(facts);
    }
    if (frames.length === 0) continue;
    const batch = frames;
    frames = [];
    await listener.frames(batch);
  }
  const exit = await exited;
  const cutOff = await feeding;
  if (signal.aborted) throw new HoldfastError("import/cancelled", "the import was cancelled");
  if (cutOff !== undefined) {
    throw new HoldfastError("import/cut-off", "the file did not arrive whole", {
      cause: cutOff,
      remedy: "nothing of it was kept; import it again",
    });
  }
  if (failure) throw failure;
  if (recorded && exit.code === 0) return recorded;
  throw crashOf(exit, (await diagnostics).trim());
}

/** A recorder that ended before it read them says why itself. */
function giveKeys(pipe: unknown, keyLog: string): void {
  const stream = pipe as NodeJS.WritableStream;
  stream.on("error", () => {});
  stream.end(keyLog);
}

function toError(f: { code: string; message: string; remedy: string | null }): HoldfastError {
  return new HoldfastError(f.code, f.message, f.remedy === null ? {} : { remedy: f.remedy });
}

/** Resolves with what broke the source off, if anything did: that half must not be sealed as a whole. */
async function startFeeding(
  child: { readonly stdin: NodeJS.WritableStream | null; kill(signal: "SIGTERM"): boolean },
  input: RecorderInput,
): Promise<unknown> {
  if (input.bytes === undefined || child.stdin === null) return undefined;
  try {
    await feed(child.stdin, input.bytes);
    return undefined;
  } catch (error) {
    child.kill("SIGTERM");
    return error;
  }
}

async function feed(stdin: NodeJS.WritableStream, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  let broken = false;
  let wake: (() => void) | undefined;
  // One listener each for the whole file: one a chunk would be thousands.
  stdin.on("drain", () => wake?.());
  for (const end of ["error", "close"]) {
    stdin.on(end, () => {
      broken = true;
      wake?.();
    });
  }
  for await (const chunk of bytes) {
    // A recorder that gave up stops reading: its own words say why.
    if (broken) return;
    if (stdin.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  stdin.end();
}

async function collectText(stream: AsyncIterable<Uint8Array> | null): Promise<string> {
  if (stream === null) return "";
  let text = "";
  for await (const chunk of stream) text = (text + new TextDecoder().decode(chunk)).slice(-4096);
  return text;
}
