import type { Limit } from "../../base/index.ts";
import {
  asciiText,
  bytesToText,
  type Conversation,
  DOUBTED_BYTES,
  type FileAnalysis,
  LineReader,
  type Session,
  type Side,
} from "../shared/index.ts";
import { Base64Decoder } from "../shared/mime/index.ts";
import { Pop3Mail } from "./pop3-mail.ts";
import { hasClientCommand, type Pop3Line, parsePop3Line } from "./pop3-parser.ts";

/** What all flows of POP3 share. */
export interface Pop3Shared {
  readonly files: FileAnalysis;
  readonly lineBytes: Limit;
  readonly pendingCommands: Limit;
  readonly unknownCommands: Limit;
}

const DOT = 0x2e;
const HELD_WEIRDS_MAX = 20;
/** Commands of RFC 1939 5: before a login they make no sense, but some servers need none. */
const TRANSACTION: ReadonlySet<string> = new Set([
  "STAT",
  "LIST",
  "RETR",
  "DELE",
  "RSET",
  "NOOP",
  "LAST",
  "TOP",
  "UIDL",
  "XSENDER",
]);
/** Commands whose answer has several lines where no message is named. */
const LISTS: ReadonlySet<string> = new Set(["LIST", "UIDL", "AUTH"]);
const LONG_ANSWERS: ReadonlySet<string> = new Set(["RETR", "TOP", "CAPA"]);

