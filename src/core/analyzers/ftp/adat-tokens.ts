import type { Conversation, Session, Side } from "../shared/index.ts";
import { Base64Decoder } from "../shared/mime/index.ts";
import { ftpReplyCode, parseFtpCommand, skipBlanks } from "./ftp-parser.ts";

const EQUALS = 0x3d;
const DASH = 0x2d;
/** Replies behind which no token comes any more. */
const LAST_REPLIES: ReadonlySet<number> = new Set([
  232, 234, 235, 421, 431, 500, 501, 503, 535, 631, 632, 633,
]);

/**
 * Tokens of a GSSAPI login (RFC 2228, ADAT): GridFTP's are TLS records in base64, which are given to the
 * reader of TLS.
 */
export class AdatTokens {
  isOver = false;
  readonly #conversation: Conversation;
  readonly #ssl: Session;
  readonly #positions: [number, number] = [0, 0];
  #isFirst = true;

  constructor(conversation: Conversation, ssl: Session) {
    this.#conversation = conversation;
    this.#ssl = ssl;
  }

  line(side: Side, line: Uint8Array): void {
    if (this.isOver) return;
    const token = side === 0 ? this.#ofClient(line) : this.#ofServer(line);
    if (token !== undefined) {
      this.#ssl.data(side, token, this.#positions[side]);
      this.#positions[side] += token.length;
    }
    if (this.isOver) this.#ssl.end?.();
  }

  end(): void {
    if (!this.isOver) this.#ssl.end?.();
    this.isOver = true;
  }

  #ofClient(line: Uint8Array): Uint8Array | undefined {
    const { word, argument } = parseFtpCommand(line);
    if (word === "AUTH") this.isOver = true;
    if (word !== "ADAT") return undefined;
    const token = this.#decode(argument);
    if (!this.#isFirst) return token;
    this.#isFirst = false;
    if (token === undefined) this.#conversation.weird("ftp_adat_bad_first_token_encoding");
    // RFC 2743 3.1 asks for a frame that GridFTP leaves out: a record of TLS's handshake comes at once.
    const length = token === undefined ? -1 : token.length - 5;
    if (token?.[0] === 0x16 && length === token[3]! * 256 + token[4]!) return token;
    this.isOver = true;
    return undefined;
  }

  #ofServer(line: Uint8Array): Uint8Array | undefined {
    const code = ftpReplyCode(line);
    if (LAST_REPLIES.has(code)) this.isOver = true;
    if (code !== 235 && code !== 334 && code !== 335) return undefined;
    const start = skipBlanks(line, line[3] === DASH ? 4 : 3);
    const isToken = [0x41, 0x44, 0x41, 0x54, EQUALS].every((byte, n) => line[start + n] === byte);
    return isToken ? this.#decode(line.subarray(start + 5)) : undefined;
  }

  #decode(text: Uint8Array): Uint8Array | undefined {
    const decoder = new Base64Decoder((what) =>
      this.#conversation.weird("base64_illegal_encoding", what),
    );
    const bytes = decoder.decode(text);
    return decoder.hasErred ? undefined : bytes;
  }
}
