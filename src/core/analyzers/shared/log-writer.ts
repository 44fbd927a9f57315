import {
  ColumnBatch,
  columnIndex,
  type EventSink,
  joinList,
  type LogSchema,
} from "../../events/index.ts";
import { sendRows, setAddress, setFlowTime } from "./row-fields.ts";

/** Whose row it is: a conversation, or whatever else has these. */
export interface FlowIds {
  readonly uidHigh: number;
  readonly uidLow: number;
  readonly originator: Int32Array;
  readonly responder: Int32Array;
  readonly originatorPort: number;
  readonly responderPort: number;
}

/**
 * Writes rows of one log by the names of its fields. A value that is undefined leaves its field unset;
 * fields that are not optional must be set. Rows go out in batches.
 */
export class LogWriter {
  readonly schema: LogSchema;
  readonly #sink: EventSink;
  readonly #baseSeconds: () => number;
  readonly #onRow: ((log: string) => void) | undefined;
  readonly #columns = new Map<string, number>();
  #batch: ColumnBatch | undefined;
  #row = 0;

  constructor(
    schema: LogSchema,
    sink: EventSink,
    options: { baseSeconds: () => number; onRow?: ((log: string) => void) | undefined },
  ) {
    this.schema = schema;
    this.#sink = sink;
    this.#baseSeconds = options.baseSeconds;
    this.#onRow = options.onRow;
    for (const { name } of schema.fields) this.#columns.set(name, columnIndex(schema, name));
  }

  /** Seconds since 1970 of a time (nanoseconds from the capture's base). */
  secondsOf(time: number): number {
    return this.#baseSeconds() + time / 1e9;
  }

  /** Begins a row of a flow: `ts` (nanoseconds from the capture's base), `uid` and `id.*`. */
  row(time: number, flow: FlowIds): this {
    this.#begin();
    this.time("ts", time);
    const batch = this.#batch!;
    batch.setU64(this.#columns.get("uid")!, this.#row, flow.uidHigh, flow.uidLow);
    setAddress(batch, this.#columns.get("id.orig_h")!, this.#row, flow.originator);
    batch.setU16(this.#columns.get("id.orig_p")!, this.#row, flow.originatorPort);
    setAddress(batch, this.#columns.get("id.resp_h")!, this.#row, flow.responder);
    batch.setU16(this.#columns.get("id.resp_p")!, this.#row, flow.responderPort);
    return this;
  }

  /** Begins a row of a log that has no `uid` and `id.*` of one flow. */
  bareRow(time: number): this {
    this.#begin();
    return this.time("ts", time);
  }

  text(name: string, value: string | undefined): this {
    if (value !== undefined) this.#batch!.setText(this.#columns.get(name)!, this.#row, value);
    return this;
  }

  /** A `count` of whatever width, or a `port`. */
  count(name: string, value: number | undefined): this {
    if (value === undefined) return this;
    const column = this.#columns.get(name)!;
    const batch = this.#batch!;
    switch (batch.columns[column]!.type) {
      case "u8":
        batch.setU8(column, this.#row, value);
        break;
      case "u16":
        batch.setU16(column, this.#row, value);
        break;
      case "u32":
        batch.setU32(column, this.#row, value);
        break;
      default:
        batch.setCount(column, this.#row, value);
    }
    return this;
  }

  bool(name: string, value: boolean | undefined): this {
    if (value === undefined) return this;
    this.#batch!.setU8(this.#columns.get(name)!, this.#row, value ? 1 : 0);
    return this;
  }

  /** The number of an `enum`'s name. */
  enum(name: string, value: number | undefined): this {
    if (value === undefined) return this;
    this.#batch!.setU8(this.#columns.get(name)!, this.#row, value);
    return this;
  }

  /** Nanoseconds from the capture's base. */
  time(name: string, value: number | undefined): this {
    if (value === undefined) return this;
    setFlowTime(this.#batch!, this.#columns.get(name)!, this.#row, this.#baseSeconds(), value);
    return this;
  }

  /** A time that the protocol states: seconds and nanoseconds since 1970. */
  statedTime(name: string, seconds: number | undefined, nanoseconds = 0): this {
    if (seconds === undefined) return this;
    this.#batch!.setTime(this.#columns.get(name)!, this.#row, seconds, nanoseconds);
    return this;
  }

  /** Nanoseconds. */
  interval(name: string, value: number | undefined): this {
    if (value === undefined) return this;
    const rounded = Math.round(value);
    const high = Math.floor(rounded / 4294967296);
    this.#batch!.setU64(this.#columns.get(name)!, this.#row, high, rounded - high * 4294967296);
    return this;
  }

  /** A number with a fraction, kept to billionths. */
  decimal(name: string, value: number | undefined): this {
    return value === undefined ? this : this.interval(name, value * 1e9);
  }

  /** The uid of a flow that is not the row's own. */
  uid(name: string, flow: Pick<FlowIds, "uidHigh" | "uidLow"> | undefined): this {
    if (flow !== undefined) {
      this.#batch!.setU64(this.#columns.get(name)!, this.#row, flow.uidHigh, flow.uidLow);
    }
    return this;
  }

  /** The four words of an address. */
  address(name: string, words: Int32Array | undefined): this {
    if (words !== undefined) setAddress(this.#batch!, this.#columns.get(name)!, this.#row, words);
    return this;
  }

  /** Items in canonical text: intervals as seconds with a fraction, booleans T or F. */
  list(name: string, items: readonly string[] | undefined): this {
    return items === undefined ? this : this.text(name, joinList(items));
  }

  /** Bits of an `enumSet`, by its values' numbers. */
  bits(name: string, high: number, low: number): this {
    this.#batch!.setU64(this.#columns.get(name)!, this.#row, high, low);
    return this;
  }

  end(): void {
    if (this.#batch !== undefined) sendRows(this.#sink, this.#batch);
  }

  #begin(): void {
    this.#batch ??= new ColumnBatch(this.schema);
    // The row before is whole only now: that is when a full batch goes out.
    if (this.#batch.isFull) sendRows(this.#sink, this.#batch);
    this.#row = this.#batch.addRow();
    this.#onRow?.(this.schema.name);
  }
}
