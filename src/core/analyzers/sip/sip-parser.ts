import { asciiText, bytesToText, type Recognition } from "../shared/index.ts";

/** A message's first line, then its headers; what was read before a fault is given. */
export interface SipVisitor {
  request(line: SipRequestLine): void;
  reply(code: number, reason: string): void;
  /** `name` in upper case. */
  header(name: string, value: string, at: number): void;
}

export interface SipRequestLine {
  /** What stands before the method and is none of it. */
  readonly junk: Uint8Array;
  readonly method: string;
  readonly uri: string;
  readonly methodStart: number;
}

const LINE_MAX = 8192;

/** True for a datagram that is a reply (RFC 3261 7.2). */
export function isReply(bytes: Uint8Array): boolean {
  return bytes.length > 6 && asciiText(bytes.subarray(0, 4)) === "SIP/";
}

/** Reads a message (RFC 3261 7); where its body begins, or why that cannot be told. */
export function parseSip(
  bytes: Uint8Array,
  visitor: SipVisitor,
): number | "incomplete" | "malformed" {
  let at = lineEnd(bytes, 0);
  const first = bytes.subarray(0, at.end);
  const isFirst = isReply(bytes) ? readReply(first, visitor) : readRequest(first, visitor);
  if (!isFirst) return "malformed";
  for (;;) {
    const start = at.next;
    if (start >= bytes.length) return "incomplete";
    at = lineEnd(bytes, start);
    if (at.end === start) return at.next;
    if (!readHeader(bytes.subarray(start, at.end), start, visitor)) return "malformed";
  }
}

/** Where a line ends, and where the next begins. */
function lineEnd(bytes: Uint8Array, from: number): { end: number; next: number } {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === 10) return { end: at, next: at + 1 };
    if (bytes[at] === 13) return { end: at, next: bytes[at + 1] === 10 ? at + 2 : at + 1 };
  }
  return { end: bytes.length, next: bytes.length };
}

function readRequest(line: Uint8Array, visitor: SipVisitor): boolean {
  let start = 0;
  while (start < line.length && !isTokenByte(line[start]!)) start++;
  let end = start;
  while (end < line.length && isTokenByte(line[end]!)) end++;
  const rest = asciiText(line.subarray(end, end + LINE_MAX));
  const found = /^[ \t]*([!-~]+)[ \t]*SIP\/[0-9]+\.[0-9]+/.exec(rest);
  if (end === start || found === null) return false;
  visitor.request({
    junk: line.subarray(0, start),
    method: asciiText(line.subarray(start, end)),
    uri: found[1]!,
    methodStart: start,
  });
  return true;
}

function isTokenByte(byte: number): boolean {
  const isWord =
    (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
  return isWord || "_.!%*+`'~-".includes(String.fromCharCode(byte));
}

function readReply(line: Uint8Array, visitor: SipVisitor): boolean {
  const text = bytesToText(line.subarray(0, LINE_MAX));
  const found = /^SIP\/[0-9]+\.[0-9]+[ \t]*([0-9]{3})[ \t]*/.exec(text);
  if (found === null) return false;
  visitor.reply(Number(found[1]), text.slice(found[0].length));
  return true;
}

function readHeader(line: Uint8Array, at: number, visitor: SipVisitor): boolean {
  let end = 0;
  while (end < line.length && line[end] !== 58 && !isBlank(line[end])) end++;
  let colon = end;
  while (isBlank(line[colon])) colon++;
  if (end === 0 || line[colon] !== 58) return false;
  let start = colon + 1;
  while (isBlank(line[start])) start++;
  const name = asciiText(line.subarray(0, end)).toUpperCase();
  visitor.header(name, bytesToText(line.subarray(start)), at + start);
  return true;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}

/** A request or reply in a datagram. */
export function recogniseSip(head: Uint8Array): Recognition {
  const text = asciiText(head.subarray(0, 2048));
  if (/^ ?SIP\/[0-9]\.[0-9](?:\r\n| [0-9]{3} )/.test(text)) return "yes";
  return / SIP\/[0-9]\.[0-9]\r\n/.test(text) ? "yes" : "no";
}

const STREAM_LINE_BYTES = 1024;
const METHOD_START = /^(?:INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH) /;
const LATER_METHOD_START = /^(?:INFO|REFER|MESSAGE|UPDATE) /;

/** A stream that begins with a whole first line of a request or reply. */
export function recogniseSipStream(head: Uint8Array): Recognition {
  let start = 0;
  // Keep-alives may come before the first message (RFC 5626 3.5.1).
  while (start < 8 && (head[start] === 13 || head[start] === 10)) start++;
  const text = asciiText(head.subarray(start, start + STREAM_LINE_BYTES));
  if (/^SIP\/2\.0 [0-9]{3} /.test(text)) return "yes";
  const isRequest = METHOD_START.test(text) || LATER_METHOD_START.test(text);
  const end = text.indexOf("\n");
  if (end >= 0) return isRequest && / SIP\/2\.0\r?\n/.test(text.slice(0, end + 1)) ? "yes" : "no";
  if (text.length >= STREAM_LINE_BYTES) return "no";
  if (isRequest) return "more";
  return /^[A-Z]{0,9}$/.test(text) || /^SIP\/[0-9. ]{0,8}$/.test(text) ? "more" : "no";
}
