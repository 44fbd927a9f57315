import type { SegmentId } from "../../core/base/index.ts";
import type { SealedFacts } from "../../core/custody/index.ts";
import type { AnalysisSettings } from "../../core/engine/index.ts";

/** What the owner tells a recorder; it holds public keys only. */
export interface RecorderJob {
  readonly capture: string;
  /** The vault's folder: all that the recorder may write to. */
  readonly vault: string;
  readonly recipients: readonly string[];
  /** The segment for the bytes as they come. */
  readonly original: SegmentId;
  /** The segment for the decompressed capture, used only when the original is compressed. */
  readonly working: SegmentId;
  /** Total, where the source knows it: progress has an end then. */
  readonly bytes: number | null;
  /** TLS secrets follow on descriptor 3: what stands in an argument every user of the machine can read. */
  readonly hasKeys: boolean;
  /** How the capture is analysed; the engine's defaults without it. */
  readonly analysis?: AnalysisSettings;
}

/** Sent with the first packet, before any events: decides the partition of the index. */
export interface HeadFacts {
  readonly day: string;
  /** The original is compressed: events belong to the working segment. */
  readonly compressed: boolean;
  readonly first_ts_ns: string | null;
}

export interface RecorderProgress {
  readonly bytes: number;
  readonly packets: number;
  readonly flows: number;
}

/** One segment as the recorder sealed it, still unpublished: only the owner's entry makes it exist. */
export interface RecordedSegment {
  readonly segment: SegmentId;
  readonly kind: "original" | "working";
  readonly facts: SealedFacts & {
    readonly events_sha256: string | null;
    readonly events_bytes: number;
  };
}

export interface RecordedCapture {
  readonly segments: readonly RecordedSegment[];
  readonly packets: number;
  readonly flows: number;
  readonly first_ts_ns: string | null;
  readonly last_ts_ns: string | null;
  readonly time_ordered: boolean;
  readonly link_types: readonly number[];
  readonly format: string;
  /** False: the file ended early or is damaged; what was read before is kept and searchable. */
  readonly complete: boolean;
  readonly fault: string | null;
  /** Packets that the capture's own statistics say were lost, null where it has none. */
  readonly lost: { readonly kernel: number | null; readonly interface: number | null };
  readonly counters: Readonly<Record<string, unknown>>;
}
