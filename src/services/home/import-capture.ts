import { basename } from "node:path";
import type { InputOf, Operations, OutputOf } from "../../api/index.ts";
import { type CaptureId, HoldfastError, type SegmentId } from "../../core/base/index.ts";
import type { Actor, SegmentSeal } from "../../core/custody/index.ts";
import {
  createCaptureId,
  createSegmentId,
  monotonicSeconds,
  pathsOf,
  systemClock,
} from "../../platform/index.ts";
import {
  type RecordedCapture,
  type RecorderInput,
  type RecorderProgress,
  runRecorder,
} from "../recorder/index.ts";
import { publishSegment, removeStaged } from "../vault/index.ts";
import { captureFacts } from "./facts.ts";
import type { Home } from "./home.ts";
import { readKeyLogs } from "./key-logs.ts";

export type ImportEvent = OutputOf<Operations["importFile"]>;
export type ImportInput = Pick<InputOf<Operations["importUpload"]>, "name" | "case" | "purpose">;

export interface ImportSource extends RecorderInput {
  readonly name: string;
  readonly bytes_total: number | null;
}

/**
 * One capture from its source into the vault: on record before the first byte, sealed in one pass,
 * visible while it runs, and existing only by the entry at its end. Events come as they happen;
 * the last is `done` or `failed`.
 */
export async function* importCapture(
  home: Home,
  source: ImportSource,
  options: { case: string; purpose: string; actor: Actor; signal: AbortSignal },
): AsyncGenerator<ImportEvent> {
  const capture = createCaptureId(systemClock);
  const { actor, purpose } = options;
  const caseName = await home.ensureCase(options.case, actor, purpose);
  const bytes = source.bytes_total === null ? {} : { bytes: source.bytes_total };
  const file = { name: basename(source.name), ...bytes };
  const keys = await readKeyLogs(home, caseName);
  const attachments = keys === undefined ? {} : { attachments: keys.attachments };
  await home.append(
    [{ type: "import.start", capture, case: caseName, purpose, file, ...attachments }],
    actor,
  );
  const job = {
    capture,
    vault: pathsOf(home.directory).vault,
    recipients: [home.keys.vaultRecipient],
    original: createSegmentId(systemClock),
    working: createSegmentId(systemClock),
    bytes: source.bytes_total,
    hasKeys: keys !== undefined,
    analysis: home.analysis,
  };
  const queue = new EventQueue<ImportEvent>();
  const running = {
    name: file.name,
    case: caseName as string,
    startedAt: new Date().toISOString(),
    packets: 0,
    flows: 0,
    bytes: 0,
    total: source.bytes_total,
  };
  home.running.set(capture, running);
  const began = monotonicSeconds();
  // Rows load under the segment they will belong to: the working one if there is to be one.
  let indexed: string | undefined;
  const listener = {
    head: async ({ day, compressed }: { day: string; compressed: boolean }) => {
      indexed = compressed ? job.working : job.original;
      await home.index.beginSegment({ segment: indexed, capture, case: caseName, day });
    },
    frames: (frames: Parameters<Home["index"]["load"]>[1]) => home.index.load(indexed!, frames),
    progress: (progress: RecorderProgress) => {
      Object.assign(running, progress);
      queue.push(progressEvent(capture, progress, source.bytes_total, monotonicSeconds() - began));
    },
  };
  const input = { ...source, keyLog: keys?.keyLog };
  const work = runRecorder(job, input, listener, options.signal)
    .then((recorded) =>
      seal(home, { recorded, capture, indexed: indexed!, ...options, case: caseName }),
    )
    .catch((error: unknown) => abandon(home, { error, capture, indexed, job, actor }))
    .then((event) => queue.push(event))
    .finally(() => {
      home.running.delete(capture);
      queue.end();
    });
  yield* queue;
  await work;
}

