/** Link header with its CRC (IEEE 1815 9.2.4). */
export const LINK_HEADER_BYTES = 10;
/** A length of 255, and a CRC for each block of 16 bytes behind the header. */
export const FRAME_BYTES_MAX = 292;

const BLOCK_BYTES = 16;
/** Control and two addresses, which the stated length counts too. */
const COUNTED_HEADER_BYTES = 5;

/** Names of application functions (IEEE 1815 4.2.2.5), as Zeek has them. */
const REQUESTS: readonly string[] = [
  "CONFIRM",
  "READ",
  "WRITE",
  "SELECT",
  "OPERATE",
  "DIRECT_OPERATE",
  "DIRECT_OPERATE_NR",
  "IMMED_FREEZE",
  "IMMED_FREEZE_NR",
  "FREEZE_CLEAR",
  "FREEZE_CLEAR_NR",
  "FREEZE_AT_TIME",
  "FREEZE_AT_TIME_NR",
  "COLD_RESTART",
  "WARM_RESTART",
  "INITIALIZE_DATA",
  "INITIALIZE_APPL",
  "START_APPL",
  "STOP_APPL",
  "SAVE_CONFIG",
  "ENABLE_UNSOLICITED",
  "DISABLE_UNSOLICITED",
  "ASSIGN_CLASS",
  "DELAY_MEASURE",
  "RECORD_CURRENT_TIME",
  "OPEN_FILE",
  "CLOSE_FILE",
  "DELETE_FILE",
  "GET_FILE_INFO",
  "AUTHENTICATE_FILE",
  "ABORT_FILE",
  "ACTIVATE_CONFIG",
  "AUTHENTICATE_REQ",
  "AUTHENTICATE_REQ_NR",
];
const REPLIES: readonly string[] = ["RESPONSE", "UNSOLICITED_RESPONSE", "AUTHENTICATE_RESP"];
const FIRST_REPLY = 0x81;

export function functionName(code: number): string {
  return REQUESTS[code] ?? REPLIES[code - FIRST_REPLY] ?? `unknown-${code}`;
}

/** A link header; the bytes of one must be there. */
export interface LinkHeader {
  /** Bytes of user content: the transport octet and what it carries; 0 for a frame of the link alone. */
  readonly contentBytes: number;
  /** Of the whole frame, CRCs included. */
  readonly frameBytes: number;
  /** Sent by the master (the DIR bit). */
  readonly isFromMaster: boolean;
  readonly destination: number;
  readonly source: number;
}

/** Why a header is none. */
export type LinkFault = "magic" | "checksum" | "length";

/** Reads a link header (IEEE 1815 9.2.4). */
export function parseLinkHeader(bytes: Uint8Array): LinkHeader | LinkFault {
  if (bytes[0] !== 0x05 || bytes[1] !== 0x64) return "magic";
  if (!isIntact(bytes, 0, 8)) return "checksum";
  const contentBytes = bytes[2]! - COUNTED_HEADER_BYTES;
  if (contentBytes < 0) return "length";
  return {
    contentBytes,
    frameBytes: LINK_HEADER_BYTES + contentBytes + 2 * Math.ceil(contentBytes / BLOCK_BYTES),
    isFromMaster: (bytes[3]! & 0x80) !== 0,
    destination: bytes[4]! | (bytes[5]! << 8),
    source: bytes[6]! | (bytes[7]! << 8),
  };
}

/** True when every block behind the header has its CRC. */
export function areBlocksIntact(frame: Uint8Array, contentBytes: number): boolean {
  let at = LINK_HEADER_BYTES;
  for (let left = contentBytes; left > 0; left -= BLOCK_BYTES) {
    const length = Math.min(left, BLOCK_BYTES);
    if (!isIntact(frame, at, length)) return false;
    at += length + 2;
  }
  return true;
}

/** CRC-16/DNP behind so many bytes, low byte first (IEEE 1815 9.2.5). */
function isIntact(bytes: Uint8Array, from: number, length: number): boolean {
  let crc = 0;
  for (let at = from; at < from + length; at++) {
    crc = CRC_TABLE[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  }
  crc = ~crc & 0xffff;
  return bytes[from + length] === (crc & 0xff) && bytes[from + length + 1] === crc >>> 8;
}

const CRC_TABLE: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa6bc : crc >>> 1;
  return crc;
});
