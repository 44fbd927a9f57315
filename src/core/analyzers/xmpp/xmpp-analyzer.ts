import type { Conversation, Session, Side } from "../shared/index.ts";
import { TagReader } from "./tag-reader.ts";

/** Behind these nobody changes to TLS any more. */
const AFTER_GREETING: ReadonlySet<string> = new Set([
  "success",
  "message",
  "db:result",
  "db:verify",
  "presence",
]);

/** XMPP (RFC 6120) up to STARTTLS or a login. */
export class XmppAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #tags: readonly [TagReader, TagReader] = [new TagReader(), new TagReader()];
  #askedForTls = false;
  #tls: Session | undefined;
  #isOver = false;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.#isOver = conversation.isMidStream;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    let at = 0;
    const tags = this.#tags[side];
    while (this.#tls === undefined && at < bytes.length) {
      at = tags.read(bytes, at);
      if (tags.isBroken) {
        this.#isOver = true;
        this.#conversation.reject("no XML");
        return;
      }
      const name = tags.take();
      if (name !== undefined) this.#tag(side, name);
      if (this.#isOver) return;
    }
    if (at < bytes.length) this.#tls?.data(side, bytes.subarray(at), position + at);
  }

  gap(side: Side, length: number, position: number): void {
    if (this.#tls !== undefined) this.#tls.gap?.(side, length, position);
    else this.#isOver = true;
  }

  finished(side: Side): void {
    this.#tls?.finished?.(side);
  }

  end(): void {
    this.#tls?.end?.();
  }

  #tag(side: Side, name: string): void {
    const colon = name.indexOf(":");
    const local = colon >= 0 && colon + 1 < name.length ? name.slice(colon + 1) : name;
    if (side === 0 && name === "stream:stream") this.#conversation.confirm("xmpp");
    if (AFTER_GREETING.has(name)) {
      this.#isOver = true;
      this.#conversation.done();
      return;
    }
    if (side === 0) {
      if (local === "starttls") this.#askedForTls = true;
      return;
    }
    if (local === "proceed" && this.#askedForTls) {
      this.#tls = this.#conversation.inner("ssl");
      if (this.#tls === undefined) this.#isOver = true;
    } else if (name === "proceed") this.#conversation.weird("XMPP: proceed without starttls");
  }
}
