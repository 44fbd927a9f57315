import type { Operations, OutputOf } from "../../api/index.ts";
import type { Home } from "./home.ts";
import { type CaptureState, packetSegment, type SegmentState } from "./projection.ts";

export type CaptureFacts = OutputOf<Operations["captures"]>["captures"][number];
export type SegmentFacts = OutputOf<Operations["segments"]>["segments"][number];

const STATES = { open: "running", sealed: "sealed", abandoned: "failed" } as const;
const UNFINISHED = "the process ended before the capture was sealed";

/** A capture as clients see it: the ledger's word, and how far a running import is. */
export function captureFacts(home: Home, capture: CaptureState): CaptureFacts {
  const { start, at, state, reason } = capture;
  const sealed = packetSegment(capture)?.entry;
  const original = capture.segments.find(({ entry }) => entry.kind === "original")?.entry;
  const running = home.running.get(start.capture);
  return {
    capture: start.capture,
    case: start.case,
    purpose: start.purpose,
    name: start.file.name,
    started_at: at,
    state: reason === UNFINISHED ? "unfinished" : STATES[state],
    bytes: original?.plaintext_bytes ?? start.file.bytes ?? null,
    packets: sealed?.packets ?? running?.packets ?? 0,
    segments: capture.segments.map(({ entry }) => entry.segment),
    first_ns: sealed?.first_ts_ns ?? null,
    last_ns: sealed?.last_ts_ns ?? null,
    fault: sealed?.fault ?? reason ?? null,
    plaintext_sha256: original?.plaintext_sha256 ?? null,
  };
}

export function segmentFacts(home: Home, { entry, seq, at }: SegmentState): SegmentFacts {
  return {
    segment: entry.segment,
    capture: entry.capture,
    case: entry.case,
    kind: entry.kind,
    derived_from: entry.derived_from ?? null,
    name: home.projection.captures.get(entry.capture)?.start.file.name ?? "",
    sealed_at: at,
    seq,
    plaintext_sha256: entry.plaintext_sha256,
    plaintext_bytes: entry.plaintext_bytes,
    body_sha256: entry.body_sha256,
    body_bytes: entry.body_bytes,
    head_sha256: entry.head_sha256,
    chunk_root: entry.chunk_root,
    events_sha256: entry.events_sha256,
    compression: entry.compression,
    packets: entry.packets,
    first_ns: entry.first_ts_ns,
    last_ns: entry.last_ts_ns,
    complete: entry.complete,
    fault: entry.fault,
  };
}
