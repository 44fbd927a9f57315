export { type CommunityIdTuple, communityId } from "./community-id.ts";
export type { FlowLimits, FlowTableOptions } from "./flow-options.ts";
export {
  CONN_STATES,
  type ConnState,
  createFlowRecord,
  type FlowRecord,
  TRANSPORTS,
} from "./flow-record.ts";
export { type FlowSink, FlowTable } from "./flow-table.ts";
export type { ChecksumErrors } from "./packet-judge.ts";
export { type PostingRun, type RunSink, readPostings } from "./postings.ts";
export { DEFAULT_SERVER_PORTS, type ServerPortList } from "./server-ports.ts";
export { SmallDigests } from "./small-digests.ts";
