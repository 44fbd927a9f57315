import type { Recognition, Side, Transport } from "../shared/index.ts";
import { HEADER_BYTES, OPCODE_QUERY, parseDnsHeader } from "./dns-parser.ts";

/** More records than this in one message are not believed where only the content speaks for DNS. */
const RECORDS_MAX = 64;
const CLASS_IN = 1;
const CLASS_ANY = 255;
const TYPE_OPT = 41;
/** The types that are asked for in earnest: RFC 1035 and what came since, below the private ones. */
const TYPE_MAX = 262;

/**
 * Tells DNS on any port by a whole message: one question of a known type and class, and records that end
 * where the message ends. Over TCP the length in front has to fit as well (RFC 1035 4.2.2).
 */
export function recogniseDns(head: Uint8Array, side: Side, transport: Transport): Recognition {
  if (transport === "udp") return isMessage(head, side) ? "yes" : "no";
  if (head.length < 2 + HEADER_BYTES) return "more";
  const length = head[0]! * 256 + head[1]!;
  if (length < HEADER_BYTES || !hasHeader(head.subarray(2), side)) return "no";
  if (head.length < 2 + length) return "more";
  return isMessage(head.subarray(2, 2 + length), side) ? "yes" : "no";
}

function hasHeader(message: Uint8Array, side: Side): boolean {
  const header = parseDnsHeader(message);
  if (header === undefined || header.opcode !== OPCODE_QUERY || header.questions !== 1)
    return false;
  if (header.isReply !== (side === 1) || header.Z > 3) return false;
  const { answers, authorities, additionals } = header;
  if (!header.isReply && (header.rcode !== 0 || answers + authorities > 0)) return false;
  return answers + authorities + additionals <= RECORDS_MAX;
}

function isMessage(message: Uint8Array, side: Side): boolean {
  if (!hasHeader(message, side)) return false;
  const { answers, authorities, additionals } = parseDnsHeader(message)!;
  const u16 = (at: number) => (message[at] ?? 0) * 256 + (message[at + 1] ?? 0);
  let at = nameEnd(message, HEADER_BYTES);
  if (at < 0 || at + 4 > message.length) return false;
  const [type, qclass] = [u16(at), u16(at + 2)];
  if (type === 0 || type === TYPE_OPT || type > TYPE_MAX) return false;
  if (qclass !== CLASS_IN && qclass !== CLASS_ANY) return false;
  at += 4;
  for (let n = 0; n < answers + authorities + additionals; n++) {
    at = nameEnd(message, at);
    if (at < 0 || at + 10 > message.length) return false;
    at += 10 + u16(at + 8);
  }
  return at === message.length;
}

/** Where a name ends; -1 when there is none. */
function nameEnd(message: Uint8Array, start: number): number {
  let at = start;
  while (at < message.length && at - start < 256) {
    const length = message[at]!;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    if (length > 63) return -1;
    at += 1 + length;
  }
  return -1;
}