/** POP3 (RFC 1939) with STLS (RFC 2595): the mails that are fetched, and the change to TLS. */
export class Pop3Analyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: Pop3Shared;
  readonly #readers: readonly [LineReader, LineReader];
  #waiting: string[] = [];
  /** The command whose answer comes next. */
  #current = "";
  #isLoggedIn = false;
  #isGreeted = false;
  #wantsLines = false;
  #inLines = false;
  #isAuthenticating = false;
  #unknown = 0;
  #mail: Pop3Mail | undefined;
  #tls: Session | undefined;
  /** How far each side came, gaps counted. */
  readonly #ends: [number, number] = [0, 0];
  /** A client's command was seen: until then what looks wrong may be another protocol. */
  #isLikely = false;
  #held: [name: string, addl: string | undefined][] = [];
  #isOver = false;

  constructor(conversation: Conversation, shared: Pop3Shared) {
    this.#conversation = conversation;
    this.#shared = shared;
    const reader = (side: Side): LineReader =>
      new LineReader(
        {
          line: (line, position) => this.#line(side, line, position),
          part: (bytes, position) => this.#part(side, bytes, position),
          plain: (bytes, position) => this.#tls?.data(side, bytes, position),
          weird: () => {},
        },
        shared.lineBytes,
      );
    this.#readers = [reader(0), reader(1)];
    this.#isOver = conversation.isMidStream;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    this.#ends[side] = position + bytes.length;
    if (this.#tls !== undefined) this.#tls.data(side, bytes, position);
    else this.#readers[side].data(bytes, position);
  }

  gap(side: Side, length: number, position: number): void {
    if (this.#tls !== undefined) this.#tls.gap?.(side, length, position);
    else if (side === 1) this.#mail?.gap(length);
  }

  finished(side: Side): void {
    this.#tls?.finished?.(side);
  }

  end(): void {
    this.#endMail();
    this.#tls?.end?.();
  }

  #line(side: Side, line: Uint8Array, position: number): void {
    if (this.#isOver || this.#tls !== undefined) return;
    if (side === 1) {
      this.#answer(line, position);
      return;
    }
    if (line.length === 0) return;
    if (!this.#isLikely && hasClientCommand(line)) this.#becomeLikely();
    if (this.#isAuthenticating) {
      this.#credentials(line);
      return;
    }
    const { pendingCommands } = this.#shared;
    this.#waiting.push(bytesToText(line));
    if (this.#waiting.length > pendingCommands.maximum) {
      pendingCommands.reached++;
      this.#weird("pop3_client_too_many_pending_commands");
      this.#waiting.shift();
    }
    if (this.#waiting.length === 1) this.#nextCommand();
  }

  /** Names and passwords of AUTH (RFC 5034): only whether they can be read is told. */
  #credentials(line: Uint8Array): void {
    const decoder = new Base64Decoder((what) => this.#weird("base64_illegal_encoding", what));
    const plain = decoder.decode(line);
    if (decoder.hasErred) this.#weird("pop3_bad_base64_encoding");
    else if (this.#current === "AUTH PLAIN") {
      const first = plain.indexOf(0);
      const isWhole = first >= 0 && plain.indexOf(0, first + 1) >= 0;
      if (!isWhole) this.#weird("pop3_malformed_auth_plain");
    }
  }

  #nextCommand(): void {
    const [text] = this.#waiting;
    if (text === undefined) return;
    const line = parsePop3Line(text);
    if (line.word === undefined) {
      this.#unknownCommand(line);
      return;
    }
    if (line.word === "OK" || line.word === "ERR") {
      this.#weird("pop3_client_sending_server_commands");
      return;
    }
    this.#command(line.word, line.argument);
  }

  #command(word: string, argument: string): void {
    this.#wantsLines = LONG_ANSWERS.has(word) || (LISTS.has(word) && argument === "");
    const isAuth = word === "AUTH" && argument !== "";
    this.#isAuthenticating = isAuth;
    this.#current = isAuth && argument.includes("PLAIN") ? "AUTH PLAIN" : word;
  }

  #unknownCommand({ text }: Pop3Line): void {
    this.#weird("pop3_client_command_unknown", text);
    const { unknownCommands } = this.#shared;
    if (++this.#unknown <= unknownCommands.maximum) return;
    unknownCommands.reached++;
    this.#violation("too many unknown client commands");
  }

  #answer(line: Uint8Array, position: number): void {
    if (this.#inLines) {
      this.#listLine(line, position);
      return;
    }
    const parsed = parsePop3Line(asciiText(line.subarray(0, 512)));
    if (parsed.word === "OK") this.#accepted();
    else if (parsed.word === "ERR") this.#refused();
    else if (parsed.word !== undefined) this.#weird("pop3_server_sending_client_commands");
    else if (!this.#isAuthenticating) {
      this.#weird("pop3_server_command_unknown", parsed.text);
      this.#violation("unknown server command");
    }
  }

  /** Lines of a mail's content may have any length. */
  #part(side: Side, bytes: Uint8Array, position: number): boolean {
    if (this.#isOver || this.#tls !== undefined || side !== 1 || !this.#inLines) return false;
    const { isContinued } = this.#readers[1];
    const dots = !isContinued && bytes[0] === DOT ? 1 : 0;
    return this.#mail?.part(bytes.subarray(dots), position + dots, isContinued) === true;
  }

  #listLine(line: Uint8Array, position: number): void {
    if (this.#readers[1].isContinued) {
      this.#mail?.line(line, position, true);
      return;
    }
    if (line.length === 1 && line[0] === DOT) {
      this.#inLines = false;
      this.#wantsLines = false;
      this.#endMail();
      this.#finishCommand();
      return;
    }
    // RFC 1939 3: a dot that begins a line is doubled.
    const isStuffed = line[0] === DOT;
    this.#mail?.line(
      isStuffed ? line.subarray(1) : line,
      isStuffed ? position + 1 : position,
      false,
    );
  }

  #accepted(): void {
    const word = this.#current;
    if (word === "") this.#isGreeted = true;
    if (word === "USER" || word === "CAPA" || word === "STLS") this.#conversation.confirm("pop3");
    if (word === "STLS") {
      this.#startTls();
      return;
    }
    if (word === "PASS" || word === "APOP" || TRANSACTION.has(word)) this.#isLoggedIn = true;
    if (word.startsWith("AUTH")) this.#isAuthenticating = false;
    if ((word === "RETR" || word === "TOP") && this.#mail === undefined) {
      this.#mail = new Pop3Mail(this.#conversation, this.#shared.files);
    }
    this.#inLines = this.#wantsLines;
    if (!this.#inLines) this.#finishCommand();
  }

  #refused(): void {
    this.#wantsLines = false;
    this.#isAuthenticating = false;
    if (!this.#isLoggedIn && this.#isGreeted) this.#current = "";
    this.#finishCommand();
  }

  #finishCommand(): void {
    this.#waiting.shift();
    this.#nextCommand();
  }

  #startTls(): void {
    this.#tls = this.#conversation.inner("ssl");
    if (this.#tls === undefined) this.#isOver = true;
    for (const reader of this.#readers) reader.plainBytes = Number.POSITIVE_INFINITY;
  }

  #endMail(): void {
    this.#mail?.end();
    this.#mail = undefined;
  }

  #violation(reason: string): void {
    if (this.#ends[0] + this.#ends[1] > DOUBTED_BYTES) return;
    this.#endMail();
    this.#isOver = true;
    this.#conversation.reject(reason);
  }

  #weird(name: string, addl?: string): void {
    if (this.#isLikely) this.#conversation.weird(name, addl);
    else if (this.#held.length < HELD_WEIRDS_MAX) this.#held.push([name, addl]);
  }

  #becomeLikely(): void {
    this.#isLikely = true;
    for (const [name, addl] of this.#held) this.#conversation.weird(name, addl);
    this.#held = [];
  }
}
