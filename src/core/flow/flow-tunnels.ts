import type { FlowDescriber } from "./flow-describer.ts";
import {
  FLAGS,
  KIND_RESIDUE,
  ORDINAL,
  PROTOCOL,
  TUNNEL_CONTEXT,
  TUNNEL_MASK,
  TUNNEL_SHIFT,
  TUNNEL_TOLD,
} from "./flow-layout.ts";
import { createFlowRecord, type FlowRecord } from "./flow-record.ts";
import { type FlowStore, wordsOf } from "./flow-store.ts";
import { TIMEOUT, type TimeoutRules } from "./flow-timeouts.ts";
import type { Layer } from "./packet-layers.ts";
import type { TunnelContexts } from "./tunnel-contexts.ts";

/** Found when a flow begins inside it, closed with the flow it is, expired when it fell silent. */
export type TunnelAction = "discover" | "close" | "expire";
export type TellTunnel = (record: FlowRecord, kind: number, action: TunnelAction) => void;

/** Which flows carry which: what the inner ones know of their carriers, and what the log says of those. */
export class FlowTunnels {
  readonly #store: FlowStore;
  readonly #contexts: TunnelContexts;
  readonly #describer: FlowDescriber;
  readonly #timeouts: TimeoutRules;
  readonly #tell: TellTunnel;
  readonly #record = createFlowRecord();

  constructor(
    store: FlowStore,
    parts: { contexts: TunnelContexts; describer: FlowDescriber; timeouts: TimeoutRules },
    tell: TellTunnel,
  ) {
    this.#store = store;
    this.#contexts = parts.contexts;
    this.#describer = parts.describer;
    this.#timeouts = parts.timeouts;
    this.#tell = tell;
  }

  /** A flow or residue begins inside a tunnel. */
  begin(layer: Layer, flow: number): void {
    const { kind, id, outer } = layer;
    this.#store.words[wordsOf(flow) + TUNNEL_CONTEXT] = this.#contexts.take(kind, id, outer);
    this.noteCarrier(layer, flow);
  }

  /** The flow or residue that carries an inner flow; it can change while the inner flow lives. */
  noteCarrier(layer: Layer, flow: number): void {
    const words = this.#store.words;
    const number = words[wordsOf(flow) + TUNNEL_CONTEXT]!;
    const context = this.#contexts.get(number);
    if (context === undefined) return;
    const ordinal = layer.parentOrdinal;
    if (context.parent === ordinal || !this.#isThere(layer)) return;
    context.parent = ordinal;
    if ((words[wordsOf(flow) + PROTOCOL]! & KIND_RESIDUE) === 0) this.#tellStack(layer);
    this.#describer.describe(layer.parent, this.#record);
    this.#contexts.addParent(number, this.#record.uidHigh, this.#record.uidLow);
  }

  /** A packet of this flow or residue held another packet. */
  found(flow: number, kind: number): void {
    const at = wordsOf(flow);
    if ((this.#store.words[at + FLAGS]! & TUNNEL_MASK) !== 0) return;
    this.#store.words[at + FLAGS]! |= kind << TUNNEL_SHIFT;
    if ((this.#store.words[at + PROTOCOL]! & KIND_RESIDUE) !== 0) {
      this.#timeouts.set(flow, TIMEOUT.tunnel);
    }
  }

  /** A flow ends: its tunnel is closed with it; one straight over IP has no end but its time-out. */
  end(flow: number, record: FlowRecord, why: "over" | "expire"): void {
    const at = wordsOf(flow);
    this.#contexts.release(this.#store.words[at + TUNNEL_CONTEXT]!);
    if ((this.#store.words[at + FLAGS]! & TUNNEL_TOLD) === 0) return;
    const isFlow = (this.#store.words[at + PROTOCOL]! & KIND_RESIDUE) === 0;
    if (isFlow || why === "expire") this.#tell(record, record.carries, isFlow ? "close" : "expire");
  }

  /** All tunnels around a flow, the outermost last. */
  #tellStack(layer: Layer): void {
    for (let at: Layer | undefined = layer; at !== undefined && at.depth > 0; at = at.above) {
      if (this.#isThere(at)) this.#tellFound(at.parent);
    }
  }

  /** False when the carrier was ended to make room for what it carries. */
  #isThere(layer: Layer): boolean {
    return this.#store.words[wordsOf(layer.parent) + ORDINAL] === layer.parentOrdinal;
  }

  /** The log says that something is a tunnel when a first flow begins inside it. */
  #tellFound(flow: number): void {
    const at = wordsOf(flow);
    const flags = this.#store.words[at + FLAGS]!;
    if ((flags & TUNNEL_TOLD) !== 0) return;
    this.#store.words[at + FLAGS] = flags | TUNNEL_TOLD;
    this.#describer.describe(flow, this.#record);
    this.#tell(this.#record, (flags & TUNNEL_MASK) >> TUNNEL_SHIFT, "discover");
  }
}
