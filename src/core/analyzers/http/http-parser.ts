import { asciiText, unescapeUri } from "../shared/index.ts";
import { isBlank } from "../shared/mime/index.ts";
import { isUriCharacter, keywordAt, skipBlanks, tokenEnd } from "./http-text.ts";

/** `major * 10 + minor`; 0 when it could not be read. */
export type HttpVersion = number;

export interface RequestLine {
  readonly method: string;
  /** With escapes undone. */
  readonly uri: string;
  readonly version: HttpVersion;
  /** Places of the URI in the line, for who asks where it came from. */
  readonly uriStart: number;
  readonly uriEnd: number;
}

/** What is wrong with a line goes by Zeek's names to `weird`. */
type Weird = (name: string) => void;

/** Reads a request line (RFC 9112 3); undefined when it is none, with the reason as a weird. */
export function parseRequestLine(
  line: Uint8Array,
  weird: Weird,
  previous: HttpVersion,
): RequestLine | undefined {
  const methodEnd = tokenEnd(line);
  if (methodEnd === 0) {
    const endsWithVersion =
      line.length >= 9 && keywordAt(line, line.length - 8) && line[line.length - 9] === 32;
    weird(endsWithVersion ? "bad_HTTP_request_with_version" : "bad_HTTP_request");
    return undefined;
  }
  const start = skipBlanks(line, methodEnd);
  if (start === methodEnd) {
    weird("bad_HTTP_request");
    return undefined;
  }
  const { uriEnd, versionStart } = findVersion(line, start, weird);
  const version = versionStart === undefined ? 9 : versionAt(line, versionStart, previous);
  const uri = unescapeUri(line.subarray(start, uriEnd), weird);
  // HTTP/0.9 knows GET alone: shorter than that and without a URI it is something else.
  if (version === 9 && (methodEnd < 3 || uriEnd === start)) {
    weird("bad_HTTP_request");
    return undefined;
  }
  return { method: asciiText(line.subarray(0, methodEnd)), uri, version, uriStart: start, uriEnd };
}

/** A URI may hold blanks: it ends before the blank that `HTTP/` follows. */
function findVersion(
  line: Uint8Array,
  start: number,
  weird: Weird,
): { uriEnd: number; versionStart: number | undefined } {
  let uriEnd = start;
  while (uriEnd < line.length && isUriCharacter(line[uriEnd]!)) uriEnd++;
  const keyword = keywordAt(line, start);
  if (keyword === "folded") weird("lowercase_HTTP_keyword");
  if (uriEnd >= line.length && keyword !== undefined) {
    weird("missing_HTTP_uri");
    uriEnd = start;
  }
  for (let at = uriEnd; at < line.length; at++) {
    uriEnd = at;
    at = skipBlanks(line, at);
    const found = keywordAt(line, at);
    if (found === undefined) continue;
    if (found === "folded") weird("lowercase_HTTP_keyword");
    return { uriEnd, versionStart: at };
  }
  return { uriEnd, versionStart: undefined };
}

function versionAt(line: Uint8Array, keywordStart: number, previous: HttpVersion): HttpVersion {
  return keywordStart + 8 <= line.length ? parseVersion(line, keywordStart + 5) : previous;
}

/** One digit, a point, one digit. */
export function parseVersion(line: Uint8Array, at: number): HttpVersion {
  const [major, point, minor] = [line[at], line[at + 1], line[at + 2]];
  if (point !== 0x2e || !isDigit(major) || !isDigit(minor)) return 0;
  return (major! - 48) * 10 + minor! - 48;
}

/** As Zeek writes it: `1.1`. */
export function versionText(version: HttpVersion): string {
  return `${Math.floor(version / 10)}.${version % 10}`;
}

export interface StatusLine {
  readonly version: HttpVersion;
  /** 0 where no number stands. */
  readonly code: number;
  readonly reason: Uint8Array | undefined;
}

/** Reads a status line (RFC 9112 4). */
export function parseStatusLine(line: Uint8Array, weird: Weird): StatusLine | undefined {
  const keyword = keywordAt(line, 0);
  if (keyword === undefined) return undefined;
  if (keyword === "folded") weird("lowercase_HTTP_keyword");
  const version = parseVersion(line, 5);
  let at = 5;
  while (at < line.length && !isBlank(line[at])) at++;
  at = skipBlanks(line, at);
  if (at + 3 > line.length) return undefined;
  const code = codeAt(line, at);
  at += 3;
  while (at < line.length && !isBlank(line[at])) at++;
  if (at >= line.length) return { version, code, reason: undefined };
  return { version, code, reason: line.subarray(skipBlanks(line, at)) };
}

function codeAt(line: Uint8Array, at: number): number {
  const [a, b, c] = [line[at], line[at + 1], line[at + 2]];
  if (!isDigit(a) || !isDigit(b) || !isDigit(c)) return 0;
  return (a! - 48) * 100 + (b! - 48) * 10 + c! - 48;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

/** Methods that Zeek has a list of; others are told as a weird. */
export const KNOWN_METHODS: ReadonlySet<string> = new Set(
  (
    "GET POST HEAD OPTIONS PUT DELETE TRACE CONNECT PROPFIND PROPPATCH MKCOL COPY MOVE LOCK " +
    "UNLOCK POLL REPORT SUBSCRIBE BMOVE SEARCH QUERY"
  ).split(" "),
);

/** Words that tell a client's side by themselves: IANA's methods and those of WebDAV and RPC over HTTP. */
const METHODS: readonly string[] = (
  "OPTIONS GET HEAD POST PUT DELETE QUERY ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY " +
  "LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MOVE ORDERPATCH PATCH PROPFIND " +
  "PROPPATCH REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE VERSION-CONTROL " +
  "BCOPY BDELETE BMOVE BPROPFIND BPROPPATCH NOTIFY POLL SUBSCRIBE UNSUBSCRIBE X-MS-ENUMATTS " +
  "MKWORKSPACE RPC_IN_DATA RPC_OUT_DATA"
).split(" ");
const METHOD_BYTES_MAX = 18;

/** Whether a client's first bytes begin with a method and a blank. */
export function recognisesRequest(head: Uint8Array): "yes" | "no" | "more" {
  let start = 0;
  while (start < head.length && (isBlank(head[start]) || isLineEnd(head[start]!))) start++;
  const text = asciiText(head.subarray(start, start + METHOD_BYTES_MAX));
  const method = METHODS.find(
    (one) => text.startsWith(one) && isBlank(text.charCodeAt(one.length)),
  );
  if (method !== undefined) return "yes";
  return METHODS.some((one) => one.startsWith(text)) ? "more" : "no";
}

function isLineEnd(byte: number): boolean {
  return byte >= 10 && byte <= 13;
}

/** Whether a server's first bytes are a status line's. */
export function recognisesReply(head: Uint8Array): "yes" | "no" | "more" {
  const text = asciiText(head.subarray(0, 6)).toLowerCase();
  if (text.length < 6) return "http/".startsWith(text.slice(0, 5)) ? "more" : "no";
  return text.startsWith("http/") && isDigit(head[5]) ? "yes" : "no";
}
