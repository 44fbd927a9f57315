import type { CreateDigest, Limit } from "../../base/index.ts";
import {
  bytesToText,
  type Conversation,
  type FileAnalysis,
  LineReader,
  type LogWriter,
  type Session,
  type Side,
} from "../shared/index.ts";
import { BdatLines } from "./bdat-lines.ts";
import { mailAddresses } from "./mail-addresses.ts";
import { SmtpMessage } from "./smtp-message.ts";
import { parseBdat, parseCommand, parseReply } from "./smtp-parser.ts";
import { SmtpRow, type SmtpRowLimits } from "./smtp-row.ts";
import { type SmtpState, type SmtpStep, stepOfCommand, stepOfReply } from "./smtp-state.ts";

/** What all flows of SMTP share. */
export interface SmtpShared extends SmtpRowLimits {
  readonly log: LogWriter;
  readonly files: FileAnalysis;
  readonly createDigest: CreateDigest | undefined;
  readonly lineBytes: Limit;
  readonly bdatLineBytes: Limit;
  readonly pendingCommands: Limit;
  readonly invalidTransactions: Limit;
}

const GREETING = ">";
const DOT = 0x2e;
const CR = 13;
/** Bytes of a flow behind which a violation changes nothing any more, as with Zeek. */
const VIOLATION_BYTES_MAX = 10 * 1024;

