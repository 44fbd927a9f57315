import type { Conversation, Session, Side } from "../shared/index.ts";

/** What a session setup carries: who logs on. */
export class SmbSecurity {
  readonly #conversation: Conversation;
  #gssapi: Session | undefined;
  #isOpen = false;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  /** A token of one side, whole. */
  token(side: Side, bytes: Uint8Array, position: number): void {
    if (bytes.length < 8) return;
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#gssapi = this.#conversation.inner("gssapi");
    }
    this.#gssapi?.data(side, bytes, position);
  }

  /** The server's answer to a session setup. */
  answer(status: string): void {
    this.#gssapi?.outcome?.({ status });
  }

  end(): void {
    this.#gssapi?.end?.();
  }
}
