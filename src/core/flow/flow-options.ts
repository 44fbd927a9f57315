import { createLimit, type Limit } from "../base/index.ts";
import type { ChecksumRule } from "./checksum-trust.ts";
import { DEFAULT_FRAGMENT_AGE_NS } from "./fragments/index.ts";
import { DEFAULT_SERVER_PORTS, type ServerPortList } from "./server-ports.ts";

/** Bounds of a flow table; each is counted when reached. */
export interface FlowLimits {
  /** Flows alive at once; the one nearest its time-out ends when another begins. */
  liveFlows: number;
  /** Pieces of TCP data beyond holes, over all flows. */
  gapIntervals: number;
  /** Flows with a record of bursts. */
  burstRecords: number;
  /** Different histories. */
  histories: number;
  /** Bytes of packet locations held before they are written. */
  postingBytes: number;
  /** Tunnels inside tunnels that are opened. */
  tunnelDepth: number;
  /** Live flows inside tunnels whose outer addresses are kept. */
  tunnelContexts: number;
  /** Rows of weird written; more are counted by name only. */
  weirdRows: number;
  /** Datagrams being put together at once. */
  fragmentDatagrams: number;
  /** Bytes of fragments held. */
  fragmentBytes: number;
  /** Fragments of one datagram. */
  fragmentsPerDatagram: number;
  /** Nanoseconds of packet time in which a datagram has to be complete. */
  fragmentAgeNs: number;
  /** Live flows of which packets were captured twice. */
  duplicateRecords: number;
  /** Live flows whose payload is analysed. */
  analysedFlows: number;
}

export const DEFAULT_FLOW_LIMITS: FlowLimits = {
  liveFlows: 1_000_000,
  gapIntervals: 262_144,
  burstRecords: 32_768,
  histories: 65_536,
  postingBytes: 48 * 1024 * 1024,
  tunnelDepth: 4,
  tunnelContexts: 262_144,
  weirdRows: 1_000_000,
  fragmentDatagrams: 16_384,
  fragmentBytes: 32 * 1024 * 1024,
  fragmentsPerDatagram: 8192,
  fragmentAgeNs: DEFAULT_FRAGMENT_AGE_NS,
  duplicateRecords: 262_144,
  analysedFlows: 262_144,
};

/** What the limits may be set to: beyond these the memory for them cannot be had. */
export const FLOW_LIMITS_MAX: FlowLimits = {
  liveFlows: 4_000_000,
  gapIntervals: 16_777_216,
  burstRecords: 1_000_000,
  histories: 1_000_000,
  postingBytes: 1024 * 1024 * 1024,
  tunnelDepth: 7,
  tunnelContexts: 4_000_000,
  weirdRows: 100_000_000,
  fragmentDatagrams: 1_000_000,
  fragmentBytes: 1024 * 1024 * 1024,
  fragmentsPerDatagram: 8192,
  fragmentAgeNs: 3_600_000_000_000,
  duplicateRecords: 4_000_000,
  analysedFlows: 4_000_000,
};

/** How a flow table works; the capture's id makes the flows' uids. */
export interface FlowTableOptions {
  captureId: string;
  /** What is done about packets with wrong checksums; `verify` unless said. */
  checksums?: ChecksumRule;
  /** `false` keeps no packet locations. */
  locate?: boolean;
  limits?: Partial<FlowLimits>;
  serverPorts?: ServerPortList;
  /** True where the same addresses live in several VLANs: their flows are then told apart. */
  vlansInKey?: boolean;
}

/** The options with every default filled in, limits as counters. */
export interface ResolvedFlowOptions {
  captureId: string;
  checksums: ChecksumRule;
  locate: boolean;
  serverPorts: ServerPortList;
  vlansInKey: boolean;
  limits: Record<keyof FlowLimits, Limit>;
}

export function resolveFlowOptions(options: FlowTableOptions): ResolvedFlowOptions {
  const limits = { ...DEFAULT_FLOW_LIMITS, ...options.limits };
  return {
    captureId: options.captureId,
    checksums: options.checksums ?? "verify",
    locate: options.locate !== false,
    serverPorts: options.serverPorts ?? DEFAULT_SERVER_PORTS,
    vlansInKey: options.vlansInKey === true,
    limits: Object.fromEntries(
      Object.entries(limits).map(([name, maximum]) => [name, createLimit(`flow.${name}`, maximum)]),
    ) as Record<keyof FlowLimits, Limit>,
  };
}
