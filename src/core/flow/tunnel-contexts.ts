import type { Limit } from "../base/index.ts";
import type { DecodedPacket } from "../packet/index.ts";
import { RecordNumbers } from "./record-numbers.ts";

/** What the packets of one flow were wrapped in: the innermost tunnel, and every flow that carried them. */
export interface TunnelContext {
  /** A `TUNNEL` number of core/packet. */
  kind: number;
  /** VNI, TEID or key; -1 where the tunnel has none. */
  id: number;
  readonly outerSource: Int32Array;
  readonly outerDestination: Int32Array;
  /** Number of the flow or residue that carried the last packet. */
  parent: number;
  /** Ids of all carriers, two u32 halves each, oldest first. */
  readonly parentUids: number[];
}

/** Carriers kept per flow; a flow that hops between more is an attempt to make us remember. */
const PARENTS_MAX = 16;

/**
 * Tunnel contexts of live flows, by number; 0 is none. Few flows lie in tunnels, so these are objects
 * beside the records and not words in every one.
 */
export class TunnelContexts {
  readonly #contexts: (TunnelContext | undefined)[] = [undefined];
  readonly #numbers: RecordNumbers;
  readonly #limit: Limit;

  constructor(limit: Limit) {
    this.#limit = limit;
    this.#numbers = new RecordNumbers(limit);
  }

  get(number: number): TunnelContext | undefined {
    return this.#contexts[number];
  }

  /** Number of a context for a flow whose first packet came through `outer`; 0 when the limit is reached. */
  take(kind: number, id: number, outer: DecodedPacket): number {
    const number = this.#numbers.take();
    if (number === 0) return 0;
    this.#contexts[number] ??= createContext();
    const context = this.#contexts[number];
    context.kind = kind;
    context.id = id;
    context.parent = 0;
    context.parentUids.length = 0;
    context.outerSource.set([outer.src0, outer.src1, outer.src2, outer.src3]);
    context.outerDestination.set([outer.dst0, outer.dst1, outer.dst2, outer.dst3]);
    return number;
  }

  /** Notes another carrier of the flow, once. */
  addParent(number: number, uidHigh: number, uidLow: number): void {
    const { parentUids } = this.#contexts[number]!;
    for (let n = 0; n < parentUids.length; n += 2) {
      if (parentUids[n] === uidHigh && parentUids[n + 1] === uidLow) return;
    }
    if (parentUids.length >= PARENTS_MAX * 2) this.#limit.reached++;
    else parentUids.push(uidHigh, uidLow);
  }

  release(number: number): void {
    this.#numbers.release(number);
  }
}

function createContext(): TunnelContext {
  return {
    kind: 0,
    id: -1,
    outerSource: new Int32Array(4),
    outerDestination: new Int32Array(4),
    parent: 0,
    parentUids: [],
  };
}
