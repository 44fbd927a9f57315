import { bytesToText } from "../shared/index.ts";

/** A message of TFTP (RFC 1350 5, RFC 2347 2). */
export type TftpMessage =
  | {
      readonly kind: "request";
      readonly isWrite: boolean;
      readonly name: string;
      readonly mode: string;
      readonly blockSize: number;
    }
  | { readonly kind: "data"; readonly block: number; readonly content: Uint8Array }
  | { readonly kind: "ack"; readonly block: number }
  | { readonly kind: "options"; readonly blockSize: number }
  | { readonly kind: "error"; readonly code: number; readonly text: string };

/** Bytes of a block unless both agree on more (RFC 2348). */
export const BLOCK_BYTES = 512;
const MODES: ReadonlySet<string> = new Set(["octet", "netascii", "mail"]);
const OPTIONS_MAX = 32;

/** Reads a message; undefined when it is none. */
export function parseTftp(bytes: Uint8Array): TftpMessage | undefined {
  if (bytes.length < 4 || bytes[0] !== 0) return undefined;
  const number = (bytes[2]! << 8) | bytes[3]!;
  switch (bytes[1]) {
    case 1:
    case 2:
      return parseRequest(bytes, bytes[1] === 2);
    case 3:
      return { kind: "data", block: number, content: bytes.subarray(4) };
    case 4:
      return bytes.length === 4 ? { kind: "ack", block: number } : undefined;
    case 5:
      return { kind: "error", code: number, text: stringsOf(bytes, 4)[0] ?? "" };
    case 6:
      return { kind: "options", blockSize: blockSizeIn(stringsOf(bytes, 2), 0) };
    default:
      return undefined;
  }
}

function parseRequest(bytes: Uint8Array, isWrite: boolean): TftpMessage | undefined {
  const strings = stringsOf(bytes, 2);
  const [name, mode] = strings;
  if (name === undefined || name === "" || mode === undefined) return undefined;
  if (!MODES.has(mode.toLowerCase())) return undefined;
  const blockSize = blockSizeIn(strings, 2);
  return { kind: "request", isWrite, name, mode: mode.toLowerCase(), blockSize };
}

/** Texts that end with a zero byte, as many as there are. */
function stringsOf(bytes: Uint8Array, from: number): string[] {
  const found: string[] = [];
  let start = from;
  while (start < bytes.length && found.length < OPTIONS_MAX) {
    const end = bytes.indexOf(0, start);
    if (end < 0) break;
    found.push(bytesToText(bytes.subarray(start, end)));
    start = end + 1;
  }
  return found;
}

function blockSizeIn(strings: readonly string[], from: number): number {
  for (let n = from; n + 1 < strings.length; n += 2) {
    if (strings[n]!.toLowerCase() !== "blksize") continue;
    const size = Number(strings[n + 1]);
    if (Number.isInteger(size) && size >= 8 && size <= 65_464) return size;
  }
  return BLOCK_BYTES;
}
