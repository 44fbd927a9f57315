import { createHash } from "node:crypto";
import type { Limit } from "../../src/core/base/index.ts";
import { Engine, type EngineOptions } from "../../src/core/engine/index.ts";
import {
  type ColumnBatch,
  columnIndex,
  encodeColumnBatch,
  ZeekJsonWriter,
} from "../../src/core/events/index.ts";
import { readPostings } from "../../src/core/flow/index.ts";
import { CaptureReader } from "../../src/core/pcap/index.ts";

type Row = Record<string, unknown>;

/** A row of `locator`: rendering it would cost more than the rest of a small pass. */
interface Run {
  readonly flow: number;
  readonly first: number;
  readonly count: number;
}

/** What one pass over a capture gave. */
export interface EnginePass {
  /** Of all batches and postings, byte for byte. */
  readonly digest: string;
  /** Record offsets of the packets delivered, and those that some list of locations holds. */
  readonly offsets: readonly number[];
  readonly located: ReadonlySet<number>;
  readonly limits: readonly Limit[];
  readonly readerLimits: readonly Limit[];
  readonly complete: boolean;
  /** Empty unless they were to be kept. */
  rows(log: string): readonly Row[];
  /** Offsets of a flow's or residue's packets, in the order of the list. */
  packetsOf(flow: number): readonly number[];
}

/** Limits of which a capture of a few packets reaches most. */
export const TIGHT_LIMITS: NonNullable<EngineOptions["limits"]> = {
  liveFlows: 5,
  gapIntervals: 3,
  burstRecords: 2,
  histories: 12,
  postingBytes: 2048,
  tunnelDepth: 2,
  tunnelContexts: 2,
  fragmentDatagrams: 2,
  fragmentBytes: 12_000,
  fragmentsPerDatagram: 5,
  fragmentAgeNs: 1e9,
};

/** Limits that small captures never reach, without the memory that the defaults reserve. */
export const ROOMY_LIMITS: NonNullable<EngineOptions["limits"]> = {
  liveFlows: 8192,
  gapIntervals: 8192,
  postingBytes: 1 << 20,
};

/** Reader and engine over a capture that comes in these pieces. */
export function passOver(
  pieces: Iterable<Uint8Array>,
  options: Partial<EngineOptions> & { readonly keepRows?: boolean } = {},
): EnginePass {
  const hash = createHash("sha256");
  const postings: Uint8Array[] = [];
  const logs = new Map<string, Row[]>();
  const runs: Run[] = [];
  const engine = new Engine(
    { captureId: "one-capture", limits: ROOMY_LIMITS, ...options },
    {
      batch: (batch) => {
        hash.update(encodeColumnBatch(batch));
        if (options.keepRows === true) keepRows(logs, batch);
        if (batch.schema.name === "locator") runs.push(...runsOf(batch));
      },
      postings: (bytes) => {
        hash.update(bytes);
        postings.push(bytes.slice());
      },
    },
  );
  const offsets: number[] = [];
  const reader = new CaptureReader({
    onPacket: (packet) => {
      offsets.push(packet.recordOffset);
      engine.onPacket(packet);
    },
  });
  for (const piece of pieces) reader.push(piece);
  reader.end();
  engine.end();
  const byFlow = readLocations(runs, Buffer.concat(postings));
  return {
    digest: hash.digest("hex"),
    offsets,
    located: new Set([...byFlow.values()].flat()),
    limits: engine.counters.limits,
    readerLimits: reader.limits,
    complete: reader.status.complete,
    rows: (log) => logs.get(log) ?? [],
    packetsOf: (flow) => byFlow.get(flow) ?? [],
  };
}

/** Packets that no list of locations holds: there must be none. */
export function lostPackets(pass: EnginePass): number[] {
  return pass.offsets.filter((offset) => !pass.located.has(offset));
}

function keepRows(logs: Map<string, Row[]>, batch: ColumnBatch): void {
  const writer = new ZeekJsonWriter(batch.schema);
  const rows = logs.get(batch.schema.name) ?? [];
  for (let row = 0; row < batch.rowCount; row++) rows.push(writer.row(batch, row));
  logs.set(batch.schema.name, rows);
}

function runsOf(batch: ColumnBatch): Run[] {
  const [flow = 0, first = 0, count = 0] = ["flow", "first", "count"].map((name) =>
    columnIndex(batch.schema, name),
  );
  return Array.from({ length: batch.rowCount }, (_, row) => ({
    flow: batch.u32(flow, row),
    first: batch.count(first, row),
    count: batch.u32(count, row),
  }));
}

function readLocations(runs: readonly Run[], postings: Uint8Array): Map<number, number[]> {
  const byFlow = new Map<number, number[]>();
  for (const { flow, first, count } of runs) {
    const offsets = byFlow.get(flow) ?? [];
    for (const offset of readPostings(postings, first, count)) offsets.push(offset);
    byFlow.set(flow, offsets);
  }
  return byFlow;
}
