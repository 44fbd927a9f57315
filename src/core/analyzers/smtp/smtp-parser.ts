import { asciiText, type Recognition } from "../shared/index.ts";

/** Commands of RFC 5321 and its extensions, and what stands for one: replies refer to these too. */
const COMMANDS: ReadonlySet<string> = new Set([
  "EHLO",
  "HELO",
  "MAIL",
  "RCPT",
  "DATA",
  "QUIT",
  "RSET",
  "VRFY",
  "EXPN",
  "HELP",
  "NOOP",
  "STARTTLS",
  "X-ANONYMOUSTLS",
  "SEND",
  "SOML",
  "SAML",
  "TURN",
  "BDAT",
  "ETRN",
  "AUTH",
]);

const COMMAND_BYTES_MAX = 16;

/** A command line cut in two; `command` is empty when it is none. */
export interface CommandLine {
  /** In upper case. */
  readonly command: string;
  readonly argument: Uint8Array;
  readonly argumentStart: number;
}

/** Reads a command with what follows it (RFC 5321 4.1.1). */
export function parseCommand(line: Uint8Array): CommandLine {
  let end = 0;
  while (end < line.length && !isSpace(line[end]!)) end++;
  let start = end;
  while (start < line.length && isSpace(line[start]!)) start++;
  const word = end > COMMAND_BYTES_MAX ? "" : asciiText(line.subarray(0, end)).toUpperCase();
  const command = COMMANDS.has(word) ? word : "";
  return { command, argument: line.subarray(start), argumentStart: start };
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** One line of a reply (RFC 5321 4.2). */
export interface ReplyLine {
  readonly code: number;
  /** More lines of the same reply follow. */
  readonly goesOn: boolean;
  readonly textStart: number;
}

/** Reads a line of a reply; undefined when no code from 100 to 599 begins it. */
export function parseReply(line: Uint8Array): ReplyLine | undefined {
  if (line.length < 3) return undefined;
  let code = 0;
  for (let n = 0; n < 3; n++) {
    const digit = line[n]! - 48;
    if (digit < 0 || digit > 9) return undefined;
    code = code * 10 + digit;
  }
  if (code < 100 || code > 599) return undefined;
  const goesOn = line[3] === 0x2d;
  let textStart = goesOn ? 4 : 3;
  while (textStart < line.length && (line[textStart] === 32 || line[textStart] === 9)) textStart++;
  return { code, goesOn, textStart };
}

/** Argument of BDAT (RFC 3030 2), or Zeek's words for what is wrong with it. */
export type BdatArgument =
  | { readonly bytes: number; readonly isLast: boolean }
  | { readonly fault: string }
  | { readonly tooLarge: string };

/** Digits of 2^64 - 1 and " LAST". */
const BDAT_BYTES_MAX = 25;

export function parseBdat(argument: Uint8Array): BdatArgument {
  if (argument.length === 0 || argument.length > BDAT_BYTES_MAX) {
    return { fault: "BDAT argument bad length" };
  }
  const text = asciiText(argument);
  const digits = /^[0-9]+/.exec(text)?.[0];
  if (digits === undefined) return { fault: "BDAT not followed by a valid chunk-size" };
  const rest = text.slice(digits.length);
  if (rest !== "" && !rest.startsWith(" ")) return { fault: "BDAT chunk-size not valid" };
  const size = BigInt(digits);
  if (size >= 2n ** 64n) return { fault: "BDAT chunk-size too large" };
  const isLast = rest.toUpperCase() === " LAST";
  if (rest !== "" && !isLast) return { fault: "BDAT chunk-size followed by junk" };
  // Beyond 2^53 no number is exact, and no stream is as long.
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return { tooLarge: digits };
  return { bytes: Number(size), isLast };
}

/** A client that says HELO or EHLO at once or after its first line. */
export function recognisesClient(head: Uint8Array): Recognition {
  const text = asciiText(head.subarray(0, 256)).toUpperCase();
  if (/^(?:[^\r\n]*[\r\n])?\s*(?:HELO|EHLO)\s/.test(text)) return "yes";
  const start = text.trimStart().slice(0, 5);
  return start.length < 5 && ("HELO ".startsWith(start) || "EHLO ".startsWith(start))
    ? "more"
    : "no";
}
