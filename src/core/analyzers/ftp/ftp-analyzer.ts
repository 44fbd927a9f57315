import type { Limit } from "../../base/index.ts";
import {
  bytesToText,
  type Conversation,
  DOUBTED_BYTES,
  LineReader,
  type Session,
  type Side,
} from "../shared/index.ts";
import { AdatTokens } from "./adat-tokens.ts";
import { CommandTrail } from "./command-trail.ts";
import type { ChannelOwner, FtpDataChannel } from "./data-channels.ts";
import {
  type DataAddress,
  ftpReplyCode,
  lastNumber,
  parseEpsv,
  parseExtended,
  parseFtpCommand,
  parsePasv,
  parsePort,
  skipBlanks,
  withoutTelnet,
} from "./ftp-parser.ts";
import { ABOUT_FILES, type FtpShared, GUESTS, LOGGED } from "./ftp-shared.ts";
import { type PendingCommand, PendingCommands } from "./pending-commands.ts";
import { WorkingFolder } from "./working-folder.ts";

/** Commands whose answer comes over the data channel (RFC 959, 3659). */
const TRANSFERS: ReadonlySet<string> = new Set([
  ...["RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD"],
]);

const HIDDEN = "<hidden>";
const DASH = 0x2d;

interface Channel {
  readonly isPassive: boolean;
  readonly opener: Int32Array;
  readonly responder: Int32Array;
  readonly port: number;
}

/** The control connection of FTP (RFC 959) with its extensions. */
export class FtpAnalyzer implements Session, ChannelOwner {
  readonly #conversation: Conversation;
  readonly #shared: FtpShared;
  readonly #readers: readonly [LineReader, LineReader];
  readonly #trail: CommandTrail;
  #pending: PendingCommands | undefined;
  #current: PendingCommand | undefined;
  transferCommand: string | undefined;
  #user = "<unknown>";
  #password: string | undefined;
  readonly #folder: WorkingFolder;
  #command: string | undefined;
  #argument: string | undefined;
  #replyCode: number | undefined;
  #replyText: string | undefined;
  #time = 0;
  #mimeType: string | undefined;
  #fileSize: number | undefined;
  #channel: Channel | undefined;
  #fuid: string | undefined;
  #hasLogged = false;
  #isConfirmed = false;
  /** Code of a reply that goes on. */
  #openReply = 0;
  #auth = "";
  #inner: Session | undefined;
  #adat: AdatTokens | undefined;
  /** Data channels whose files may still tell their types. */
  #channels: FtpDataChannel[] = [];
  #announced: (readonly [Int32Array, number])[] = [];
  /** How far each side came, gaps counted. */
  readonly #ends: [number, number] = [0, 0];
  #isOver = false;

