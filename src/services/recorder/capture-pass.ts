import { Engine } from "../../core/engine/index.ts";
import {
  type ColumnBatch,
  type EventSink,
  encodeColumnBatch,
  encodeFrame,
  encodeJsonFrame,
} from "../../core/events/index.ts";
import { CaptureReader, type PacketRecord } from "../../core/pcap/index.ts";
import { analysisPorts } from "../../platform/index.ts";
import type { HeadFacts, RecordedCapture, RecorderJob } from "./job.ts";

/** A Decryption Secrets Block that holds an NSS key log (pcapng, section 4.7). */
const TLS_KEY_LOG = 0x544c534b;

/** The summary of a pass: all of a capture's facts that need no sealing. */
export type PassFacts = Omit<RecordedCapture, "segments">;

/**
 * Reader, engine and frames in one: bytes of a capture go in, frames for index and events file come
 * out, in the order the packets came.
 */
export class CapturePass {
  readonly #reader: CaptureReader;
  readonly #engine: Engine;
  readonly #onFrame: (frame: Uint8Array) => void;
  readonly #compressed: boolean;
  #headSent = false;

  /** `keyLog` are TLS secrets of the case; those in the capture itself are found as it is read. */
  constructor(
    job: Pick<RecorderJob, "capture" | "analysis"> & {
      compressed: boolean;
      keyLog?: string | undefined;
    },
    onFrame: (frame: Uint8Array) => void,
  ) {
    this.#onFrame = onFrame;
    this.#compressed = job.compressed;
    const sink: EventSink = {
      batch: (batch: ColumnBatch) => onFrame(encodeFrame("batch", encodeColumnBatch(batch))),
      postings: (bytes: Uint8Array) => onFrame(encodeFrame("postings", bytes)),
    };
    this.#engine = new Engine(
      {
        captureId: job.capture,
        ...analysisPorts,
        ...(job.keyLog !== undefined && { keyLog: job.keyLog }),
        ...job.analysis,
      },
      sink,
    );
    const { onPacket } = this.#engine;
    this.#reader = new CaptureReader({
      onSecret: ({ type, bytes }) => {
        if (type === TLS_KEY_LOG) this.#engine.addKeys(Buffer.from(bytes).toString("latin1"));
      },
      onPacket: (packet) => {
        if (!this.#headSent) this.#sendHead(packet);
        onPacket(packet);
      },
    });
  }

  get packets(): number {
    return this.#engine.counters.packets;
  }

  get flows(): number {
    return this.#engine.counters.flows;
  }

  push(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  end(): PassFacts {
    this.#reader.end();
    this.#engine.end(this.#reader.limits);
    if (!this.#headSent) this.#sendHead(undefined);
    const { layout, status } = this.#reader;
    this.#onFrame(encodeJsonFrame("layout", layout));
    const { counters } = this.#engine;
    const lost = (
      of: (s: (typeof layout.statistics)[number]) => string | undefined,
    ): number | null => {
      const known = layout.statistics.map(of).filter((value) => value !== undefined);
      return known.length === 0 ? null : known.reduce((sum, value) => sum + Number(value), 0);
    };
    return {
      packets: counters.packets,
      flows: counters.flows,
      first_ts_ns: nanoseconds(counters.firstTime),
      last_ts_ns: nanoseconds(counters.lastTime),
      time_ordered: counters.timeOrdered,
      link_types: [...new Set(layout.interfaces.map(({ linkType }) => linkType))].slice(0, 64),
      format: layout.format,
      complete: status.complete,
      fault: status.complete ? null : `${status.reason} at byte ${status.offset}`,
      lost: { kernel: lost((s) => s.osDropped), interface: lost((s) => s.dropped) },
      counters: { ...counters },
    };
  }

  #sendHead(packet: PacketRecord | undefined): void {
    this.#headSent = true;
    const head: HeadFacts = {
      day: dayOf(packet?.seconds),
      compressed: this.#compressed,
      first_ts_ns: packet ? nanoseconds(packet) : null,
    };
    this.#onFrame(encodeJsonFrame("head", head));
  }
}

/** Seconds of the years that an i64 of nanoseconds and a calendar both hold. */
const LAST_SECOND = 9_223_372_036;

function dayOf(seconds: number | undefined): string {
  if (seconds === undefined || seconds < 0 || seconds > LAST_SECOND) return "undated";
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function nanoseconds(time: { seconds: number; nanoseconds: number } | undefined): string | null {
  return time === undefined
    ? null
    : String(BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds));
}
