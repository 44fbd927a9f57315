/**
 * One flow is one record of fixed size in one buffer, read as 32-bit integers and as doubles. No
 * object per flow: half a million of them would cost the collector more than the packets cost us,
 * and neighbouring fields share the cache lines that a probe has to fetch anyway (182 ns a miss).
 * Offsets below count 32-bit words, those named `F_…` count doubles; all from the record's start.
 */
export const RECORD_WORDS = 96;
export const RECORD_DOUBLES = RECORD_WORDS / 2;

/** Key: address 0 (source of the first packet), address 1, both ports, protocol and kind. */
export const ADDRESS_0 = 0;
export const ADDRESS_1 = 4;
export const PORTS = 8;
export const PROTOCOL = 9;
/** Bits of the PROTOCOL word beside the number: packets without a flow, and one-way ICMP. */
export const KIND_RESIDUE = 0x100;
export const KIND_ONE_WAY = 0x200;

export const FLAGS = 10;
export const HISTORY = 11;
export const HISTORY_SEEN = 12;
export const ORDINAL = 13;
export const WHEEL_NEXT = 14;
export const WHEEL_PREVIOUS = 15;
export const F_START = 8;
export const F_LAST = 9;
export const F_TIMER = 10;
export const F_BURST_LAST = 11;
export const F_POSTING_LAST = 12;
export const POSTING_HEAD = 26;
export const POSTING_TAIL = 27;
export const POSTING_COUNT = 28;
export const BURST_RECORD = 29;
export const VLANS = 30;
export const WHEEL_BUCKET = 31;
export const ENDPOINT_0 = 32;
export const ENDPOINT_WORDS = 24;
export const ENDPOINT_1 = ENDPOINT_0 + ENDPOINT_WORDS;
export const PENDING_0 = 80;
export const PENDING_1 = 81;
export const F_MISSED = 41;
export const F_FIRST_OFFSET = 42;
export const F_RUN_START = 43;
export const F_RUN_END = 44;
export const F_BURST_FIRST = 45;
export const BURST_COUNT = 92;
export const POSTING_BYTES = 93;
export const HASH = 94;

/** Words of an endpoint, from its start. */
export const SEQ_START = 0;
export const SEQ_LAST = 1;
export const SEQ_ACK = 2;
/** Wraps of the sequence space seen: by sent numbers in the low half, by acknowledged in the high. */
export const WRAPS = 3;
export const STATE = 4;
export const FIN_COUNT = 5;
export const HISTORY_SYN = 6;
export const HISTORY_FIN = 7;
export const HISTORY_RST = 8;
export const RETRANSMISSIONS = 9;
export const GAPS = 10;
export const ZERO_WINDOWS = 11;
export const BAD_CHECKSUMS = 12;
export const PACKETS = 13;
/** Doubles of an endpoint, from its start in doubles. */
export const F_IP_BYTES = 7;
export const F_REASSEMBLED = 8;
export const F_TRIMMED = 9;
export const F_UPPER = 10;
export const F_FIN_SEQ = 11;
/** UDP and ICMP have no sequence space: the payload bytes lie in the same place. */
export const F_SIZE = F_REASSEMBLED;

export const FLIPPED = 1;
export const SEEN_0 = 2;
export const PARTIAL = 8;
export const CLOSE_DEFERRED = 16;
export const TIMER_ATTEMPT = 32;
export const TIMER_DELETE = 64;
export const RESET_REPORTED = 128;
export const TIMEOUT_SHIFT = 12;
export const TIMEOUT_MASK = 3 << TIMEOUT_SHIFT;

/** Bits of the STATE word above the two four-bit states. */
export const DID_CLOSE = 0x100;
export const SKIP = 0x200;
export const DID_EOF = 0x400;
export const ACTIVE = 0x800;

/** States of a TCP endpoint. */
export const INACTIVE = 0;
export const SYN_SENT = 1;
export const SYN_ACK_SENT = 2;
export const PARTIALLY_SEEN = 3;
export const ESTABLISHED = 4;
export const CLOSED = 5;
export const RESET = 6;
