import type { Limit } from "../base/index.ts";
import { ORDINAL } from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import type { Layer } from "./packet-layers.ts";
import { Postings, type RunSink } from "./postings.ts";

/** Which flows a packet reached, and where each flow's packets lie in the capture. */
export class FlowLocations {
  /** Flows that the last packet reached, the outermost first; the first `touchedCount` hold. */
  readonly touched = new Int32Array(16);
  touchedCount = 0;
  readonly #store: FlowStore;
  readonly #postings: Postings | undefined;

  /** Without a limit no locations are kept. */
  constructor(store: FlowStore, sink: RunSink, postingBytes: Limit | undefined) {
    this.#store = store;
    if (postingBytes !== undefined) this.#postings = new Postings(store, sink, postingBytes);
  }

  /** Puts a layer under a flow or residue, with all frames it came in. */
  locate(layer: Layer, flow: number): void {
    layer.flow = flow;
    layer.ordinal = this.#store.words[wordsOf(flow) + ORDINAL]!;
    if (this.touchedCount < this.touched.length) this.touched[this.touchedCount++] = flow;
    const postings = this.#postings;
    if (postings === undefined) return;
    const { offsets } = layer;
    for (let n = 0; n < layer.frame.count; n++) {
      if (postings.isFull) this.#writeRuns();
      postings.add(flow, offsets[n]!);
    }
  }

  /** A packet that is not IP: list 0. */
  locateOther(recordOffset: number): void {
    if (this.#postings?.isFull) this.#writeRuns();
    this.#postings?.add(0, recordOffset);
  }

  /** A flow's last run is written. */
  endRun(flow: number): void {
    this.#postings?.endRun(flow);
  }

  end(): void {
    this.#postings?.endRun(0);
    this.#postings?.end();
  }

  /** The arena of locations is full: everything in it goes out, flows begin new runs. */
  #writeRuns(): void {
    const { words } = this.#store;
    this.#postings!.countFull();
    this.#postings!.endRun(0);
    for (let flow = 1, left = this.#store.live; left > 0; flow++) {
      if (words[wordsOf(flow) + ORDINAL] === 0) continue;
      left--;
      this.#postings!.endRun(flow);
    }
  }
}
