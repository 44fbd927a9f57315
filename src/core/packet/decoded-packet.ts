/**
 * What a decoder needs of a packet; `PacketRecord` of core/pcap has this shape. Offsets of the result
 * are positions in `bytes`.
 */
export interface PacketBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly capturedBytes: number;
  readonly originalBytes: number;
  readonly linkType: number;
}

/** What was wrong with a packet's headers; 0 is nothing. The number indexes `FAULT_NAMES`. */
export const FAULT = {
  none: 0,
  linkCut: 1,
  ipCut: 2,
  ipVersion: 3,
  ipHeaderLength: 4,
  ipLength: 5,
  ipLengthZero: 6,
  transportCut: 7,
  tcpHeaderLength: 8,
  linkAttribute: 9,
} as const;

/** One short text per fault, for counters and for people. */
export const FAULT_NAMES: readonly string[] = [
  "none",
  "link header is cut short",
  "IP header is cut short",
  "IP version is neither 4 nor 6",
  "IP header length is impossible",
  "IP length is more than the packet had on the wire",
  "IP length is zero (segmentation offload)",
  "transport header is cut short",
  "TCP header length is impossible",
  "link attribute length is impossible",
];

/** Things a packet should not hold though it can be read, as bits; several can be set. */
export const REMARK = {
  routingHeader0: 1,
  routingLength: 2,
  routingType: 4,
  homeAddressRepeated: 8,
  homeAddressLength: 16,
  optionLength: 32,
  thirdVlan: 64,
  oddRoutingHeader0: 128,
} as const;

/** Zeek's weird name of each bit, lowest first. */
export const REMARK_NAMES: readonly string[] = [
  "routing0_hdr",
  "bad_routing2_len",
  "unknown_routing_type",
  "multiple_home_addr_opts",
  "bad_home_addr_len",
  "bad_ipv6_dest_opt_len",
  "triple_tagged_vlan_unsupported",
  "odd_routing0_len",
];

export const TCP_FIN = 1;
export const TCP_SYN = 2;
export const TCP_RST = 4;
export const TCP_ACK = 16;
export const TCP_URG = 32;

/** Upper protocols of IP that the decoder or the flow table knows by number (IANA). */
export const IP_PROTOCOL = {
  icmp: 1,
  ipInIp: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  gre: 47,
  esp: 50,
  icmp6: 58,
  none: 59,
  sctp: 132,
  mobility: 135,
} as const;

/**
 * The headers of one packet as numbers. The object is reused for every packet: an object per packet
 * costs more than the decode itself. Addresses are four 32-bit words; IPv4 is mapped (0, 0, 0xffff, a).
 * Words, sequence numbers and fragment ids have a sign, since only such integers need no box: `>>> 0`
 * gives the number on the wire.
 */
export interface DecodedPacket {
  /** 0 when the packet is not IP or its link type is not known. */
  ipVersion: 0 | 4 | 6;
  src0: number;
  src1: number;
  src2: number;
  src3: number;
  dst0: number;
  dst1: number;
  dst2: number;
  dst3: number;
  /** Upper protocol after all extension headers, -1 when there is none. */
  protocol: number;
  /** True for TCP and UDP whose ports were captured. */
  hasPorts: boolean;
  sourcePort: number;
  destinationPort: number;
  /** VLAN ids, -1 when absent. */
  outerVlan: number;
  innerVlan: number;
  /** In bytes. */
  fragmentOffset: number;
  moreFragments: boolean;
  icmpType: number;
  icmpCode: number;
  tcpFlags: number;
  tcpSequence: number;
  tcpAcknowledgment: number;
  tcpWindow: number;
  /** Where the transport payload begins, and how much of it was captured. */
  payloadStart: number;
  payloadBytes: number;
  /** Transport payload on the wire by the IP header; for UDP by the IP header too. */
  payloadLength: number;
  /** UDP's own length field, 0 otherwise. */
  udpLength: number;
  /** Where the transport header begins; 0 when there is none. */
  transportStart: number;
  /** Transport header and payload, captured and on the wire. */
  transportBytes: number;
  transportLength: number;
  ipStart: number;
  /** With IPv6 extension headers. */
  ipHeaderBytes: number;
  /** By the header; 0 under segmentation offload. */
  ipTotalBytes: number;
  /** TTL of IPv4, hop limit of IPv6. */
  hopLimit: number;
  etherType: number;
  /** A `FAULT` number. */
  fault: number;
  /** `REMARK` bits. */
  remarks: number;
  /** False when the link type is not known. */
  linkKnown: boolean;
  /** Fragment identification, for reassembly. */
  fragmentId: number;
}

/** Makes the object that `decodePacket` fills again and again. */
export function createDecodedPacket(): DecodedPacket {
  return {
    ipVersion: 0,
    src0: 0,
    src1: 0,
    src2: 0,
    src3: 0,
    dst0: 0,
    dst1: 0,
    dst2: 0,
    dst3: 0,
    protocol: -1,
    hasPorts: false,
    sourcePort: 0,
    destinationPort: 0,
    outerVlan: -1,
    innerVlan: -1,
    fragmentOffset: 0,
    moreFragments: false,
    icmpType: -1,
    icmpCode: -1,
    tcpFlags: 0,
    tcpSequence: 0,
    tcpAcknowledgment: 0,
    tcpWindow: 0,
    payloadStart: 0,
    payloadBytes: 0,
    payloadLength: 0,
    udpLength: 0,
    transportStart: 0,
    transportBytes: 0,
    transportLength: 0,
    ipStart: 0,
    ipHeaderBytes: 0,
    ipTotalBytes: 0,
    hopLimit: 0,
    etherType: 0,
    fault: 0,
    remarks: 0,
    linkKnown: false,
    fragmentId: 0,
  };
}
