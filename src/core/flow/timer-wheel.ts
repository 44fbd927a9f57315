import { WHEEL_BUCKET, WHEEL_BUCKET_MASK, WHEEL_NEXT, WHEEL_PREVIOUS } from "./flow-layout.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";

const BUCKETS = 1024;
const BUCKET_NANOSECONDS = 1e9;

/**
 * Finds flows whose time is over without touching the others: lists of flows by the second in which
 * they should be looked at. A flow is not moved when a packet prolongs it; it is moved when its
 * second comes and it turns out to be alive. So a busy flow costs one look a time-out.
 */
export class TimerWheel {
  readonly #store: FlowStore;
  readonly #heads = new Int32Array(BUCKETS + 1);
  /** Buckets and flows looked at so far: what hostile times would drive up. */
  steps = 0;
  #second = Number.NEGATIVE_INFINITY;

  constructor(store: FlowStore) {
    this.#store = store;
  }

  /** Files a flow under its deadline; beyond the wheel's turn it is looked at once more on the way. */
  add(flow: number, deadline: number): void {
    const wanted = Math.floor(deadline / BUCKET_NANOSECONDS) + 1;
    const second = Math.max(this.#second + 1, Math.min(wanted, this.#second + BUCKETS - 1));
    const bucket = 1 + (((second % BUCKETS) + BUCKETS) % BUCKETS);
    const words = this.#store.words;
    const at = wordsOf(flow);
    const head = this.#heads[bucket]!;
    words[at + WHEEL_BUCKET] = (words[at + WHEEL_BUCKET]! & ~WHEEL_BUCKET_MASK) | bucket;
    words[at + WHEEL_NEXT] = head;
    words[at + WHEEL_PREVIOUS] = 0;
    if (head !== 0) words[wordsOf(head) + WHEEL_PREVIOUS] = flow;
    this.#heads[bucket] = flow;
  }

  remove(flow: number): void {
    const words = this.#store.words;
    const at = wordsOf(flow);
    const next = words[at + WHEEL_NEXT]!;
    const previous = words[at + WHEEL_PREVIOUS]!;
    if (next !== 0) words[wordsOf(next) + WHEEL_PREVIOUS] = previous;
    if (previous !== 0) words[wordsOf(previous) + WHEEL_NEXT] = next;
    else this.#heads[words[at + WHEEL_BUCKET]! & WHEEL_BUCKET_MASK] = next;
  }

  /** The flow that would be looked at next: the one to end when room is needed. */
  nearest(): number {
    for (let step = 1; step <= BUCKETS; step++) {
      const second = this.#second + step;
      const flow = this.#heads[1 + (((second % BUCKETS) + BUCKETS) % BUCKETS)]!;
      this.steps++;
      if (flow !== 0) return flow;
    }
    return 0;
  }

  /** True when at least one bucket's second has come. */
  isDue(now: number): boolean {
    return now >= (this.#second + 1) * BUCKET_NANOSECONDS;
  }

  /** Gives every flow filed up to `now` to `look`, which ends it or adds it again. */
  advance(now: number, look: (flow: number) => void): void {
    const target = Math.floor(now / BUCKET_NANOSECONDS);
    if (this.#second === Number.NEGATIVE_INFINITY) {
      this.#second = target;
      return;
    }
    // A jump over a whole turn looks at every bucket once.
    const first = Math.max(this.#second + 1, target - BUCKETS + 1);
    this.#second = target;
    const turns = Math.min(BUCKETS, target - first + 1);
    for (let turn = 0; turn < turns; turn++) {
      const second = first + turn;
      const bucket = 1 + (((second % BUCKETS) + BUCKETS) % BUCKETS);
      let flow = this.#heads[bucket]!;
      this.#heads[bucket] = 0;
      this.steps++;
      while (flow !== 0) {
        this.steps++;
        const at = wordsOf(flow);
        const next = this.#store.words[at + WHEEL_NEXT]!;
        // Detached first: `look` may end the flow, and `remove` must then find nothing to unlink.
        this.#store.words[at + WHEEL_NEXT] = 0;
        this.#store.words[at + WHEEL_PREVIOUS] = 0;
        this.#store.words[at + WHEEL_BUCKET]! &= ~WHEEL_BUCKET_MASK;
        look(flow);
        flow = next;
      }
    }
  }
}
