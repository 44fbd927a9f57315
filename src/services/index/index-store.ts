import type { LogSchema } from "../../core/events/index.ts";
import type { PacketPlan, SqlCondition } from "../../core/query/index.ts";

/** What the index holds of one segment. */
export interface IndexedSegment {
  readonly segment: string;
  readonly capture: string;
  readonly case: string;
  /** UTC day of the first packet: the partition. */
  readonly day: string;
  readonly complete: boolean;
}

export type LoadFrame = {
  readonly type: "batch" | "postings" | "layout";
  readonly payload: Uint8Array;
};

/** Which partitions a question is put to: all of a case, or those of some segments. */
export interface Scope {
  readonly case?: string;
  /** Only these, whatever else is asked: what an authority reaches. */
  readonly cases?: readonly string[];
  readonly segments?: readonly string[];
}

export interface RowsRequest {
  readonly scope: Scope;
  readonly log: string;
  readonly condition: SqlCondition;
  /** Field to sort by, time unless said; `arrival` is the order in which rows were written. */
  readonly orderBy?: string;
  readonly descending?: boolean;
  readonly limit: number;
  readonly offset: number;
}

export type Row = Record<string, unknown>;

export interface HistogramRequest {
  readonly scope: Scope;
  readonly log: string;
  readonly condition: SqlCondition;
  readonly fromNs: bigint;
  readonly toNs: bigint;
  readonly widthNs: bigint;
  /** What decides which sets of services are told apart, and how many are. */
  readonly measure: "flows" | "packets" | "bytes";
  readonly servicesMax: number;
}

/** Rows that began in one bin, of one set of services. */
export interface HistogramPart {
  /** From 0 at the beginning of the range. */
  readonly bin: number;
  /** What was recognised in the flows, nothing included; null: all sets that are not told apart. */
  readonly services: readonly string[] | null;
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
}

export interface GroupsRequest {
  readonly scope: Scope;
  readonly log: string;
  readonly condition: SqlCondition;
  /** Fields whose values make a group. */
  readonly by: readonly string[];
  readonly measure: "rows" | "packets" | "bytes";
  readonly limit: number;
}

/** Values of the fields asked for, unset ones null; packets and bytes only where rows have them. */
export interface Group {
  readonly values: readonly unknown[];
  readonly rows: number;
  readonly packets: number | null;
  readonly bytes: number | null;
}

/** A question that is answered by sums over flows. */
export interface FlowsRequest {
  readonly scope: Scope;
  readonly condition: SqlCondition;
}

/** Sums by ends: addresses, or addresses and ports of one transport. */
export interface EndsRequest extends FlowsRequest {
  readonly kind: "ip" | "tcp" | "udp";
  readonly limit: number;
}

/** All flows between two ends, whichever began: `a` is the smaller address. */
export interface ConversationSums {
  readonly a: string;
  readonly a_port: number | null;
  readonly b: string;
  readonly b_port: number | null;
  readonly flows: number;
  /** Frames and their bytes, by who sent them. */
  readonly a_packets: number;
  readonly a_bytes: number;
  readonly b_packets: number;
  readonly b_bytes: number;
  readonly first_ns: string;
  readonly last_ns: string;
}

/** All flows of one end, whichever side began them. */
export interface EndpointSums {
  readonly address: string;
  readonly port: number | null;
  readonly flows: number;
  /** Frames and their bytes on the wire. */
  readonly sent_packets: number;
  readonly sent_bytes: number;
  readonly received_packets: number;
  readonly received_bytes: number;
  readonly first_ns: string;
  readonly last_ns: string;
}

/** All flows of one network, transport and set of services. */
export interface ProtocolSums {
  readonly isIpv4: boolean;
  readonly ipProtocol: number;
  readonly transport: string;
  readonly services: readonly string[];
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
}

/** Where candidate packets lie: one entry a posting run, sorted by segment and place. */
export interface Candidates {
  readonly segments: readonly string[];
  /** Per run: index into `segments`. */
  readonly segment: Uint32Array;
  readonly flow: Uint32Array;
  readonly first: Float64Array;
  readonly bytes: Uint32Array;
  readonly count: Uint32Array;
  /** Per run, bit n = truth of the plan's n-th flow-level leaf. */
  readonly truths: Uint32Array;
}

export interface Summary {
  readonly rows: number;
  readonly first_ns: string | undefined;
  readonly last_ns: string | undefined;
}

/**
 * The cache of flows, events and where each flow's packets lie; rebuilt from vault and ledger at any
 * time. All methods may run concurrently; loads of one segment are applied in call order. A query
 * is given up when its signal fires, and then rejects with `index/cancelled`.
 */
export interface IndexStore {
  readonly logs: readonly LogSchema[];
  segments(): Promise<IndexedSegment[]>;
  /** Begins a segment; rows become visible as they load. */
  beginSegment(segment: Omit<IndexedSegment, "complete">): Promise<void>;
  load(segment: string, frames: readonly LoadFrame[]): Promise<void>;
  /** Durable once resolved. */
  completeSegment(segment: string): Promise<void>;
  dropSegment(segment: string): Promise<void>;
  rows(request: RowsRequest, signal?: AbortSignal): Promise<Row[]>;
  count(
    request: Pick<RowsRequest, "scope" | "log" | "condition">,
    signal?: AbortSignal,
  ): Promise<Summary>;
  /** Bins with rows, in their order. */
  histogram(request: HistogramRequest, signal?: AbortSignal): Promise<HistogramPart[]>;
  /** The largest groups, and how many there are. */
  groups(request: GroupsRequest, signal?: AbortSignal): Promise<{ groups: Group[]; total: number }>;
  /** The conversations with most bytes, and how many there are. */
  conversations(
    request: EndsRequest,
    signal?: AbortSignal,
  ): Promise<{ conversations: ConversationSums[]; total: number }>;
  /** The ends with most bytes, and how many there are. */
  endpoints(
    request: EndsRequest,
    signal?: AbortSignal,
  ): Promise<{ endpoints: EndpointSums[]; total: number }>;
  protocols(request: FlowsRequest, signal?: AbortSignal): Promise<ProtocolSums[]>;
  candidates(scope: Scope, plan: PacketPlan, signal?: AbortSignal): Promise<Candidates>;
  /** Bytes of a segment's posting file. */
  readPostings(segment: string, first: number, bytes: number): Promise<Uint8Array>;
  /** The layout of a segment's capture (JSON), as the recorder found it. */
  readLayout(segment: string): Promise<Uint8Array>;
  stop(): Promise<void>;
}
