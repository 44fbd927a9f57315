/** Zeek's connection states; a flow's `connState` is a place in this list. */
export const CONN_STATES = [
  "S0",
  "S1",
  "SF",
  "REJ",
  "S2",
  "S3",
  "RSTO",
  "RSTR",
  "RSTOS0",
  "RSTRH",
  "SH",
  "SHR",
  "OTH",
] as const;
export type ConnState = (typeof CONN_STATES)[number];

/** Transport names of a flow; `transport` is a place in this list. */
export const TRANSPORTS = ["tcp", "udp", "icmp", "unknown_transport"] as const;

/**
 * What is known of a flow when it ends, or when it is asked for. One object, filled again for each
 * flow. Times are nanoseconds from the table's `baseSeconds`; uid and Community ID are two u32 halves.
 */
export interface FlowRecord {
  flow: number;
  ordinal: number;
  isResidue: boolean;
  protocol: number;
  transport: number;
  originator: Int32Array;
  responder: Int32Array;
  originatorPort: number;
  responderPort: number;
  startTime: number;
  lastTime: number;
  uidHigh: number;
  uidLow: number;
  communityHigh: number;
  communityLow: number;
  originatorBytes: number;
  responderBytes: number;
  originatorPackets: number;
  responderPackets: number;
  originatorIpBytes: number;
  responderIpBytes: number;
  missedBytes: number;
  connState: number;
  history: string;
  outerVlan: number;
  innerVlan: number;
  bursts: number;
  firstOffset: number;
}

export function createFlowRecord(): FlowRecord {
  return {
    flow: 0,
    ordinal: 0,
    isResidue: false,
    protocol: 0,
    transport: 0,
    originator: new Int32Array(4),
    responder: new Int32Array(4),
    originatorPort: 0,
    responderPort: 0,
    startTime: 0.5,
    lastTime: 0.5,
    uidHigh: 0xffffffff,
    uidLow: 0xffffffff,
    communityHigh: 0xffffffff,
    communityLow: 0xffffffff,
    originatorBytes: 0.5,
    responderBytes: 0.5,
    originatorPackets: 0,
    responderPackets: 0,
    originatorIpBytes: 0.5,
    responderIpBytes: 0.5,
    missedBytes: 0.5,
    connState: 0,
    history: "",
    outerVlan: -1,
    innerVlan: -1,
    bursts: 0,
    firstOffset: 0.5,
  };
}
