import { ColumnBatch, columnIndex, type EventSink } from "../../events/index.ts";
import type { FlowRecord, FlowTable, PostingRun } from "../../flow/index.ts";
import { sendRows, setFlowTime } from "../shared/index.ts";
import { locatorSchema, residueSchema } from "./locator-events.ts";

const runColumn = (name: string) => columnIndex(locatorSchema, name);
const FLOW = runColumn("flow");
const FIRST = runColumn("first");
const COUNT = runColumn("count");
const BYTES = runColumn("bytes");
const FIRST_TS = runColumn("first_ts");
const LAST_TS = runColumn("last_ts");
const ORIG_H = columnIndex(residueSchema, "orig_h");
const RESP_H = columnIndex(residueSchema, "resp_h");
const PROTO = columnIndex(residueSchema, "proto");
const VLAN = columnIndex(residueSchema, "vlan");

/** Turns runs of packet locations into rows of `locator`, and packets without a flow into `residue`. */
export class LocatorAnalyzer {
  readonly #runs = new ColumnBatch(locatorSchema);
  readonly #residues = new ColumnBatch(residueSchema);
  readonly #sink: EventSink;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  run(run: PostingRun, table: FlowTable): void {
    const batch = this.#runs;
    const row = batch.addRow();
    batch.setU32(FLOW, row, run.ordinal);
    batch.setCount(FIRST, row, run.first);
    batch.setU32(COUNT, row, run.count);
    batch.setU32(BYTES, row, run.bytes);
    setFlowTime(batch, FIRST_TS, row, table.baseSeconds, run.firstTime);
    setFlowTime(batch, LAST_TS, row, table.baseSeconds, run.lastTime);
    if (batch.isFull) sendRows(this.#sink, batch);
  }

  residueEnded(record: FlowRecord): void {
    const batch = this.#residues;
    const row = batch.addRow();
    batch.setU32(0, row, record.ordinal);
    batch.setU64(ORIG_H, row, record.originator[0]!, record.originator[1]!);
    batch.setU64(ORIG_H + 1, row, record.originator[2]!, record.originator[3]!);
    batch.setU64(RESP_H, row, record.responder[0]!, record.responder[1]!);
    batch.setU64(RESP_H + 1, row, record.responder[2]!, record.responder[3]!);
    batch.setU8(PROTO, row, record.protocol);
    if (record.outerVlan >= 0) batch.setU16(VLAN, row, record.outerVlan);
    if (batch.isFull) sendRows(this.#sink, batch);
  }

  end(): void {
    sendRows(this.#sink, this.#runs);
    sendRows(this.#sink, this.#residues);
  }
}
