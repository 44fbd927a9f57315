import type { Operations, OutputOf } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import { decodeJson, FrameReader } from "../../core/events/index.ts";
import { monotonicSeconds, pathsOf } from "../../platform/index.ts";
import type { LoadFrame } from "../index/index.ts";
import { readSealedFile, segmentPaths } from "../vault/index.ts";
import type { WholeHome } from "./home.ts";
import type { SegmentState } from "./projection.ts";

type ReindexEvent = OutputOf<Operations["reindex"]>;

/** Segments that the ledger has and the index has not, or not wholly. */
export async function missingSegments(home: WholeHome): Promise<SegmentState[]> {
  const complete = new Set(
    (await home.index.segments()).filter((s) => s.complete).map((s) => s.segment),
  );
  return withEvents(home).filter(({ entry }) => !complete.has(entry.segment));
}

function withEvents(home: WholeHome): SegmentState[] {
  return [...home.projection.segments.values()].filter(({ entry }) => entry.events_sha256 !== null);
}

/** Removes what the ledger does not know: an index never shows a segment that does not exist. */
export async function dropUnknown(home: WholeHome): Promise<void> {
  for (const { segment, complete } of await home.index.segments()) {
    const isRunning = [...home.running.keys()].length > 0 && !complete;
    if (!home.projection.segments.has(segment) && !isRunning) await home.index.dropSegment(segment);
  }
}

/** Rebuilds the index of these segments from their sealed events; `all` segments when none are named. */
export async function* reindex(
  home: WholeHome,
  signal: AbortSignal,
  only?: readonly SegmentState[],
): AsyncGenerator<ReindexEvent> {
  const segments = only ?? withEvents(home);
  const total = segments.reduce((sum, { entry }) => sum + entry.events_bytes, 0);
  const began = monotonicSeconds();
  let done = 0;
  for (const { entry } of segments) {
    if (signal.aborted)
      throw new HoldfastError("index/cancelled", "the rebuild was cancelled", {
        remedy: "run holdfast reindex again",
      });
    await rebuildSegment(home, entry);
    done += entry.events_bytes;
    const seconds = monotonicSeconds() - began;
    yield {
      type: "progress",
      what: "rebuilding the index",
      done,
      total,
      unit: "bytes",
      per_second: Math.round(done / Math.max(seconds, 1e-3)),
      seconds_left: done === 0 ? null : ((total - done) * seconds) / done,
    };
  }
  yield { type: "result", segments: segments.length, seconds: monotonicSeconds() - began };
}

async function rebuildSegment(
  home: WholeHome,
  { segment, capture, case: caseName }: SegmentState["entry"],
): Promise<void> {
  let day: string | undefined;
  let frames: LoadFrame[] = [];
  const reader = new FrameReader((type, payload) => {
    if (type === "head") day = decodeJson<{ day: string }>(payload).day;
    else if (type === "batch" || type === "postings" || type === "layout")
      frames.push({ type, payload: payload.slice() });
  });
  let begun = false;
  const plaintext = readSealedFile({
    path: segmentPaths(pathsOf(home.directory).vault, segment).events,
    identity: home.identity(),
  });
  for await (const chunk of plaintext) {
    reader.push(chunk);
    if (day === undefined || frames.length === 0) continue;
    if (!begun) await home.index.beginSegment({ segment, capture, case: caseName, day });
    begun = true;
    const ready = frames;
    frames = [];
    await home.index.load(segment, ready);
  }
  if (reader.fault !== undefined || reader.pendingBytes > 0) {
    throw new HoldfastError(
      "index/bad-events",
      `events of segment ${segment} do not read: ${reader.fault ?? "cut short"}`,
      {
        remedy:
          "run holdfast verify: the events file is damaged; its packets are not touched by this",
      },
    );
  }
  if (begun) await home.index.completeSegment(segment);
}
