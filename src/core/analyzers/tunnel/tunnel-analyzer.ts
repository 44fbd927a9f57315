import { ColumnBatch, columnIndex, type EventSink } from "../../events/index.ts";
import type { FlowRecord, FlowTable, TunnelAction } from "../../flow/index.ts";
import { sendRows, setFlowIds, setFlowTime, tunnelSchema } from "../shared/index.ts";

const column = (name: string) => columnIndex(tunnelSchema, name);
const TS = column("ts");
const UID = column("uid");
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
    setFlowIds(batch, UID, row, record);
    batch.setU8(TYPE, row, kind);
    batch.setU8(ACTION, row, ACTIONS.indexOf(action));
    if (batch.isFull) sendRows(this.#sink, this.#batch);
  }

  end(): void {
    sendRows(this.#sink, this.#batch);
  }
}
