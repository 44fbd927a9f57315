import type { Conversation, FileAnalysis, FileFeed } from "../shared/index.ts";
import { fileName, type MailHost, type MimeHeader, MimeMail } from "../shared/mime/index.ts";

const CR_LF = Uint8Array.of(13, 10);

/** A mail that is fetched: its parts are files, and so is the whole. */
export class Pop3Mail implements MailHost {
  readonly #conversation: Conversation;
  readonly #files: FileAnalysis;
  readonly #whole: FileFeed;
  readonly #mail: MimeMail;
  #depth = 0;
  #filename: string | undefined;

  constructor(conversation: Conversation, files: FileAnalysis) {
    this.#conversation = conversation;
    this.#files = files;
    this.#whole = this.openMessage();
    this.#mail = new MimeMail(this);
  }

  /** A line, dots undone, or what of it goes on where a part ended. */
  line(line: Uint8Array, position: number, isContinued: boolean): void {
    this.#whole.data(line);
    this.#whole.data(CR_LF);
    this.#mail.deliver(line, true, position, isContinued);
  }

  /** The next part of a line that does not end yet; false where only whole lines are read. */
  part(bytes: Uint8Array, position: number, isContinued: boolean): boolean {
    if (!this.#mail.takesParts) return false;
    this.#whole.data(bytes);
    this.#mail.deliver(bytes, false, position, isContinued);
    return true;
  }

  gap(length: number): void {
    this.#whole.gap(length);
    this.#mail.gap(length);
  }

  end(): void {
    this.#mail.end();
    this.#whole.end();
  }

  beginEntity(): void {
    this.#depth++;
    this.#filename = undefined;
  }

  header({ name, value }: MimeHeader): void {
    if (name !== "content-disposition" && name !== "content-type") return;
    this.#filename = fileName(name, value) ?? this.#filename;
  }

  endEntity(): void {
    this.#filename = undefined;
  }

  openFile(): FileFeed {
    const filename = this.#filename;
    return this.#files.open(this.#conversation, {
      source: "POP3",
      side: 1,
      depth: this.#depth,
      ...(filename === undefined ? {} : { filename }),
    });
  }

  openMessage(): FileFeed {
    return this.#files.open(this.#conversation, {
      source: "POP3",
      side: 1,
      reading: "message",
      mimeType: "message/rfc822",
    });
  }

  weird(name: string, addl?: string): void {
    this.#conversation.weird(name, addl);
  }
}
