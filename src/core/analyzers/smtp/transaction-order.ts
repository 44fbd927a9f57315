import type { Limit } from "../../base/index.ts";
import type { Conversation } from "../shared/index.ts";

/** Whether MAIL, RCPT and DATA come in their order (RFC 5321 3.3); Zeek gives up after too many faults. */
export class TransactionOrder {
  readonly #conversation: Conversation;
  readonly #limit: Limit;
  #sawMail = false;
  #sawRecipient = false;
  #faults = 0;

  constructor(conversation: Conversation, limit: Limit) {
    this.#conversation = conversation;
    this.#limit = limit;
  }

  /** True once there were so many faults that nothing is to be read any more. */
  get isHopeless(): boolean {
    return this.#faults > this.#limit.maximum;
  }

  mail(): void {
    this.#sawMail = true;
    this.#sawRecipient = false;
  }

  recipient(): void {
    this.#sawRecipient = true;
    if (!this.#sawMail) this.#fault("rcpt to missing mail from");
  }

  content(): void {
    if (!this.#sawRecipient) this.#fault("data missing rcpt to");
  }

  end(): void {
    this.#sawMail = false;
    this.#sawRecipient = false;
  }

  #fault(what: string): void {
    this.#conversation.weird("smtp_mail_transaction_invalid", what);
    this.#faults++;
    if (!this.isHopeless) return;
    this.#limit.reached++;
    const addl = `${this.#faults} > ${this.#limit.maximum}`;
    this.#conversation.weird("smtp_excessive_invalid_mail_transactions", addl);
    this.#conversation.pastLimit();
  }
}
