import type { Protocol, ProtocolRun, Transport } from "../analyzers/index.ts";

/** A protocol with its run on this capture. */
export interface RunningProtocol {
  readonly protocol: Protocol;
  readonly run: ProtocolRun;
}

/** What never changes about a flow but by a flip, copied when its first payload came. */
export interface FlowFacts {
  readonly flow: number;
  readonly transport: Transport;
  readonly uidHigh: number;
  readonly uidLow: number;
  readonly originator: Int32Array;
  readonly responder: Int32Array;
  readonly originatorPort: number;
  readonly responderPort: number;
  readonly startTime: number;
  readonly isMidStream: boolean;
}
