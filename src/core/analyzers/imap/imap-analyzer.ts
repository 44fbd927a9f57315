import type { Limit } from "../../base/index.ts";
import {
  asciiText,
  type Conversation,
  LineReader,
  type Session,
  type Side,
} from "../shared/index.ts";

/** Commands behind which nobody changes to TLS any more; compared as they are written, as Zeek does. */
const AFTER_GREETING: ReadonlySet<string> = new Set([
  "authenticate",
  "login",
  "examine",
  "create",
  "list",
  "fetch",
]);
const WORD_BYTES_MAX = 128;

/** IMAP (RFC 9051) up to STARTTLS (RFC 9051 6.2.1) or a login. */
export class ImapAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #readers: readonly [LineReader, LineReader];
  #tag: string | undefined;
  #tls: Session | undefined;
  #isOver = false;

  constructor(conversation: Conversation, lineBytes: Limit) {
    this.#conversation = conversation;
    const reader = (side: Side): LineReader =>
      new LineReader(
        {
          line: (line) => this.#line(side, line),
          plain: (bytes, position) => this.#tls?.data(side, bytes, position),
          weird: () => {},
        },
        lineBytes,
      );
    this.#readers = [reader(0), reader(1)];
    this.#isOver = conversation.isMidStream;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    if (this.#tls !== undefined) this.#tls.data(side, bytes, position);
    else this.#readers[side].data(bytes, position);
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

  #line(side: Side, line: Uint8Array): void {
    if (this.#isOver || this.#tls !== undefined || line.length === 0) return;
    const [tag, word] = asciiText(line.subarray(0, WORD_BYTES_MAX)).split(/ +/, 2);
    if (tag === undefined || tag === "" || word === undefined || word === "") {
      this.#isOver = true;
      // Behind a greeting this may be a literal or a continuation: nothing more is read, that is all.
      if (this.#conversation.hasService("imap")) this.#conversation.done();
      else this.#conversation.reject("no tag and command");
      return;
    }
    const command = word.toLowerCase();
    if (side === 1 && tag === "*" && command === "ok") this.#conversation.confirm("imap");
    if (side === 0 && (word === "capability" || command === "starttls")) {
      this.#conversation.confirm("imap");
    }
    if (AFTER_GREETING.has(word)) {
      this.#conversation.confirm("imap");
      this.#isOver = true;
      this.#conversation.done();
      return;
    }
    if (side === 0 && command === "starttls") this.#askedForTls(tag);
    else if (side === 1 && tag === this.#tag) this.#answeredTls(command);
  }

  #askedForTls(tag: string): void {
    if (this.#tag !== undefined) this.#conversation.weird("IMAP: client sent duplicate StartTLS");
    this.#tag = tag;
  }

  #answeredTls(command: string): void {
    if (command !== "ok") {
      this.#conversation.weird("IMAP: server refused StartTLS");
      return;
    }
    this.#tls = this.#conversation.inner("ssl");
    if (this.#tls === undefined) this.#isOver = true;
    for (const reader of this.#readers) reader.plainBytes = Number.POSITIVE_INFINITY;
  }
}
