/**
 * Where a session is. What follows a command is guessed when it is sent, since clients do not wait for
 * replies (RFC 2920), and put right by the reply; only pairs of command and reply count, as with Zeek.
 */
export type SmtpState =
  | "ready"
  | "transaction"
  | "data"
  | "chunk"
  | "auth"
  | "quit"
  | "afterGap"
  | "afterGapReply";

/** What is to be done besides changing the state. */
export type SmtpStep = SmtpState | "beginData" | "abortData" | "endData" | "tls" | "turn";

/** Stands for the greeting, the line that ends a mail, and the answers of an AUTH exchange. */
export type SmtpCommand = string;

/** Replies that put a session back to where a transaction may begin. */
const GREETING_FAILED: ReadonlySet<number> = new Set([421, 500, 501, 504, 550]);
const MAIL_FAILED: ReadonlySet<number> = new Set([421, 451, 452, 500, 501, 503, 550, 552, 553]);

/** What a command means before its reply is there; undefined: nothing yet. */
export function stepOfCommand(command: SmtpCommand): SmtpStep | undefined {
  switch (command) {
    case "HELO":
    case "EHLO":
    case "RSET":
      return "ready";
    case "MAIL":
    case "SEND":
    case "SOML":
    case "SAML":
    case "RCPT":
      return "transaction";
    case "DATA":
      return "beginData";
    case "BDAT":
      return "chunk";
    case ".":
      return "endData";
    case "QUIT":
      return "quit";
    default:
      return undefined;
  }
}

/** What a reply to a command means; undefined: nothing. */
export function stepOfReply(
  command: SmtpCommand,
  code: number,
  state: SmtpState,
): SmtpStep | undefined {
  switch (command) {
    case "HELO":
    case "EHLO":
      return GREETING_FAILED.has(code) ? "ready" : undefined;
    case "MAIL":
    case "SEND":
    case "SOML":
    case "SAML":
      return MAIL_FAILED.has(code) && state !== "data" ? "ready" : undefined;
    case "DATA":
      return code === 354 ? undefined : "abortData";
    case ".":
      return "ready";
    case "AUTH":
    case "AUTH_ANSWER":
      return code === 334 ? "auth" : "ready";
    case "TURN":
      return code === 250 ? "turn" : undefined;
    case "STARTTLS":
    case "X-ANONYMOUSTLS":
      return code === 220 ? "tls" : undefined;
    default:
      return state === "afterGapReply" && code === 354 ? "beginData" : undefined;
  }
}
