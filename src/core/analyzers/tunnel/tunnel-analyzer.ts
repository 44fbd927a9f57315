import { ColumnBatch, columnIndex, type EventSink } from "../../events/index.ts";
import type { FlowRecord, FlowTable, TunnelAction } from "../../flow/index.ts";
import { setAddress, setFlowTime } from "../shared/index.ts";
import { tunnelSchema } from "./tunnel-events.ts";

const column = (name: string) => columnIndex(tunnelSchema, name);
const TS = column("ts");
const UID = column("uid");
const ORIG_H = column("id.orig_h");
const ORIG_P = column("id.orig_p");
const RESP_H = column("id.resp_h");
const RESP_P = column("id.resp_p");
const TYPE = column("tunnel_type");
const ACTION = column("action");

const ACTIONS: readonly TunnelAction[] = ["discover", "close", "expire"];

/** Turns tunnels found and ended into rows of `tunnel`. */
export class TunnelAnalyzer {
  readonly #batch = new ColumnBatch(tunnelSchema);
  readonly #sink: EventSink;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  tunnel(record: FlowRecord, kind: number, action: TunnelAction, table: FlowTable): void {
    const batch = this.#batch;
    const row = batch.addRow();
    const time = action === "discover" ? record.startTime : record.lastTime;
    setFlowTime(batch, TS, row, table.baseSeconds, time);
    batch.setU64(UID, row, record.uidHigh, record.uidLow);
    setAddress(batch, ORIG_H, row, record.originator);
    batch.setU16(ORIG_P, row, record.originatorPort);
    setAddress(batch, RESP_H, row, record.responder);
    batch.setU16(RESP_P, row, record.responderPort);
    batch.setU8(TYPE, row, kind);
    batch.setU8(ACTION, row, ACTIONS.indexOf(action));
    if (batch.isFull) this.#send();
  }

  end(): void {
    this.#send();
  }

  #send(): void {
    if (this.#batch.rowCount > 0) this.#sink.batch(this.#batch);
    this.#batch.clear();
  }
}
