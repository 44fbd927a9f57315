import { asciiText } from "../shared/index.ts";

/** Status indicators and commands (RFC 1939, 2449, 2595). */
const WORDS: ReadonlySet<string> = new Set([
  "OK",
  "ERR",
  "USER",
  "PASS",
  "APOP",
  "AUTH",
  "STAT",
  "LIST",
  "RETR",
  "DELE",
  "RSET",
  "NOOP",
  "LAST",
  "QUIT",
  "TOP",
  "CAPA",
  "UIDL",
  "STLS",
  "XSENDER",
]);

/** A line's first word, if it is one of the protocol's, and what follows it. */
export interface Pop3Line {
  readonly word: string | undefined;
  /** The first word as it was written. */
  readonly text: string;
  readonly argument: string;
}

export function parsePop3Line(line: string): Pop3Line {
  const trimmed = line.trim();
  const blank = trimmed.indexOf(" ");
  const text = blank < 0 ? trimmed : trimmed.slice(0, blank);
  let start = 0;
  while (text[start] === "+" || text[start] === "-") start++;
  const word = text.length > 16 ? "" : text.slice(start).toUpperCase();
  return {
    word: WORDS.has(word) ? word : undefined,
    text: text === "" ? "???" : text,
    argument: blank < 0 ? "" : trimmed.slice(blank + 1).trimStart(),
  };
}

/** What clients of POP3 begin with. */
export function hasClientCommand(line: Uint8Array): boolean {
  const text = asciiText(line.subarray(0, 64));
  return /^\s*(?:(?:user|apop)\s|capa|auth|stls)/i.test(text);
}
