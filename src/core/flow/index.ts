export { CHECKSUM_RULES, type ChecksumRule } from "./checksum-trust.ts";
export { type CommunityIdTuple, communityId } from "./community-id.ts";
export { PacketDuplicates } from "./duplicates.ts";
export {
  DEFAULT_FLOW_LIMITS,
  FLOW_LIMITS_MAX,
  type FlowLimits,
  type FlowTableOptions,
} from "./flow-options.ts";
export type {
  OnPlaced,
  OpenReceiver,
  PayloadReceiver,
} from "./flow-payload.ts";
export {
  CONN_STATES,
  type ConnState,
  createFlowRecord,
  type FlowRecord,
  TRANSPORTS,
} from "./flow-record.ts";
export { type FlowSink, FlowTable } from "./flow-table.ts";
export type { TunnelAction } from "./flow-tunnels.ts";
export type { WeirdRecord } from "./flow-weirds.ts";
export { OVERLAP_POLICIES, type OverlapPolicy } from "./overlap-policy.ts";
export type { ChecksumErrors } from "./packet-judge.ts";
export { type PostingRun, type RunSink, readPostings } from "./postings.ts";
export { DEFAULT_SERVER_PORTS, type ServerPortList } from "./server-ports.ts";
export { SmallDigests } from "./small-digests.ts";
export { StreamAssembler, type StreamAssemblerOptions } from "./streams/stream-assembler.ts";
export {
  createStreamLimits,
  type StreamBudget,
  type StreamLimits,
  type StreamMaxima,
} from "./streams/stream-limits.ts";
export {
  type ConnectionSigns,
  type StreamNode,
  type StreamSide,
  TcpStreams,
  type TcpStreamsOptions,
} from "./streams/stream-pair.ts";
export type {
  GapKind,
  StreamConflict,
  StreamCounts,
  StreamSink,
} from "./streams/stream-sink.ts";
export { type SegmentSink, TcpSegments } from "./streams/tcp-segments.ts";
export { type BinnedPacket, binWidthFor, type TimeBin, TimeBins } from "./time-bins.ts";
