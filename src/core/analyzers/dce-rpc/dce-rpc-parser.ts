import { ByteReader } from "../../base/index.ts";
import { asciiText, hexText } from "../shared/index.ts";

/** Kinds of PDU (C706 12.6.4.1, MS-RPCE 2.2.2). */
export const PDU = {
  request: 0,
  response: 2,
  fault: 3,
  bind: 11,
  bindAck: 12,
  alterContext: 14,
  alterContextResponse: 15,
} as const;
export const HEADER_BYTES = 16;
const LAST_PDU = 20;
const FLAG_FIRST = 0x01;
const FLAG_LAST = 0x02;
const FLAG_OBJECT = 0x80;
/** Contexts of a bind that are read; their number is one byte. */
const CONTEXTS_MAX = 255;
const NDR64 = "71710533-beba-4937-8319-b5dbef9ccc36";

/** The header that all PDUs of a connection have (C706 12.6.3.1). */
export interface PduHeader {
  readonly kind: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly hasObject: boolean;
  readonly littleEndian: boolean;
  readonly length: number;
  readonly authLength: number;
  readonly callId: number;
}

/** Who vouches for a PDU and how (C706 13.2.6). */
export interface PduAuth {
  readonly type: number;
  readonly level: number;
  readonly padding: number;
  readonly start: number;
  readonly end: number;
}

/** An interface that a client asks for, under the number that its calls will carry. */
export interface BindContext {
  readonly id: number;
  readonly uuid: string;
  readonly at: number;
  /** Parameters come in 64-bit form (MS-RPCE 2.2.5). */
  readonly isNdr64: boolean;
}

/** A call as its PDU says it; `stub` is where the parameters begin. */
export interface CallPart {
  readonly context: number;
  readonly opnum: number;
  readonly stub: number;
}

/** True where bytes may begin a PDU; as far as there are any. */
export function looksLikePdu(bytes: Uint8Array): boolean {
  if (bytes.length > 0 && bytes[0] !== 5) return false;
  if (bytes.length > 1 && bytes[1]! > 1) return false;
  if (bytes.length > 2 && bytes[2]! > LAST_PDU) return false;
  // Integer form 0 or 1 with ASCII, floating point form 0 to 3, two bytes reserved (C706 14.1).
  if (bytes.length > 4 && bytes[4] !== 0x00 && bytes[4] !== 0x10) return false;
  if (bytes.length > 5 && bytes[5]! > 3) return false;
  return (bytes[6] ?? 0) === 0 && (bytes[7] ?? 0) === 0;
}

/** Reads a header out of at least 16 bytes; undefined when it is none. */
export function parseHeader(bytes: Uint8Array): PduHeader | undefined {
  if (bytes[0] !== 5) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const littleEndian = (bytes[4]! & 0xf0) !== 0;
  const flags = bytes[3]!;
  const length = view.getUint16(8, littleEndian);
  const authLength = view.getUint16(10, littleEndian);
  if (length < HEADER_BYTES + (authLength > 0 ? authLength + 8 : 0)) return undefined;
  return {
    kind: bytes[2]!,
    isFirst: (flags & FLAG_FIRST) !== 0,
    isLast: (flags & FLAG_LAST) !== 0,
    hasObject: (flags & FLAG_OBJECT) !== 0,
    littleEndian,
    length,
    authLength,
    callId: view.getUint32(12, littleEndian),
  };
}

/** The trailer that says how a PDU is protected; undefined when there is none. */
export function parseAuth(pdu: Uint8Array, header: PduHeader): PduAuth | undefined {
  if (header.authLength === 0) return undefined;
  const start = header.length - header.authLength;
  const at = start - 8;
  return {
    type: pdu[at]!,
    level: pdu[at + 1]!,
    padding: pdu[at + 2]!,
    start,
    end: header.length,
  };
}

/** The interfaces of a bind or alter_context (C706 12.6.4.3). */
export function parseContexts(pdu: Uint8Array, littleEndian: boolean, end: number): BindContext[] {
  const reader = new ByteReader(pdu, { start: HEADER_BYTES + 8, end });
  const count = Math.min(reader.u8("contexts"), CONTEXTS_MAX);
  reader.skip(3);
  const contexts: BindContext[] = [];
  for (let n = 0; n < count; n++) {
    const id = reader.u16("", littleEndian);
    const syntaxes = reader.u8("");
    reader.skip(1);
    const at = reader.position;
    const uuid = uuidText(reader.take("uuid", 16), littleEndian);
    reader.skip(4);
    const transfer = reader.take("", syntaxes * 20);
    if (reader.short) break;
    const first = syntaxes === 0 ? "" : uuidText(transfer.subarray(0, 16), littleEndian);
    contexts.push({ id, uuid, at, isNdr64: first === NDR64 });
  }
  return contexts;
}

/** The secondary address of a bind_ack: a pipe's name or a port (C706 12.6.4.4). */
export function parseSecondaryAddress(
  pdu: Uint8Array,
  littleEndian: boolean,
  end: number,
): { readonly text: string; readonly at: number } | undefined {
  const reader = new ByteReader(pdu, { start: HEADER_BYTES + 8, end });
  const bytes = reader.take("", reader.u16("", littleEndian));
  if (reader.short) return undefined;
  const length = bytes[bytes.length - 1] === 0 ? bytes.length - 1 : bytes.length;
  return { text: asciiText(bytes.subarray(0, length)), at: reader.position - bytes.length };
}

/** Context and number of a request's operation (C706 12.6.4.9); undefined when it is cut. */
export function parseRequest(pdu: Uint8Array, header: PduHeader): CallPart | undefined {
  const stub = HEADER_BYTES + 8 + (header.hasObject ? 16 : 0);
  if (pdu.length < stub || header.length < stub) return undefined;
  const view = new DataView(pdu.buffer, pdu.byteOffset, HEADER_BYTES + 8);
  const context = view.getUint16(20, header.littleEndian);
  return { context, opnum: view.getUint16(22, header.littleEndian), stub };
}

/** Context of a response (C706 12.6.4.10). */
export function parseResponse(pdu: Uint8Array, header: PduHeader): CallPart | undefined {
  if (pdu.length < HEADER_BYTES + 8 || header.length < HEADER_BYTES + 8) return undefined;
  const view = new DataView(pdu.buffer, pdu.byteOffset, HEADER_BYTES + 8);
  const context = view.getUint16(20, header.littleEndian);
  return { context, opnum: -1, stub: HEADER_BYTES + 8 };
}

/** A UUID as text (C706 A.1); its first three fields are in the sender's byte order. */
export function uuidText(bytes: Uint8Array, littleEndian: boolean): string {
  if (bytes.length < 16) return "";
  const b = bytes.slice(0, 16);
  if (littleEndian) {
    b.subarray(0, 4).reverse();
    b.subarray(4, 6).reverse();
    b.subarray(6, 8).reverse();
  }
  const hex = hexText(b);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

/** Authentication levels by number (MS-RPCE 2.2.1.1.8). */
export const PROTECTIONS = ["default", "none", "connect", "call", "packet", "integrity", "privacy"];
export const LEVEL_PRIVACY = 6;
