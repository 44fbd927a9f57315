import { parseAddress } from "../../packet/index.ts";
import { asciiText, type Recognition } from "../shared/index.ts";

/** A command line (RFC 959 4.1) cut in two. */
export interface FtpCommandLine {
  /** As it was written; undefined when it can be none. */
  readonly word: string | undefined;
  readonly argument: Uint8Array;
  readonly argumentStart: number;
}

/** Reads a command: at least three printable characters, then its argument. */
export function parseFtpCommand(line: Uint8Array): FtpCommandLine {
  const start = skipBlanks(line, 0);
  let end = start;
  let isPrintable = true;
  while (end < line.length && !isSpace(line[end]!)) {
    if (line[end]! < 33 || line[end]! > 126) isPrintable = false;
    end++;
  }
  const argumentStart = skipBlanks(line, end);
  const word = isPrintable && end - start >= 3 ? asciiText(line.subarray(start, end)) : undefined;
  return { word, argument: line.subarray(argumentStart), argumentStart };
}

/** Where a line goes on behind blanks. */
export function skipBlanks(line: Uint8Array, from: number): number {
  let at = from;
  while (line[at] === 32 || line[at] === 9) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** The three digits that begin a reply (RFC 959 4.2); 0 when there are none. */
export function ftpReplyCode(line: Uint8Array): number {
  if (line.length < 3) return 0;
  let code = 0;
  for (let n = 0; n < 3; n++) {
    const digit = line[n]! - 48;
    if (digit < 0 || digit > 9) return 0;
    code = code * 10 + digit;
  }
  return code;
}

const IAC = 255;
const SUBNEGOTIATION = 250;
const SUBNEGOTIATION_END = 240;

/** A line without the commands of Telnet (RFC 854) that a control connection may hold. */
export function withoutTelnet(line: Uint8Array): Uint8Array {
  if (!line.includes(IAC)) return line;
  const out = new Uint8Array(line.length);
  let length = 0;
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== IAC) {
      out[length++] = line[at]!;
      continue;
    }
    const command = line[++at] ?? 0;
    if (command === IAC) out[length++] = IAC;
    else if (command === SUBNEGOTIATION) {
      while (at < line.length && line[at] !== SUBNEGOTIATION_END) at++;
    } else if (command > SUBNEGOTIATION) at++;
  }
  return out.subarray(0, length);
}

/** Where a data channel is to be opened to; no address stands for the control connection's. */
export interface DataAddress {
  readonly words: Int32Array | undefined;
  readonly port: number;
}

/** `h1,h2,h3,h4,p1,p2` (RFC 959 4.1.2). */
export function parsePort(text: string): DataAddress | undefined {
  if (text.length < 11) return undefined;
  const found =
    /^\s{0,9}(\d{1,9}),\s{0,9}(\d{1,9}),\s{0,9}(\d{1,9}),\s{0,9}(\d{1,9}),\s{0,9}(\d{1,9}),\s{0,9}(\d{1,9})/.exec(
      text,
    );
  if (found === null) return undefined;
  const bytes = found.slice(1).map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  const [a, b, c, d, high, low] = bytes as [number, number, number, number, number, number];
  const words = Int32Array.of(0, 0, 0xffff, (a << 24) | (b << 16) | (c << 8) | d);
  return { words, port: high * 256 + low };
}

/** The address in a reply to PASV: in parentheses, behind `PORT`, or wherever numbers with commas are. */
export function parsePasv(text: string): DataAddress | undefined {
  const open = text.indexOf("(");
  if (open >= 0) return parsePort(text.slice(open + 1));
  const word = text.indexOf("PORT");
  if (word >= 0) return parsePort(text.slice(word + 5));
  let at = text.indexOf(",");
  if (at < 0) return undefined;
  while (at > 0 && isDigit(text.charCodeAt(at - 1))) at--;
  return parsePort(text.slice(at));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** `|protocol|address|port|` (RFC 2428 2), with whatever character parts them. */
export function parseExtended(text: string): DataAddress | undefined {
  const trimmed = text.slice(0, 256).trimStart();
  const delimiter = trimmed[0];
  if (delimiter === undefined) return undefined;
  const [protocol, address, port, behind] = trimmed.slice(1).split(delimiter, 4);
  if (protocol === undefined || address === undefined || port === undefined) return undefined;
  if (!/^\s*[+-]?\d*$/.test(protocol) || behind === undefined) return undefined;
  const number = Number.parseInt(port, 10);
  if (!/^\s*\d{1,5}$/.test(port) || number > 65_535) return undefined;
  if (address === "") return { words: undefined, port: number };
  const words = parseAddress(address);
  return words && { words: Int32Array.from(words), port: number };
}

/** The address in a reply to EPSV. */
export function parseEpsv(text: string): DataAddress | undefined {
  const open = text.indexOf("(");
  return open < 0 ? undefined : parseExtended(text.slice(open + 1));
}

/** The last number in a text; 0 without one. */
export function lastNumber(text: string): number | undefined {
  let end = text.length;
  while (end > 0 && !isDigit(text.charCodeAt(end - 1))) end--;
  let start = end;
  while (start > 0 && isDigit(text.charCodeAt(start - 1))) start--;
  if (start === end) return 0;
  const number = end - start > 20 ? Number.NaN : Number(text.slice(start, end));
  return Number.isSafeInteger(number) ? number : undefined;
}

/** A server that greets and then asks for a user's password, or lets one in. */
export function recognisesServer(head: Uint8Array): Recognition {
  let start = 0;
  while (start < head.length && (head[start] === 10 || head[start] === 13 || head[start] === 32)) {
    start++;
  }
  const greeting = ftpReplyCode(head.subarray(start));
  if (head.length - start < 3) return "more";
  if (greeting !== 220 && greeting !== 120) return "no";
  const text = asciiText(head.subarray(start));
  return /[\r\n ](?:230|331)[^0-9]/.test(text) ? "yes" : "more";
}
