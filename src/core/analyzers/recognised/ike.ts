import { seenService } from "./seen-service.ts";

const HEADER_BYTES = 28;
const PAYLOAD_HEADER_BYTES = 4;
const VERSION_1 = 0x10;
const VERSION_2 = 0x20;
const ENCRYPTED_FLAG = 1;
/** Payloads of version 2 that hide what follows: SK and SKF (RFC 7296, RFC 7383). */
const ENCRYPTED_PAYLOADS: ReadonlySet<number> = new Set([46, 53]);
/** Exchanges of ISAKMP and IKEv1 (RFC 2408, RFC 2409). */
const EXCHANGES_1: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 32, 33]);
const EXCHANGE_2_FIRST = 34;
const EXCHANGE_2_LAST = 44;
/** Bytes behind the payloads that an implementation may leave. */
const PADDING_BYTES_MAX = 3;

/** IKE (RFC 2409, RFC 7296), behind the marker of UDP port 4500 too. */
export const ike = seenService("ike", (head, _, transport) => {
  if (transport === "tcp") return "no";
  const hasMarker = head.length > 4 && (head[0]! | head[1]! | head[2]! | head[3]!) === 0;
  return isIke(hasMarker ? head.subarray(4) : head) ? "yes" : "no";
});

function isIke(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const hasCookie = view.getUint32(0) !== 0 || view.getUint32(4) !== 0;
  if (!hasCookie || view.getUint32(24) !== bytes.length) return false;
  const [next, version, exchange, flags] = [bytes[16]!, bytes[17]!, bytes[18]!, bytes[19]!];
  if (version === VERSION_1) {
    if (!EXCHANGES_1.has(exchange) || flags > 7) return false;
    return (flags & ENCRYPTED_FLAG) !== 0 || doPayloadsFit(view, next);
  }
  const isExchange = exchange >= EXCHANGE_2_FIRST && exchange <= EXCHANGE_2_LAST;
  if (version !== VERSION_2 || !isExchange || (flags & ~0x38) !== 0) return false;
  return next === 0 ? bytes.length === HEADER_BYTES : doPayloadsFit(view, next);
}

/** Each payload names the next (RFC 7296 3.2); together they fill the message. */
function doPayloadsFit(view: DataView, first: number): boolean {
  let at = HEADER_BYTES;
  let next = first;
  while (next !== 0) {
    if (at + PAYLOAD_HEADER_BYTES > view.byteLength) return false;
    const length = view.getUint16(at + 2);
    if (length < PAYLOAD_HEADER_BYTES) return false;
    if (ENCRYPTED_PAYLOADS.has(next)) return at + length === view.byteLength;
    next = view.getUint8(at);
    at += length;
  }
  return at <= view.byteLength && view.byteLength - at <= PADDING_BYTES_MAX;
}
