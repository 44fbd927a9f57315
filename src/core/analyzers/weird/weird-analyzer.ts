import { ColumnBatch, columnIndex, type EventSink } from "../../events/index.ts";
import { createFlowRecord, type FlowTable, type WeirdRecord } from "../../flow/index.ts";
import { sendRows, setAddress, setFlowIds, setFlowTime } from "../shared/index.ts";
import { weirdSchema } from "./weird-events.ts";

const column = (name: string) => columnIndex(weirdSchema, name);
const TS = column("ts");
const UID = column("uid");
const ORIG_H = column("id.orig_h");
const ORIG_P = column("id.orig_p");
const RESP_H = column("id.resp_h");
const RESP_P = column("id.resp_p");
const NAME = column("name");
const ADDL = column("addl");
const NOTICE = column("notice");
const PEER = column("peer");
const SOURCE = column("source");
const OFFSET = column("packet_offset");
const OTHER_OFFSET = column("other_packet_offset");

/** Turns weirds into rows of `weird`. */
export class WeirdAnalyzer {
  readonly #batch = new ColumnBatch(weirdSchema);
  readonly #sink: EventSink;
  readonly #flow = createFlowRecord();

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  weird(weird: WeirdRecord, table: FlowTable): void {
    const batch = this.#batch;
    const row = batch.addRow();
    setFlowTime(batch, TS, row, table.baseSeconds, weird.time);
    if (weird.flow !== 0) {
      table.describe(weird.flow, this.#flow);
      setFlowIds(batch, UID, row, this.#flow);
    } else if (weird.hasAddresses) {
      setAddress(batch, ORIG_H, row, weird.source);
      batch.setU16(ORIG_P, row, weird.sourcePort);
      setAddress(batch, RESP_H, row, weird.destination);
      batch.setU16(RESP_P, row, weird.destinationPort);
    }
    batch.setText(NAME, row, weird.name);
    if (weird.addl !== "") batch.setText(ADDL, row, weird.addl);
    batch.setU8(NOTICE, row, 0);
    batch.setText(PEER, row, "holdfast");
    batch.setText(SOURCE, row, weird.analyzer === "" ? "ENGINE" : weird.analyzer);
    if (weird.offset >= 0) batch.setCount(OFFSET, row, weird.offset);
    if (weird.otherOffset >= 0) batch.setCount(OTHER_OFFSET, row, weird.otherOffset);
    if (batch.isFull) sendRows(this.#sink, this.#batch);
  }

  end(): void {
    sendRows(this.#sink, this.#batch);
  }
}