  constructor(conversation: Conversation, shared: FtpShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#folder = new WorkingFolder(shared.argumentBytes.maximum);
    this.#trail = new CommandTrail(conversation, shared.commandsLog);
    const reader = (side: Side): LineReader =>
      new LineReader(
        {
          line: (line, position) => this.#line(side, line, position),
          plain: (bytes, position) => this.#inner?.data(side, bytes, position),
          weird: (name) => conversation.weird(name),
        },
        shared.lineBytes,
      );
    this.#readers = [reader(0), reader(1)];
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    this.#ends[side] = position + bytes.length;
    if (this.#inner !== undefined) this.#inner.data(side, bytes, position);
    else this.#readers[side].data(bytes, position);
  }

  gap(side: Side, length: number, position: number): void {
    this.#inner?.gap?.(side, length, position);
  }

  finished(side: Side): void {
    this.#inner?.finished?.(side);
  }

  end(): void {
    this.#inner?.end?.();
    this.#adat?.end();
    this.#trail.end(this.#user);
    this.#shared.channels.release(this, this.#announced);
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    for (const one of pending.values()) {
      this.#current = one;
      this.#finishCommand();
    }
    if (!this.#hasLogged) this.#write();
  }

  fileOpened(fuid: string, channel: FtpDataChannel): void {
    this.#fuid = fuid;
    const { maximum } = this.#shared.pendingCommands;
    if (this.#channels.length < maximum) this.#channels.push(channel);
  }

  fileType(mimeType: string): void {
    this.#mimeType = mimeType;
  }

  #line(side: Side, written: Uint8Array, position: number): void {
    if (this.#isOver || this.#inner !== undefined) return;
    const line = withoutTelnet(written);
    if (line.length === 0) return;
    if (side === 0) this.#commandLine(line, position);
    else this.#replyLine(line, position);
    this.#adat?.line(side, line);
  }

  #commandLine(line: Uint8Array, position: number): void {
    const { word, argument, argumentStart } = parseFtpCommand(line);
    if (word === undefined) {
      if (this.#isConfirmed) this.#conversation.weird("FTP_invalid_command");
      return;
    }
    const { maximum } = this.#shared.commandBytes;
    if (word.length > maximum) {
      if (!this.#isConfirmed) return;
      this.#shared.commandBytes.reached++;
      const addl = `${word.length} > ${maximum}`;
      this.#conversation.weird("FTP_max_command_length_exceeded", addl);
      this.#conversation.pastLimit();
      return;
    }
    this.#isConfirmed = true;
    this.#conversation.confirm("ftp");
    const command = word.toUpperCase();
    const text = bytesToText(argument);
    if (command === "AUTH") this.#auth = text;
    this.#mark("command", 0, position, word.length);
    this.#mark("arg", 0, position + argumentStart, argument.length);
    this.#request(command, text);
  }

  #request(command: string, argument: string): void {
    const { now } = this.#conversation;
    // A type is known when its file is over, which is when the next row is written or later.
    if (this.#channels.length > 0) {
      this.#channels = this.#channels.filter((channel) => !channel.endIfClosed(now));
    }
    // A command is logged when the next one comes: replies to it may go on until then.
    if (this.#current !== undefined && this.#replyCode !== undefined) {
      if (this.#pending?.remove(this.#current) === true) this.#finishCommand();
    }
    const pending = this.#session();
    const { pendingCommands } = this.#shared;
    if (pending.size < pendingCommands.maximum) {
      pending.add(this.#conversation.now, command, argument);
    } else {
      pendingCommands.reached++;
      this.#conversation.weird("FTP_too_many_pending_commands", String(pending.size));
    }
    if (TRANSFERS.has(command)) this.transferCommand = `${command} ${argument}`.trimEnd();
    const shown = command === "PASS" && !this.#isGuest ? HIDDEN : argument;
    this.#trail.command(command, shown, this.#user);
    if (command === "USER") {
      this.#user = this.#cut(argument, "FTP_user_too_long", this.#shared.userBytes);
    } else if (command === "PASS") {
      this.#password = this.#cut(argument, "FTP_password_too_long", this.#shared.passwordBytes);
    } else if (command === "PORT" || command === "EPRT") {
      const address = command === "PORT" ? parsePort(argument) : parseExtended(argument);
      if (address !== undefined) this.#expect(address, { isPassive: false });
    }
  }

  get #isGuest(): boolean {
    return GUESTS.has(this.#user.toLowerCase());
  }

  #session(): PendingCommands {
    if (this.#pending === undefined) {
      this.#time = this.#conversation.now;
      this.#pending = new PendingCommands();
      // So that the server's greeting answers something.
      this.#pending.add(this.#time, "<init>", "");
    }
    return this.#pending;
  }

  #cut(text: string, weird: string, limit: Limit): string {
    if (text.length <= limit.maximum) return text;
    limit.reached++;
    this.#conversation.weird(weird, String(text.length));
    return text.slice(0, limit.maximum);
  }

  #expect(address: DataAddress, { isPassive }: { isPassive: boolean }): void {
    const conversation = this.#conversation;
    const responder = address.words ?? conversation.responder;
    const { port } = address;
    const { channels } = this.#shared;
    this.#trail.channel(port, isPassive);
    if (!channels.announce(responder, port, { owner: this, now: conversation.now })) {
      conversation.weird("FTP_too_many_expected_data_channels", String(channels.limit.maximum));
      return;
    }
    if (this.#announced.length >= this.#shared.pendingCommands.maximum) this.#announced.shift();
    this.#announced.push([responder, port]);
    const opener = isPassive ? conversation.originator : conversation.responder;
    this.#channel = { isPassive, opener, responder, port };
    conversation.expectFlow(responder, port, "tcp", "ftp");
  }

  #replyLine(line: Uint8Array, position: number): void {
    let code = ftpReplyCode(line);
    let goesOn = false;
    let start = 0;
    if (this.#openReply !== 0) {
      if (code === this.#openReply && line[3] === 32) {
        start = skipBlanks(line, 3);
        this.#openReply = 0;
      } else {
        goesOn = true;
        code = 0;
      }
    } else {
      if (code < 100) {
        this.#violation(code === 0 ? "non-numeric reply code" : "invalid reply code");
        return;
      }
      if (line[3] === DASH) {
        this.#openReply = code;
        start = skipBlanks(line, 4);
        goesOn = true;
      } else if (line.length > 3 && line[3] !== 32) {
        this.#violation("invalid reply line");
        return;
      } else start = skipBlanks(line, 3);
    }
    this.#mark("reply_code", 1, position, 3);
    this.#mark("reply_msg", 1, position + start, line.length - start);
    const text = bytesToText(line.subarray(start));
    this.#trail.reply(code, text);
    this.#secure(code);
    this.#reply(code, text, goesOn);
  }

  /** The server agrees to TLS (RFC 4217) or to a login by tokens (RFC 2228). */
  #secure(code: number): void {
    if (code === 234 && this.#auth === "TLS") {
      this.#inner = this.#conversation.inner("ssl");
      if (this.#inner === undefined) return;
      for (const reader of this.#readers) reader.plainBytes = Number.POSITIVE_INFINITY;
    } else if (code === 334 && this.#auth === "GSSAPI" && this.#adat === undefined) {
      const ssl = this.#conversation.inner("ssl");
      if (ssl !== undefined) this.#adat = new AdatTokens(this.#conversation, ssl);
    }
  }

  #reply(code: number, text: string, goesOn: boolean): void {
    const pending = this.#session();
    // A line inside a reply says nothing new, unless a server forgot to end the reply before it.
    const isInside = goesOn && code === 0 && this.#replyCode !== undefined;
    if (isInside && !/^[1-9][0-9]{2} [ -~]{10}/.test(text)) return;
    const current = pending.bestFor(code, text);
    if (current === undefined) return;
    this.#current = current;
    this.#replyCode = code;
    this.#replyText = text;
    if (goesOn) return;
    const { command } = current;
    if ((code === 150 && command === "RETR") || (code === 213 && command === "SIZE")) {
      this.#fileSize = lastNumber(text);
    } else if ((code === 227 || code === 229) && (command === "PASV" || command === "EPSV")) {
      const address = code === 227 ? parsePasv(text) : parseEpsv(text);
      if (address !== undefined) this.#expect(address, { isPassive: true });
    }
    if (!current.isFolderKnown) {
      current.isFolderKnown = this.#folder.learn(command, current.argument, { code, text });
    }
    if (pending.size <= 1) return;
    pending.remove(current);
    this.#finishCommand();
  }

  /** The command at hand is over: it is logged if it is one of those. */
  #finishCommand(): void {
    const { time, command, argument } = this.#current!;
    const { argumentBytes, replyBytes } = this.#shared;
    this.#time = time;
    this.#command = command;
    const named = ABOUT_FILES.has(command)
      ? this.#folder.link(this.#conversation.responder, argument)
      : argument;
    this.#argument = this.#cut(named, "FTP_arg_too_long", argumentBytes);
    if (this.#replyText !== undefined) {
      this.#replyText = this.#cut(this.#replyText, "FTP_reply_msg_too_long", replyBytes);
    }
    if (command === "PASS" && !this.#isGuest) this.#argument = HIDDEN;
    if (this.#argument === "") this.#argument = undefined;
    if (this.#password !== undefined && !this.#isGuest) this.#password = HIDDEN;
    if (LOGGED.has(command)) {
      this.#write();
      this.#hasLogged = true;
    }
    this.#mimeType = undefined;
    this.#fileSize = undefined;
    this.#channel = undefined;
    this.#fuid = undefined;
  }

  #write(): void {
    const channel = this.#channel;
    this.#shared.log
      .row(this.#time, this.#conversation)
      .text("user", this.#user)
      .text("password", this.#password)
      .text("command", this.#command)
      .text("arg", this.#argument)
      .text("mime_type", this.#mimeType)
      .count("file_size", this.#fileSize)
      .count("reply_code", this.#replyCode)
      .text("reply_msg", this.#replyText)
      .bool("data_channel.passive", channel?.isPassive)
      .address("data_channel.orig_h", channel?.opener)
      .address("data_channel.resp_h", channel?.responder)
      .count("data_channel.resp_p", channel?.port)
      .text("fuid", this.#fuid);
  }

  #violation(reason: string): void {
    if (this.#ends[0] + this.#ends[1] > DOUBTED_BYTES) return;
    this.end();
    this.#isOver = true;
    this.#conversation.reject(reason);
  }

  #mark(field: string, side: Side, position: number, length: number): void {
    this.#conversation.trace?.mark("ftp", field, side, position, length);
  }
}
