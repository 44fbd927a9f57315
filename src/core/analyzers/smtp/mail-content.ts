import type { Conversation, Side } from "../shared/index.ts";
import { BdatLines } from "./bdat-lines.ts";
import { type MessageSession, SmtpMessage } from "./smtp-message.ts";
import { parseBdat } from "./smtp-parser.ts";
import type { SmtpShared } from "./smtp-shared.ts";

/** The mail that is being sent, by DATA or in chunks. */
export class MailContent {
  readonly #conversation: Conversation;
  readonly #shared: SmtpShared;
  readonly #session: MessageSession;
  #message: SmtpMessage | undefined;
  #bdat: BdatLines | undefined;

  constructor(conversation: Conversation, about: { shared: SmtpShared; session: MessageSession }) {
    this.#conversation = conversation;
    this.#shared = about.shared;
    this.#session = about.session;
  }

  get isOpen(): boolean {
    return this.#message !== undefined;
  }

  get isInChunks(): boolean {
    return this.#bdat !== undefined;
  }

  /** All chunks came, and nothing ended the mail: the last one was empty. */
  get isComplete(): boolean {
    return this.#bdat?.isLast === true && this.#bdat.remainingBytes === 0;
  }

  begin(side: Side): void {
    if (this.#message !== undefined) {
      this.#conversation.weird("smtp_nested_mail_transaction");
      this.#message.end();
    }
    this.#message = new SmtpMessage(this.#conversation, {
      shared: this.#shared,
      session: this.#session,
      side,
    });
  }

  /** Begins a chunk; its bytes, or undefined when the argument of BDAT is none. */
  beginChunk(side: Side, argument: Uint8Array): number | undefined {
    const chunk = parseBdat(argument);
    if ("fault" in chunk) {
      this.#conversation.weird("smtp_invalid_bdat_command", chunk.fault);
      return undefined;
    }
    if ("tooLarge" in chunk) {
      this.#conversation.weird("smtp_huge_bdat_chunk", chunk.tooLarge);
      return undefined;
    }
    if (this.#bdat === undefined) {
      this.begin(side);
      this.#bdat = new BdatLines(this.#message!.mail, {
        lineBytesMax: this.#shared.bdatLineBytes.maximum,
        weird: (name, addl) => this.#conversation.weird(name, addl),
      });
    }
    this.#bdat.begin(chunk.bytes, chunk.isLast);
    return chunk.bytes;
  }

  /** A line of DATA. */
  line(side: Side, line: Uint8Array, position: number, isContinued: boolean): void {
    if (this.#message === undefined) this.begin(side);
    this.#message?.line(line, position, isContinued);
  }

  /** See `SmtpMessage.part`. */
  part(bytes: Uint8Array, position: number, isContinued: boolean): boolean {
    return this.#message?.part(bytes, position, isContinued) === true;
  }

  /** Bytes of a chunk; true when they were the last of the last one. */
  chunk(bytes: Uint8Array, position: number): boolean {
    const bdat = this.#bdat;
    if (bdat === undefined) return false;
    const chunk = bytes.subarray(0, bdat.remainingBytes);
    this.#message?.raw(chunk);
    bdat.data(chunk, position);
    return this.isComplete;
  }

  gap(length: number): void {
    this.#message?.gap(length);
  }

  end(): void {
    const bdat = this.#bdat;
    this.#bdat = undefined;
    if (bdat !== undefined) {
      if (bdat.remainingBytes > 0) this.#conversation.weird("smtp_bdat_remaining_at_end_data");
      bdat.end();
    }
    const message = this.#message;
    this.#message = undefined;
    if (message === undefined) this.#conversation.weird("smtp_unmatched_end_of_data");
    else message.end();
  }
}