async function seal(
  home: Home,
  done: {
    recorded: RecordedCapture;
    capture: CaptureId;
    indexed: string;
    case: string;
    purpose: string;
    actor: Actor;
  },
): Promise<ImportEvent> {
  const { recorded, capture } = done;
  const exhibit = recorded.segments.find(({ kind }) => kind === "original")!;
  const twin = home.projection.findByDigest(exhibit.facts.plaintext_sha256, done.case);
  if (twin !== undefined) {
    await discard(
      home,
      done.indexed,
      recorded.segments.map(({ segment }) => segment),
    );
    const reason = `the same bytes are sealed already, as capture ${twin.start.capture}`;
    await home.append([{ type: "import.abandon", capture, reason }], done.actor);
    return { type: "done", duplicate_of: twin.start.capture, capture: captureFacts(home, twin) };
  }
  const { vault } = pathsOf(home.directory);
  for (const { segment } of recorded.segments) await publishSegment(vault, segment);
  const seals = recorded.segments.map((recordedSegment) => sealEntry(recordedSegment, done));
  const segments = recorded.segments.map(({ segment }) => segment);
  await home.append(
    [...seals, { type: "import.end", capture, segments, packets: recorded.packets }],
    done.actor,
  );
  await home.index.completeSegment(done.indexed);
  return {
    type: "done",
    duplicate_of: null,
    capture: captureFacts(home, home.projection.captures.get(capture)!),
  };
}

function sealEntry(
  { segment, kind, facts }: RecordedCapture["segments"][number],
  {
    recorded,
    capture,
    case: caseName,
  }: { recorded: RecordedCapture; capture: CaptureId; case: string },
): SegmentSeal {
  const original = recorded.segments.find((s) => s.kind === "original")!;
  return {
    type: "segment.seal",
    segment,
    capture,
    case: caseName as SegmentSeal["case"],
    kind,
    ...(kind === "working" && { derived_from: original.segment }),
    ...facts,
    packets: recorded.packets,
    first_ts_ns: recorded.first_ts_ns,
    last_ts_ns: recorded.last_ts_ns,
    time_ordered: recorded.time_ordered,
    link_types: recorded.link_types,
    complete: recorded.complete,
    fault: recorded.fault,
    // A file's packets were all offered to us and are all kept; what its own capture lost, it says.
    balance: {
      offered: recorded.packets,
      written: recorded.packets,
      kernel: recorded.lost.kernel,
      interface: recorded.lost.interface,
      queue: null,
      disk: null,
      policy: null,
    },
  };
}

async function abandon(
  home: Home,
  failed: {
    error: unknown;
    capture: CaptureId;
    indexed: string | undefined;
    job: { original: SegmentId; working: SegmentId };
    actor: Actor;
  },
): Promise<ImportEvent> {
  const error = failed.error instanceof HoldfastError ? failed.error : undefined;
  const message = error?.message ?? String((failed.error as Error)?.message ?? failed.error);
  await discard(home, failed.indexed, [failed.job.original, failed.job.working]);
  const { capture } = failed;
  await home.append(
    [{ type: "import.abandon", capture, reason: message.slice(0, 1000) }],
    failed.actor,
  );
  return {
    type: "failed",
    capture,
    code: error?.code ?? "import/failed",
    message,
    remedy: error?.remedy ?? null,
  };
}

async function discard(
  home: Home,
  indexed: string | undefined,
  segments: readonly SegmentId[],
): Promise<void> {
  const { vault } = pathsOf(home.directory);
  for (const segment of segments) await removeStaged(vault, segment);
  if (indexed !== undefined) await home.index.dropSegment(indexed);
}

function progressEvent(
  capture: string,
  progress: RecorderProgress,
  total: number | null,
  seconds: number,
): ImportEvent {
  const perSecond = seconds > 0 ? progress.bytes / seconds : 0;
  return {
    type: "progress",
    what: "importing",
    capture,
    done: progress.bytes,
    total,
    unit: "bytes",
    per_second: Math.round(perSecond),
    seconds_left:
      total === null || perSecond === 0 ? null : Math.max(0, (total - progress.bytes) / perSecond),
    packets: progress.packets,
    flows: progress.flows,
  };
}

/** Events wait here for whoever reads them; only the newest progress is kept if nobody does. */
class EventQueue<T extends { type: string }> implements AsyncIterable<T> {
  #events: T[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  push(event: T): void {
    if (event.type === "progress")
      this.#events = this.#events.filter(({ type }) => type !== "progress");
    this.#events.push(event);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (true) {
      while (this.#events.length > 0) yield this.#events.shift()!;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
