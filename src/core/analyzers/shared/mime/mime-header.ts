import { asciiText } from "../text.ts";
import { latinBytes, unescapeUri } from "../uri-escapes.ts";

/** A header field as it stood in the message. */
export interface MimeHeader {
  /** In lower case. */
  readonly name: string;
  /** As it was written. */
  readonly writtenName: string;
  /** Without white space before it. */
  readonly value: Uint8Array;
  /** Where the value begins in the line. */
  readonly valueStart: number;
}

/** Splits a header line (folded lines joined); undefined when it is none. */
export function parseHeader(line: Uint8Array): MimeHeader | undefined {
  let start = skipComments(line, 0);
  while (start < line.length && !isNameByte(line[start]!)) {
    const next = skipComments(line, start);
    start = next > start ? next : start + 1;
  }
  let end = start;
  while (end < line.length && isNameByte(line[end]!)) end++;
  if (end === start) return undefined;
  let at = skipComments(line, end);
  if (line[at] !== 0x3a) return undefined;
  at++;
  while (at < line.length && isSpace(line[at]!)) at++;
  const writtenName = asciiText(line.subarray(start, end));
  return { name: writtenName.toLowerCase(), writtenName, value: line.subarray(at), valueStart: at };
}

function isNameByte(byte: number): boolean {
  return byte >= 33 && byte <= 126 && byte !== 0x3a;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** Space or tab. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}

/** Behind blanks and comments in parentheses (RFC 5322 3.2.2). */
export function skipComments(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    if (isBlank(bytes[at])) at++;
    else if (bytes[at] === 0x28) at = commentEnd(bytes, at);
    else return at;
  }
  return bytes.length;
}

function commentEnd(bytes: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === 0x5c) at++;
    else if (byte === 0x28) depth++;
    else if (byte === 0x29 && --depth === 0) return at + 1;
  }
  return bytes.length;
}

const IS_SPECIAL = new Uint8Array(128);
for (const character of '()<>@,;:\\"/[]?=') IS_SPECIAL[character.charCodeAt(0)] = 1;

function isTokenByte(byte: number): boolean {
  return byte >= 33 && byte <= 126 && IS_SPECIAL[byte] === 0;
}

/** Where a token lies. */
export interface Token {
  readonly start: number;
  readonly end: number;
}

/** The next token (RFC 2045 5.1); what is none before it is passed over. */
export function nextToken(bytes: Uint8Array, from: number): Token | undefined {
  let start = skipComments(bytes, from);
  while (start < bytes.length && !isTokenByte(bytes[start]!)) {
    const next = skipComments(bytes, start);
    start = next > start ? next : start + 1;
  }
  if (start >= bytes.length) return undefined;
  let end = start;
  while (end < bytes.length && isTokenByte(bytes[end]!)) end++;
  return { start, end };
}

/** The first token of a value in lower case, as written, and what follows it. */
export function firstToken(
  value: Uint8Array,
): { folded: string; text: string; rest: Uint8Array } | undefined {
  const token = nextToken(value, 0);
  if (token === undefined) return undefined;
  const text = asciiText(value.subarray(token.start, token.end));
  return { folded: text.toLowerCase(), text, rest: value.subarray(token.end) };
}

export interface ContentType {
  /** In lower case. */
  readonly type: string;
  readonly subtype: string;
  /** Of a multipart body (RFC 2046 5.1.1). */
  readonly boundary: Uint8Array | undefined;
}

/** Reads `type/subtype` with the boundary that a multipart type has. */
export function parseContentType(value: Uint8Array): ContentType | undefined {
  const first = nextToken(value, 0);
  if (first === undefined) return undefined;
  const slash = skipComments(value, first.end);
  if (value[slash] !== 0x2f) return undefined;
  const second = nextToken(value, slash + 1);
  if (second === undefined) return undefined;
  const type = asciiText(value.subarray(first.start, first.end)).toLowerCase();
  const subtype = asciiText(value.subarray(second.start, second.end)).toLowerCase();
  const boundary = type === "multipart" ? findBoundary(value, second.end) : undefined;
  return { type, subtype, boundary };
}

