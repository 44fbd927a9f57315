/**
 * One flow is one record of fixed size in one buffer, read as 32-bit integers and as doubles. No
 * object per flow: half a million of them would cost the collector more than the packets cost us.
 * The record is six cache lines (182 ns a miss): key and flags, one line an endpoint, payload and
 * packet locations, so that a packet of a running flow touches two to four; then what few packets need.
 * Offsets below count 32-bit words, those named `F_…` count doubles; all from the record's start.
 */
export const RECORD_WORDS = 96;
/**
 * Words before record 0. With glibc large buffers begin 16 bytes after a page's start; 48 more, and
 * every record begins on a cache line of its own.
 */
export const ORIGIN_WORDS = 12;
/** Double (of the buffer, not of a record) that holds the time of the packet at hand. */
export const F_NOW = 0;
/** Doubles that count acknowledgements seen, and those that showed a gap, over all connections. */
export const F_ACKS = 1;
export const F_GAPS = 2;

/** Line 0. Key: address 0 (source of the first packet), address 1, both ports, protocol and kind. */
export const ADDRESS_0 = 0;
export const ADDRESS_1 = 4;
export const PORTS = 8;
export const PROTOCOL = 9;
/** Bits of the PROTOCOL word beside the number: packets without a flow, and one-way ICMP. */
export const KIND_RESIDUE = 0x100;
export const KIND_ONE_WAY = 0x200;
export const FLAGS = 10;
export const ORDINAL = 11;
export const HISTORY_SEEN = 12;
/** Hop limits of both endpoints' first packets, 8 bits each, plus one bit each that they are known. */
export const HOP_LIMITS = 13;
export const F_LAST = 7;

/** Lines 1 and 2: the endpoints. */
export const ENDPOINT_0 = 16;
export const ENDPOINT_WORDS = 16;
export const ENDPOINT_1 = ENDPOINT_0 + ENDPOINT_WORDS;

/** Line 3: payload of the originator, pieces beyond holes, packet locations. */
export const PENDING_0 = 48;
export const PENDING_1 = 49;
export const BURST_COUNT = 50;
export const POSTING_TAIL = 51;
export const F_BURST_LAST = 26;
export const F_POSTING_LAST = 27;
export const F_RUN_START = 28;
export const F_RUN_END = 29;
export const POSTING_COUNT = 60;
export const POSTING_BYTES = 61;
export const POSTING_HEAD = 62;
export const HISTORY = 63;

/** Lines 4 and 5: timers, rare events, and what begins a flow. */
export const WHEEL_NEXT = 64;
export const WHEEL_PREVIOUS = 65;
/** The wheel's bucket in the lower bits; above, the number of the first packet's pair of link addresses. */
export const WHEEL_BUCKET = 66;
export const WHEEL_BUCKET_MASK = 0x7ff;
export const LINK_PAIR_SHIFT = 11;
export const VLANS = 67;
export const F_TIMER = 34;
export const F_START = 35;
export const F_FIRST_OFFSET = 36;
export const HASH = 74;
/** Microseconds, plus one so that 0 is none: first payload of one side to the other's answer. */
export const RESPONSE_TIME = 75;
export const F_MISSED = 38;
/** Number of the flow's tunnel context, 0 outside tunnels. */
export const TUNNEL_CONTEXT = 78;
/** Number of the flow's record of packets captured twice, 0 while there is none. */
export const DUPLICATES = 79;
export const F_BURST_FIRST = 40;
/** Time of the last SYN or SYN-ACK while the handshake lasts. */
export const F_HANDSHAKE = 41;
/** Microseconds plus one: SYN to SYN-ACK, SYN-ACK to ACK. */
export const SYN_TIME = 84;
export const ACK_TIME = 85;
export const BURST_RECORD = 86;
/** The flow's place among `RareEvents`, 0 while it has had none. */
export const RARE_RECORD = 87;
/** What SYN and FIN of endpoint 0 were; those of endpoint 1 lie `ENDS_WORDS` further on. */
export const ENDS_0 = 88;
export const ENDS_WORDS = 4;

/** Words of an endpoint, from its start. */
export const SEQ_START = 0;
export const SEQ_LAST = 1;
export const SEQ_ACK = 2;
/** Wraps of the sequence space seen: by sent numbers in the low half, by acknowledged in the high. */
export const WRAPS = 3;
export const STATE = 4;
export const PACKETS = 5;
/** Bytes of whole frames beyond the IP bytes counted. */
export const OVERHEAD = 14;
/** Bytes of IP and transport headers counted. */
export const HEADERS = 15;
/** Doubles of an endpoint, from its start in doubles. */
export const F_IP_BYTES = 3;
export const F_REASSEMBLED = 4;
export const F_TRIMMED = 5;
export const F_UPPER = 6;
/** UDP and ICMP have no sequence space: their payload bytes lie where TCP has `F_REASSEMBLED`. */
export const F_SIZE = 4;

/** Words of an endpoint's ends, from `ENDS_0` or its neighbour. */
export const F_FIN_SEQ = 0;
export const HISTORY_SYN = 2;
export const HISTORY_FIN = 3;

export const FLIPPED = 1;
export const SEEN_0 = 2;
export const PARTIAL = 8;
export const CLOSE_DEFERRED = 16;
export const TIMER_ATTEMPT = 32;
export const TIMER_DELETE = 64;
export const RESET_REPORTED = 128;
export const TIMEOUT_SHIFT = 12;
export const TIMEOUT_MASK = 7 << TIMEOUT_SHIFT;
/** How many tunnels the flow lies in. */
export const DEPTH_SHIFT = 16;
export const DEPTH_MASK = 7 << DEPTH_SHIFT;
/** Kind of tunnel that the flow was found to be; 0 is none. */
export const TUNNEL_SHIFT = 20;
export const TUNNEL_MASK = 15 << TUNNEL_SHIFT;
/** The log knows of the tunnel. */
export const TUNNEL_TOLD = 1 << 24;

/** Bits of the STATE word above the two four-bit states. */
export const DID_CLOSE = 0x100;
export const SKIP = 0x200;
export const DID_EOF = 0x400;
export const ACTIVE = 0x800;
/** It sent a FIN. */
export const FIN_SENT = 0x1000;

/** States of a TCP endpoint. */
export const INACTIVE = 0;
export const SYN_SENT = 1;
export const SYN_ACK_SENT = 2;
export const PARTIALLY_SEEN = 3;
export const ESTABLISHED = 4;
export const CLOSED = 5;
export const RESET = 6;
