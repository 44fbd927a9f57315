import { bytesToText, type Recognition, type Side } from "../shared/index.ts";

/** One message (RFC 2812 2.3.1): a command, or the number of a reply. */
export interface IrcMessage {
  readonly prefix: string;
  /** In upper case; empty for a reply. */
  readonly command: string;
  readonly code: number;
  readonly params: string;
}

/** Why a line is no message; a weird's name, or silence. */
export type IrcFault =
  | "irc_line_too_short"
  | "irc_invalid_line"
  | "irc_invalid_reply_number"
  | "tags";

const LINE_MIN = 3;

/** Commands by which a client is known (RFC 2812, IRCv3). */
const COMMANDS: ReadonlySet<string> = new Set([
  ...["ADMIN", "AWAY", "CNOTICE", "CPRIVMSG", "CONNECT", "DIE", "ENCAP", "ERROR", "INFO"],
  ...["INVITE", "ISON", "JOIN", "KICK", "KILL", "KNOCK", "LINKS", "LIST", "LUSERS", "MODE"],
  ...["MOTD", "NAMES", "NICK", "NOTICE", "OPER", "PART", "PASS", "PING", "PONG", "PRIVMSG"],
  ...["QUIT", "REHASH", "RULES", "SERVER", "SERVICE", "SERVLIST", "SETNAME", "SILENCE"],
  ...["SQUERY", "SQUIT", "STATS", "SUMMON", "TIME", "TOPIC", "TRACE", "USER", "USERHOST"],
  ...["USERS", "VERSION", "WALLOPS", "WHO", "WHOIS", "WHOWAS", "STARTTLS"],
]);

export function isClientCommand(command: string): boolean {
  return COMMANDS.has(command);
}

/** Reads a line without its end. */
export function parseIrcLine(line: Uint8Array): IrcMessage | IrcFault {
  let rest = withoutBlanks(bytesToText(line));
  if (rest.length < LINE_MIN) return "irc_line_too_short";
  if (rest.startsWith("@")) {
    // Tags of IRCv3 come before everything else.
    const end = rest.indexOf(" ");
    if (end < 0) return "tags";
    rest = rest.slice(end + 1);
  }
  let prefix = "";
  if (rest.startsWith(":")) {
    const end = rest.indexOf(" ");
    if (end < 0) return "irc_invalid_line";
    prefix = rest.slice(1, end);
    rest = withoutBlanks(rest.slice(end + 1));
  }
  if (rest.length < LINE_MIN) return "irc_invalid_line";
  if (isDigit(rest.charCodeAt(0))) {
    const isReply = isDigit(rest.charCodeAt(1)) && isDigit(rest.charCodeAt(2)) && rest[3] === " ";
    if (!isReply) return "irc_invalid_reply_number";
    return { prefix, command: "", code: Number(rest.slice(0, 3)), params: rest.slice(4) };
  }
  const end = rest.indexOf(" ");
  const command = (end < 0 ? rest : rest.slice(0, end)).toUpperCase();
  return { prefix, command, code: 0, params: end < 0 ? "" : withoutBlanks(rest.slice(end + 1)) };
}

/** Words between separators; several of these count as one. */
export function splitWords(text: string, separator = " "): string[] {
  return text.split(separator).filter((word) => word !== "");
}

export function withoutBlanks(text: string): string {
  let at = 0;
  while (text[at] === " ") at++;
  return at === 0 ? text : text.slice(at);
}

/** Without the colon that lets a last parameter hold blanks. */
export function withoutColon(text: string): string {
  return text.startsWith(":") ? text.slice(1) : text;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const LOOKED_BYTES = 1024;
/** A server's first words: a welcome, or a notice before a name is known. */
const SERVER_START = /^:[^ \r\n]{1,200} (?:00[1-4] |NOTICE (?:AUTH|\*) :)/i;
const FIRST_COMMANDS: ReadonlySet<string> = new Set(["CAP", "NICK", "PASS", "USER", "STARTTLS"]);
const BLANK = 0x20;
const COLON = 0x3a;
const CASE_BIT = 0x20;
const FIRST_LETTERS = new Set([...FIRST_COMMANDS].map((one) => one.charCodeAt(0) | CASE_BIT));

/** Most that is no IRC shows it by its first byte. */
function isBegun(head: Uint8Array, side: Side): boolean {
  let at = 0;
  if (side === 0) while (head[at] === BLANK) at++;
  const first = head[at];
  if (first === undefined) return true;
  return side === 1 ? first === COLON : FIRST_LETTERS.has(first | CASE_BIT);
}

/** A client that gives a nickname and a user name, or a server that welcomes one. */
export function recogniseIrc(head: Uint8Array, side: Side): Recognition {
  if (!isBegun(head, side)) return "no";
  const text = bytesToText(head.subarray(0, LOOKED_BYTES));
  const isWhole = head.length >= LOOKED_BYTES;
  if (side === 1) {
    if (!/^:[^ \r\n]*/.test(text)) return head.length === 0 ? "more" : "no";
    if (SERVER_START.test(text)) return "yes";
    return isWhole || text.includes("\n") ? "no" : "more";
  }
  let hasNick = false;
  let hasUser = false;
  const lines = text.split(/[\r\n]+/);
  for (let n = 0; n < lines.length; n++) {
    const line = withoutBlanks(lines[n]!);
    const isEnded = n < lines.length - 1;
    const command = splitWords(line)[0]?.toUpperCase() ?? "";
    if (!isEnded) {
      const isOne = [...FIRST_COMMANDS].some((one) => one.startsWith(command.slice(0, 8)));
      return isOne && !isWhole ? "more" : "no";
    }
    if (!FIRST_COMMANDS.has(command)) return "no";
    hasNick ||= command === "NICK" && line.length > 5;
    hasUser ||= command === "USER" && line.length > 5;
    if (hasNick && hasUser) return "yes";
  }
  return "no";
}
