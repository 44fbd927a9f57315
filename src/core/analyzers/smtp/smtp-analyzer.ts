import {
  bytesToText,
  type Conversation,
  DOUBTED_BYTES,
  LineReader,
  type Session,
  type Side,
} from "../shared/index.ts";
import { mailAddresses } from "./mail-addresses.ts";
import { MailContent } from "./mail-content.ts";
import { RefusedMail } from "./refused-mail.ts";
import { ReplyQueue } from "./reply-queue.ts";
import { parseCommand, parseReply } from "./smtp-parser.ts";
import { SmtpRow } from "./smtp-row.ts";
import type { SmtpShared } from "./smtp-shared.ts";
import { type SmtpState, type SmtpStep, stepOfCommand, stepOfReply } from "./smtp-state.ts";
import { TransactionOrder } from "./transaction-order.ts";

const DOT = 0x2e;
const CR = 13;

/** SMTP (RFC 5321) with pipelining (RFC 2920), chunks (RFC 3030) and STARTTLS (RFC 3207). */
export class SmtpAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: SmtpShared;
  readonly #readers: readonly [LineReader, LineReader];
  #state: SmtpState = "ready";
  /** Who sends mail: TURN (RFC 821) changes it. */
  #sender: Side = 0;
  readonly #replies: ReplyQueue;
  /** Code of a reply that goes on. */
  #openReply = 0;
  readonly #content: MailContent;
  #tls: Session | undefined;
  #row: SmtpRow | undefined;
  #helo: string | undefined;
  #depth = 0;
  #mails = 0;
  /** How far each side came, gaps counted. */
  readonly #ends: [number, number] = [0, 0];
  readonly #order: TransactionOrder;
  #sawLastChunk = false;
  readonly #refused: RefusedMail;
  #isOver = false;

  constructor(conversation: Conversation, shared: SmtpShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#content = new MailContent(conversation, { shared, session: this });
    this.#replies = new ReplyQueue(shared.pendingCommands);
    this.#refused = new RefusedMail(conversation, shared.files);
    this.#order = new TransactionOrder(conversation, shared.invalidTransactions);
    const reader = (side: Side): LineReader =>
      new LineReader(
        {
          line: (line, position) => this.#line(side, line, position),
          part: (bytes, position) => this.#part(side, bytes, position),
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
    this.#ends[side] = position + bytes.length;
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
      this.#content.gap(length);
      this.#endData();
    }
    this.#replies.clear();
    this.#state = "afterGap";
  }

  finished(side: Side): void {
    if (this.#isOver) return;
    if (this.#tls !== undefined) this.#tls.finished?.(side);
    else this.#readers[side].finish(0);
  }

  end(): void {
    if (this.#content.isOpen) this.#endData();
    this.#refused.end();
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
    if (this.#content.chunk(bytes, position)) this.#endData();
  }

  #senderLine(line: Uint8Array, position: number): void {
    // An empty last chunk has no bytes that would have ended the mail.
    if (line.length > 0 && this.#content.isComplete) this.#endData();
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

  /** Lines of a mail's content may have any length, whatever RFC 5321 says of them. */
  #part(side: Side, bytes: Uint8Array, position: number): boolean {
    if (this.#isOver || this.#tls !== undefined) return false;
    if (side !== this.#sender || this.#state !== "data") return false;
    const { isContinued } = this.#readers[side];
    const dots = !isContinued && bytes[0] === DOT ? 1 : 0;
    return this.#content.part(bytes.subarray(dots), position + dots, isContinued);
  }

  #dataLine(line: Uint8Array, position: number): void {
    if (this.#readers[this.#sender].isContinued) {
      this.#content.line(this.#sender, line, position, true);
      return;
    }
    if (line.length === 1 && line[0] === DOT) {
      this.#awaitReply(".");
      this.#endData();
      this.#state = "ready";
      this.#order.end();
      return;
    }
    const isStuffed = line[0] === DOT;
    const content = isStuffed ? line.subarray(1) : line;
    this.#content.line(this.#sender, content, isStuffed ? position + 1 : position, false);
  }

  #command(line: Uint8Array, position: number): void {
    const { command, argument, argumentStart } = parseCommand(line);
    if (command === "") {
      this.#refused.line(this.#sender, line);
      return;
    }
    this.#refused.end();
    this.#awaitReply(command);
    this.#conversation.confirm("smtp");
    this.#request(command, argument, position + argumentStart);
    if (this.#isOver) return;
    if (command === "BDAT") {
      const bytes = this.#content.beginChunk(this.#sender, argument);
      if (bytes === undefined) return;
      this.#readers[this.#sender].plainBytes = bytes;
    } else if (this.#content.isInChunks) {
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
        this.#order.content();
        this.#stopIfHopeless();
        if (command === "DATA" || !bytesToText(argument).endsWith(" LAST")) break;
        this.#order.end();
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
    this.#order.mail();
  }

  #recipient(argument: string, position: number, length: number): void {
    if (!/^to:/i.test(argument)) return;
    const found = mailAddresses(argument).map((one) => one.replace(/ORCPT=rfc822;?/, ""));
    const row = this.row();
    row.addresses("rcptto", found);
    this.#mark("rcptto", position, length);
    row.hasActivity = true;
    this.#order.recipient();
    this.#stopIfHopeless();
  }

  #stopIfHopeless(): void {
    if (!this.#order.isHopeless) return;
    this.#isOver = true;
    this.#conversation.done();
  }

  #endData(): void {
    this.#content.end();
    for (const reader of this.#readers) {
      if (Number.isFinite(reader.plainBytes)) reader.plainBytes = 0;
    }
    if (this.#state === "data" || this.#state === "chunk") this.#state = "ready";
  }

  #awaitReply(command: string): void {
    if (!this.#replies.add(command)) this.#conversation.weird("smtp_excessive_pending_cmds");
  }

  #replyLine(side: Side, line: Uint8Array, position: number): void {
    const reply = parseReply(line);
    if (reply === undefined) {
      if (this.#ends[0] + this.#ends[1] <= DOUBTED_BYTES) this.#reject("reply code out of range");
      return;
    }
    if (this.#openReply !== 0 && reply.code !== this.#openReply) this.#openReply = 0;
    const isNew = this.#openReply === 0;
    this.#openReply = reply.goesOn ? reply.code : 0;
    if (isNew) this.#newReply(reply.code);
    const row = this.row();
    row.lastReply = `${reply.code} ${bytesToText(line.subarray(reply.textStart))}`;
    this.#conversation.trace?.mark("smtp", "last_reply", side, position, line.length);
    const { replied } = this.#replies;
    const endsMail = replied === "." || (replied === "BDAT" && this.#sawLastChunk && !reply.goesOn);
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
    this.#take(stepOfReply(this.#replies.take(), code, this.#state));
  }

  #take(step: SmtpStep | undefined): void {
    switch (step) {
      case undefined:
        break;
      case "beginData":
        this.#content.begin(this.#sender);
        this.#state = "data";
        break;
      case "abortData":
        if (this.#state === "data") this.#endData();
        this.#refused.begin();
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
    row.tellSoftware(this.#shared.software);
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
