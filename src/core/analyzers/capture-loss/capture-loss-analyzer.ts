import { ColumnBatch, columnIndex, type EventSink } from "../../events/index.ts";
import { sendRows } from "../shared/index.ts";
import { captureLossSchema } from "./capture-loss-events.ts";

const column = (name: string) => columnIndex(captureLossSchema, name);
const TS = column("ts");
const TS_DELTA = column("ts_delta");
const PEER = column("peer");
const GAPS = column("gaps");
const ACKS = column("acks");
const PERCENT_LOST = column("percent_lost");

/** Zeek's intervals: a first measurement soon, so that a bad mirror port shows at once. */
const FIRST_INTERVAL_SECONDS = 60;
const INTERVAL_SECONDS = 15 * 60;

/** Counts over all TCP flows, only ever added to. */
export interface AckCounts {
  /** Acknowledgements that moved on, between two sides that are established. */
  readonly acks: number;
  /** Those among them that covered bytes never seen. */
  readonly gaps: number;
}

/** Measures the capture's own loss at Zeek's intervals of packet time, and once more at the end. */
export class CaptureLossAnalyzer {
  readonly #batch = new ColumnBatch(captureLossSchema);
  readonly #sink: EventSink;
  readonly #counts: () => AckCounts;
  readonly #peer: string;
  #dueSeconds = Number.NEGATIVE_INFINITY;
  #dueNanoseconds = 0;
  /** The newest time seen, and that of the last measurement. */
  #seconds = Number.NEGATIVE_INFINITY;
  #nanoseconds = 0;
  #lastSeconds = 0;
  #lastNanoseconds = 0;
  #lastAcks = 0;
  #lastGaps = 0;

  constructor(sink: EventSink, counts: () => AckCounts, peer = "holdfast") {
    this.#sink = sink;
    this.#counts = counts;
    this.#peer = peer;
  }

  /** Called with each packet's time before the packet is counted. */
  packet(seconds: number, nanoseconds: number): void {
    if (seconds < this.#seconds || (seconds === this.#seconds && nanoseconds < this.#nanoseconds)) {
      return;
    }
    const isFirst = this.#seconds === Number.NEGATIVE_INFINITY;
    this.#seconds = seconds;
    this.#nanoseconds = nanoseconds;
    if (isFirst) {
      this.#begin(FIRST_INTERVAL_SECONDS);
      return;
    }
    if (seconds < this.#dueSeconds) return;
    if (seconds === this.#dueSeconds && nanoseconds < this.#dueNanoseconds) return;
    this.#measure();
    this.#begin(INTERVAL_SECONDS);
  }

  end(): void {
    if (this.#seconds !== Number.NEGATIVE_INFINITY) this.#measure();
    sendRows(this.#sink, this.#batch);
  }

  #begin(intervalSeconds: number): void {
    this.#lastSeconds = this.#seconds;
    this.#lastNanoseconds = this.#nanoseconds;
    this.#dueSeconds = this.#seconds + intervalSeconds;
    this.#dueNanoseconds = this.#nanoseconds;
  }

  #measure(): void {
    const counts = this.#counts();
    const acks = counts.acks - this.#lastAcks;
    const gaps = counts.gaps - this.#lastGaps;
    this.#lastAcks = counts.acks;
    this.#lastGaps = counts.gaps;
    const batch = this.#batch;
    const row = batch.addRow();
    batch.setTime(TS, row, this.#seconds, this.#nanoseconds);
    let seconds = this.#seconds - this.#lastSeconds;
    let nanoseconds = this.#nanoseconds - this.#lastNanoseconds;
    if (nanoseconds < 0) {
      seconds--;
      nanoseconds += 1e9;
    }
    batch.setTime(TS_DELTA, row, seconds, nanoseconds);
    batch.setText(PEER, row, this.#peer);
    batch.setCount(GAPS, row, gaps);
    batch.setCount(ACKS, row, acks);
    batch.setCount(PERCENT_LOST, row, acks === 0 ? 0 : Math.round((gaps / acks) * 100e9));
    if (batch.isFull) sendRows(this.#sink, this.#batch);
  }
}
