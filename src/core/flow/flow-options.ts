import { createLimit, type Limit } from "../base/index.ts";
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
}

export const DEFAULT_FLOW_LIMITS: FlowLimits = {
  liveFlows: 1_000_000,
  gapIntervals: 262_144,
  burstRecords: 32_768,
  histories: 65_536,
  postingBytes: 48 * 1024 * 1024,
};

/** How a flow table works; the capture's id makes the flows' uids. */
export interface FlowTableOptions {
  captureId: string;
  /** `ignore` counts packets with bad checksums as if they were good (captures behind offloads). */
  checksums?: "verify" | "ignore";
  /** `false` keeps no packet locations. */
  locate?: boolean;
  limits?: Partial<FlowLimits>;
  serverPorts?: ServerPortList;
}

/** The options with every default filled in, limits as counters. */
export interface ResolvedFlowOptions {
  captureId: string;
  verify: boolean;
  locate: boolean;
  serverPorts: ServerPortList;
  limits: Record<keyof FlowLimits, Limit>;
}

export function resolveFlowOptions(options: FlowTableOptions): ResolvedFlowOptions {
  const limits = { ...DEFAULT_FLOW_LIMITS, ...options.limits };
  return {
    captureId: options.captureId,
    verify: options.checksums !== "ignore",
    locate: options.locate !== false,
    serverPorts: options.serverPorts ?? DEFAULT_SERVER_PORTS,
    limits: {
      liveFlows: createLimit("flow.liveFlows", limits.liveFlows),
      gapIntervals: createLimit("flow.gapIntervals", limits.gapIntervals),
      burstRecords: createLimit("flow.burstRecords", limits.burstRecords),
      histories: createLimit("flow.histories", limits.histories),
      postingBytes: createLimit("flow.postingBytes", limits.postingBytes),
    },
  };
}
