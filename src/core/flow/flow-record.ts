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
  /** The start (the originator's SYN) was not seen. */
  isMidStream: boolean;
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
  /** Tunnels around it; the rest of the tunnel's facts hold where this is above 0. */
  depth: number;
  /** A `TUNNEL` number and id of the innermost tunnel, and that tunnel's addresses, as the originator sent. */
  tunnelKind: number;
  tunnelId: number;
  outerOriginator: Int32Array;
  outerResponder: Int32Array;
  /** Ids of all flows that carried it, two halves each; undefined where none is known. */
  parentUids: readonly number[] | undefined;
  /** A `TUNNEL` number when the flow itself carries others. */
  carries: number;
  /** Empty where the link has none. */
  originatorLink: string;
  responderLink: string;
  /** All frames located under the flow, counted above or not, and their original bytes. */
  originatorFrames: number;
  responderFrames: number;
  originatorFrameBytes: number;
  responderFrameBytes: number;
  /** Transport payload on the wire; what was sent again counts again. */
  originatorPayloadBytes: number;
  responderPayloadBytes: number;
  lastLocatedTime: number;
  /** Packets that were captured twice; counted above each time. */
  originatorDuplicates: number;
  responderDuplicates: number;
  /** Nanoseconds, -1 where there is none: SYN to SYN-ACK, SYN-ACK to ACK, question to answer. */
  synTime: number;
  ackTime: number;
  responseTime: number;
  /** Rare events of TCP, originator then responder. */
  readonly retransmissions: Int32Array;
  readonly outOfOrder: Int32Array;
  readonly duplicateAcks: Int32Array;
  readonly zeroWindows: Int32Array;
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
    isMidStream: false,
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
    depth: 0,
    tunnelKind: 0,
    tunnelId: -1,
    outerOriginator: new Int32Array(4),
    outerResponder: new Int32Array(4),
    parentUids: undefined,
    carries: 0,
    originatorLink: "",
    responderLink: "",
    originatorFrames: 0,
    responderFrames: 0,
    originatorFrameBytes: 0.5,
    responderFrameBytes: 0.5,
    originatorPayloadBytes: 0.5,
    responderPayloadBytes: 0.5,
    lastLocatedTime: 0.5,
    originatorDuplicates: 0,
    responderDuplicates: 0,
    synTime: 0.5,
    ackTime: 0.5,
    responseTime: 0.5,
    retransmissions: new Int32Array(2),
    outOfOrder: new Int32Array(2),
    duplicateAcks: new Int32Array(2),
    zeroWindows: new Int32Array(2),
  };
}