function findBoundary(value: Uint8Array, from: number): Uint8Array | undefined {
  let at = from;
  let boundary: Uint8Array | undefined;
  for (;;) {
    at = skipComments(value, at);
    if (value[at] !== 0x3b) return boundary;
    const name = nextToken(value, at + 1);
    if (name === undefined) return boundary;
    at = skipComments(value, name.end);
    if (value[at] !== 0x3d) continue;
    at++;
    const isBoundary = asciiText(value.subarray(name.start, name.end)).toLowerCase() === "boundary";
    const found = isBoundary ? boundaryAt(value, at) : valueAt(value, at);
    if (found === undefined) continue;
    if (isBoundary) boundary = found.text;
    at = found.end;
  }
}

interface FoundValue {
  readonly text: Uint8Array;
  readonly end: number;
}

/** A token or quoted string. */
function valueAt(value: Uint8Array, from: number): FoundValue | undefined {
  const at = skipComments(value, from);
  if (value[at] === 0x22) return quotedAt(value, at);
  const token = nextToken(value, at);
  return token && { text: value.subarray(token.start, token.end), end: token.end };
}

/** Boundaries in the wild hold characters that tokens may not: all but quotes and blanks is taken. */
function boundaryAt(value: Uint8Array, from: number): FoundValue | undefined {
  if (value[from] === 0x22) return quotedAt(value, from);
  let start = from;
  while (start < value.length && !isBoundaryByte(value[start]!)) start++;
  if (start >= value.length) return undefined;
  let end = start;
  while (end < value.length && isBoundaryByte(value[end]!)) end++;
  return { text: value.subarray(start, end), end };
}

function isBoundaryByte(byte: number): boolean {
  return byte >= 33 && byte <= 126 && byte !== 0x22;
}

function quotedAt(value: Uint8Array, from: number): FoundValue | undefined {
  const out: number[] = [];
  for (let at = from + 1; at < value.length; at++) {
    const byte = value[at]!;
    if (byte === 0x22) return { text: Uint8Array.from(out), end: at + 1 };
    if (byte === 0x5c) at++;
    if (at < value.length) out.push(value[at]!);
  }
  return undefined;
}

/** The name that a Content-Disposition or Content-Type gives its entity (RFC 6266, RFC 2045). */
export function fileName(header: string, value: Uint8Array): string | undefined {
  const text = asciiText(value);
  const wanted = header === "content-type" ? /name[\t ]*=/i : /filename[\t ]*\*?=/i;
  if (!wanted.test(text)) return continuedName(text);
  let end = -1;
  for (const match of text.matchAll(/name[\t ]*\*?=[\t ]*/gi)) end = match.index + match[0].length;
  let name = text.slice(end);
  if (name.startsWith('"')) name = name.slice(1).split('"', 1)[0]!;
  // RFC 8187: charset, language and the name between apostrophes.
  if (/^[a-zA-Z0-9!#$%&+-^_`{}~]+'[a-zA-Z0-9!#$%&+-^_`{}~]*'/.test(name)) {
    name = name.slice(name.lastIndexOf("'") + 1);
  }
  return unescapeUri(latinBytes(name));
}

/** Pieces of a name that are put together. */
const NAME_PIECES_MAX = 64;

/** A name in numbered pieces (RFC 2231 3): `filename*0=…; filename*1=…`. */
function continuedName(text: string): string | undefined {
  const pieces: string[] = [];
  for (const match of text.matchAll(/(?:file)?name\*(\d{1,2})\*?=(?:"([^"]*)"|([^;\s]*))/gi)) {
    const number = Number(match[1]);
    if (number < NAME_PIECES_MAX) pieces[number] ??= match[2] ?? match[3] ?? "";
  }
  if (pieces[0] === undefined) return undefined;
  const name = pieces.join("").replace(/^[\w!#$%&+^`{}~-]+'[\w!#$%&+^`{}~-]*'/, "");
  return unescapeUri(latinBytes(name));
}
