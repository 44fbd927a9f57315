/** Packets that are opened at once: in their list, tree and search a second's work is still a second. */
export const PACKETS_MAX = 20_000;
/** Bytes of them: Wireshark keeps about five times as much in memory. */
export const CAPTURE_BYTES_MAX = 50_000_000;