/** SMTP (RFC 5321) with pipelining (RFC 2920), chunks (RFC 3030) and STARTTLS (RFC 3207). */
export class SmtpAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: SmtpShared;
  readonly #readers: readonly [LineReader, LineReader];
  #state: SmtpState = "ready";
  /** Who sends mail: TURN (RFC 821) changes it. */
  #sender: Side = 0;
  /** The command whose reply comes next, and those behind it. */
  #first: string | undefined = GREETING;
  #waiting: string[] = [];
  #replied = "";
  /** Code of a reply that goes on. */
  #openReply = 0;
  #message: SmtpMessage | undefined;
  #bdat: BdatLines | undefined;
  #tls: Session | undefined;
  #row: SmtpRow | undefined;
  #helo: string | undefined;
  #depth = 0;
  #mails = 0;
  #bytes = 0;
  #sawMail = false;
  #sawRecipient = false;
  #sawLastChunk = false;
  #invalid = 0;
  #isOver = false;

  constructor(conversation: Conversation, shared: SmtpShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    const reader = (side: Side): LineReader =>
      new LineReader(
        {
          line: (line, position) => this.#line(side, line, position),
          plain: (bytes, position) => this.#plain(side, bytes, position),
          weird: (name) => conversation.weird(name),
        },
        shared.lineBytes,
      );
    this.#readers = [reader(0), reader(1)];
    // Where a line begins, and what it is, cannot be told in the middle.
    this.#isOver = conversation.isMidStream;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    this.#bytes += bytes.length;
    if (this.#tls !== undefined) this.#tls.data(side, bytes, position);
    else this.#readers[side].data(bytes, position);
  }

  gap(side: Side, length: number, position: number): void {
    if (this.#isOver) return;
    if (this.#tls !== undefined) {
      this.#tls.gap?.(side, length, position);
      return;
    }
    if (this.#state === "data" || this.#state === "chunk") {
      this.#message?.gap(length);
      this.#endData();
    }
    this.#waiting = [];
    this.#first = undefined;
    this.#replied = "";
    this.#state = "afterGap";
  }

  finished(side: Side): void {
    if (this.#isOver) return;
    if (this.#tls !== undefined) this.#tls.finished?.(side);
    else this.#readers[side].finish(0);
  }

  end(): void {
    if (this.#message !== undefined) this.#endData();
    this.#tls?.end?.();
    this.#writeRow();
  }

  /** The row that is being filled. */
  row(): SmtpRow {
    this.#row ??= new SmtpRow(this.#conversation, {
      depth: this.#mails + 1,
      helo: this.#helo,
      limits: this.#shared,
    });
    return this.#row;
  }

  get entityCount(): number {
    return this.#depth;
  }

  countEntity(): void {
    this.#depth++;
  }

  #line(side: Side, line: Uint8Array, position: number): void {
    if (this.#isOver) return;
    if (this.#tls !== undefined) return;
    // Some programs end lines with more than one CR.
    let length = line.length;
    while (length > 0 && line[length - 1] === CR) length--;
    const trimmed = line.subarray(0, length);
    if (side !== this.#sender) this.#replyLine(side, trimmed, position);
    else this.#senderLine(trimmed, position);
  }

  #plain(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#tls !== undefined) {
      this.#tls.data(side, bytes, position);
      return;
    }
    const bdat = this.#bdat;
    if (bdat === undefined) return;
    const chunk = bytes.subarray(0, bdat.remainingBytes);
    this.#message?.raw(chunk);
    bdat.data(chunk, position);
    if (bdat.isLast && bdat.remainingBytes === 0) this.#endData();
  }

  #senderLine(line: Uint8Array, position: number): void {
    // An empty last chunk has no bytes that would have ended the mail.
    if (this.#bdat?.isLast === true && this.#bdat.remainingBytes === 0 && line.length > 0) {
      this.#endData();
    }
    switch (this.#state) {
      case "afterGap":
        // Command or content: nobody can say.
        return;
      case "data":
        this.#dataLine(line, position);
        return;
      case "auth":
        this.#awaitReply("AUTH_ANSWER");
        this.#conversation.confirm("smtp");
        this.row();
        return;
      default:
        this.#command(line, position);
    }
  }

  #dataLine(line: Uint8Array, position: number): void {
    if (line.length === 1 && line[0] === DOT) {
      this.#awaitReply(".");
      this.#endData();
      this.#state = "ready";
      this.#sawMail = false;
      this.#sawRecipient = false;
      return;
    }
    const isStuffed = line[0] === DOT;
    const content = isStuffed ? line.subarray(1) : line;
    this.#message ??= this.#beginMessage();
    this.#message.line(content, isStuffed ? position + 1 : position);
  }

  #command(line: Uint8Array, position: number): void {
    const { command, argument, argumentStart } = parseCommand(line);
    if (command === "") return;
    this.#awaitReply(command);
    this.#conversation.confirm("smtp");
    this.#request(command, argument, position + argumentStart);
    if (this.#isOver) return;
    if (command === "BDAT") {
      if (!this.#beginChunk(argument)) return;
    } else if (this.#bdat !== undefined) {
      this.#conversation.weird("smtp_missing_bdat_last_chunk");
      this.#endData();
    }
    this.#take(stepOfCommand(command));
  }

  /** What a command says goes into the row. */
  #request(command: string, argument: Uint8Array, position: number): void {
    const row = this.row();
    switch (command) {
      case "HELO":
      case "EHLO":
        this.#helo = bytesToText(argument);
        row.helo = this.#helo;
        this.#mark("helo", position, argument.length);
        break;
      case "MAIL":
        this.#mailFrom(bytesToText(argument), position, argument.length);
        break;
      case "RCPT":
        this.#recipient(bytesToText(argument), position, argument.length);
        break;
      case "DATA":
      case "BDAT": {
        if (!this.#sawRecipient) this.#invalidTransaction("data missing rcpt to");
        if (command === "DATA" || !bytesToText(argument).endsWith(" LAST")) break;
        this.#sawMail = false;
        this.#sawRecipient = false;
        this.#sawLastChunk = true;
        break;
      }
      default:
    }
  }

  #mailFrom(argument: string, position: number, length: number): void {
    if (!/^from:/i.test(argument)) return;
    // The reply to the last mail may not have been seen.
    this.#flushRow();
    const row = this.row();
    const [address] = mailAddresses(argument);
    if (address !== undefined) row.mailFrom = address;
    this.#mark("mailfrom", position, length);
    row.hasActivity = true;
    this.#sawMail = true;
    this.#sawRecipient = false;
  }

  #recipient(argument: string, position: number, length: number): void {
    if (!/^to:/i.test(argument)) return;
    const found = mailAddresses(argument).map((one) => one.replace(/ORCPT=rfc822;?/, ""));
    const row = this.row();
    row.addresses("rcptto", found);
    this.#mark("rcptto", position, length);
    row.hasActivity = true;
    this.#sawRecipient = true;
    if (!this.#sawMail) this.#invalidTransaction("rcpt to missing mail from");
  }

  #invalidTransaction(what: string): void {
    this.#conversation.weird("smtp_mail_transaction_invalid", what);
    const { maximum } = this.#shared.invalidTransactions;
    if (++this.#invalid <= maximum) return;
    this.#shared.invalidTransactions.reached++;
    const addl = `${this.#invalid} > ${maximum}`;
    this.#conversation.weird("smtp_excessive_invalid_mail_transactions", addl);
    this.#conversation.pastLimit();
    this.#isOver = true;
    this.#conversation.done();
  }

  /** False when the argument of BDAT is none. */
  #beginChunk(argument: Uint8Array): boolean {
    const chunk = parseBdat(argument);
    if ("fault" in chunk) {
      this.#conversation.weird("smtp_invalid_bdat_command", chunk.fault);
      return false;
    }
    if ("tooLarge" in chunk) {
      this.#conversation.weird("smtp_huge_bdat_chunk", chunk.tooLarge);
      return false;
    }
    this.#readers[this.#sender].plainBytes = chunk.bytes;
    if (this.#bdat === undefined) {
      this.#message = this.#beginMessage();
      this.#bdat = new BdatLines(this.#message.mail, {
        lineBytesMax: this.#shared.bdatLineBytes.maximum,
        weird: (name, addl) => this.#conversation.weird(name, addl),
      });
    }
    this.#bdat.begin(chunk.bytes, chunk.isLast);
    return true;
  }

  #beginMessage(): SmtpMessage {
    if (this.#message !== undefined) {
      this.#conversation.weird("smtp_nested_mail_transaction");
      this.#message.end();
    }
    return new SmtpMessage(this.#conversation, {
      shared: this.#shared,
      session: this,
      side: this.#sender,
    });
  }

  #endData(): void {
    const bdat = this.#bdat;
    this.#bdat = undefined;
    if (bdat !== undefined) {
      if (bdat.remainingBytes > 0) {
        this.#conversation.weird("smtp_bdat_remaining_at_end_data");
        for (const reader of this.#readers) reader.plainBytes = 0;
      }
      bdat.end();
    }
    const message = this.#message;
    this.#message = undefined;
    if (message === undefined) this.#conversation.weird("smtp_unmatched_end_of_data");
    else message.end();
    if (this.#state === "data" || this.#state === "chunk") this.#state = "ready";
  }

  #awaitReply(command: string): void {
    if (this.#first === undefined) {
      this.#first = command;
      return;
    }
    const { pendingCommands } = this.#shared;
    if (this.#waiting.length >= pendingCommands.maximum) {
      pendingCommands.reached++;
      this.#conversation.weird("smtp_excessive_pending_cmds");
      this.#waiting = [];
    }
    this.#waiting.push(command);
  }

  #replyLine(side: Side, line: Uint8Array, position: number): void {
    const reply = parseReply(line);
    if (reply === undefined) {
      if (this.#bytes <= VIOLATION_BYTES_MAX) this.#reject("reply code out of range");
      return;
    }
    if (this.#openReply !== 0 && reply.code !== this.#openReply) this.#openReply = 0;
    const isNew = this.#openReply === 0;
    this.#openReply = reply.goesOn ? reply.code : 0;
    if (isNew) this.#newReply(reply.code);
    const row = this.row();
    row.lastReply = `${reply.code} ${bytesToText(line.subarray(reply.textStart))}`;
    this.#conversation.trace?.mark("smtp", "last_reply", side, position, line.length);
    const endsMail =
      this.#replied === "." || (this.#replied === "BDAT" && this.#sawLastChunk && !reply.goesOn);
    if (!endsMail) return;
    this.#mails++;
    this.#sawLastChunk = false;
    this.#writeRow();
    this.#row = undefined;
    this.row();
  }

  #newReply(code: number): void {
    if (this.#state === "afterGap") {
      this.#state = "afterGapReply";
      this.#conversation.confirm("smtp");
    }
    const command = this.#first ?? "";
    this.#replied = command;
    this.#first = this.#waiting.shift();
    this.#take(stepOfReply(command, code, this.#state));
  }

  #take(step: SmtpStep | undefined): void {
    switch (step) {
      case undefined:
        break;
      case "beginData":
        this.#message = this.#beginMessage();
        this.#state = "data";
        break;
      case "abortData":
        if (this.#state === "data") this.#endData();
        this.#state = "ready";
        break;
      case "endData":
        this.#endData();
        break;
      case "tls":
        this.#startTls();
        break;
      case "turn":
        this.#sender = this.#sender === 0 ? 1 : 0;
        this.#state = "ready";
        break;
      default:
        this.#state = step;
    }
  }

  #startTls(): void {
    const row = this.row();
    row.isTls = true;
    row.hasActivity = true;
    const tls = this.#conversation.inner("ssl");
    if (tls === undefined) {
      this.#isOver = true;
      return;
    }
    this.#tls = tls;
    for (const reader of this.#readers) reader.plainBytes = Number.POSITIVE_INFINITY;
  }

  /** Writes the row if there is something in it, and begins the next. */
  #flushRow(): void {
    if (this.#row?.hasActivity !== true) return;
    this.#writeRow();
    this.#row = undefined;
  }

  #writeRow(): void {
    const row = this.#row;
    if (row?.hasActivity !== true) return;
    row.hasActivity = false;
    row.write(this.#shared.log);
  }

  #reject(reason: string): void {
    this.end();
    this.#isOver = true;
    this.#conversation.reject(reason);
  }

  #mark(field: string, position: number, length: number): void {
    this.#conversation.trace?.mark("smtp", field, this.#sender, position, length);
  }
}
