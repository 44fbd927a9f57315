import type { Conversation, FileAnalysis, FileFeed, Side } from "../shared/index.ts";
import { type MailHost, type MimeHeader, MimeMail } from "../shared/mime/index.ts";
import { LinkFinder } from "./link-finder.ts";
import type { MessageFacts, SmtpRow } from "./smtp-row.ts";
import type { SmtpShared } from "./smtp-shared.ts";

/** What a message needs of its session. */
export interface MessageSession {
  /** The row that what is found now belongs to: it may change while a mail is under way. */
  row(): SmtpRow;
  /** Counts entities of the session; Zeek's depth of a file. */
  countEntity(): void;
  readonly entityCount: number;
}

const CR_LF = Uint8Array.of(13, 10);

/** A mail under way: its lines go to the reader of parts, its bytes to whoever takes mails out. */
export class SmtpMessage implements MailHost {
  readonly mail: MimeMail;
  readonly #conversation: Conversation;
  readonly #shared: SmtpShared;
  readonly #session: MessageSession;
  readonly #side: Side;
  readonly #whole: FileFeed;
  readonly #facts: MessageFacts;
  readonly #links: LinkFinder;

  constructor(
    conversation: Conversation,
    about: { shared: SmtpShared; session: MessageSession; side: Side },
  ) {
    this.#conversation = conversation;
    this.#shared = about.shared;
    this.#session = about.session;
    this.#side = about.side;
    const { createDigest, files } = about.shared;
    this.#whole = openWhole(conversation, files, about.side);
    this.#facts = {
      fuid: this.#whole.fuid,
      bytes: 0,
      isOver: false,
      digest: createDigest?.("sha256"),
      body: createDigest?.("md5"),
    };
    about.session.row().message = this.#facts;
    this.#links = new LinkFinder((link) => {
      const { urls } = this.#session.row();
      if (urls === undefined) this.#session.row().urls = new Set([link]);
      else urls.add(link);
    });
    this.mail = new MimeMail(this);
  }

  /** A line of DATA, dots undone, or what of it goes on where a part ended. */
  line(line: Uint8Array, position: number, isContinued: boolean): void {
    this.raw(line);
    this.raw(CR_LF);
    this.mail.deliver(line, true, position, isContinued);
  }

  /** The next part of a line that does not end yet; false where only whole lines are read. */
  part(bytes: Uint8Array, position: number, isContinued: boolean): boolean {
    if (!this.mail.takesParts) return false;
    this.raw(bytes);
    this.mail.deliver(bytes, false, position, isContinued);
    return true;
  }

  /** Bytes as they are in the message. */
  raw(bytes: Uint8Array): void {
    this.#facts.bytes += bytes.length;
    this.#facts.digest?.update(bytes);
    this.#whole.data(bytes);
  }

  gap(length: number): void {
    this.#whole.gap(length);
    // What is missing has no digest.
    this.#facts.digest = undefined;
    this.#facts.body = undefined;
    this.mail.gap(length);
  }

  end(): void {
    this.#facts.isOver = true;
    this.mail.end();
    this.#whole.end();
  }

  beginEntity(): void {
    this.#session.countEntity();
    this.#session.row().beginEntity();
  }

  header(header: MimeHeader, position: number): void {
    this.#session.row().header(header, position);
  }

  endEntity(): void {
    this.#links.flush();
    this.#session.row().entity = undefined;
  }

  openFile(): FileFeed {
    const row = this.#session.row();
    const filename = row.entity?.filename;
    const feed = this.#shared.files.open(this.#conversation, {
      source: "SMTP",
      side: this.#side,
      depth: this.#session.entityCount,
      origin: row.subject,
      ...(filename === undefined ? {} : { filename }),
    });
    row.fuid(feed.fuid);
    return feed;
  }

  openMessage(): FileFeed {
    return openWhole(this.#conversation, this.#shared.files, this.#side);
  }

  content(bytes: Uint8Array, type: string): void {
    this.#facts.body?.update(bytes);
    if (type.startsWith("text/")) this.#links.text(bytes);
  }

  weird(name: string, addl?: string): void {
    this.#conversation.weird(name, addl);
    if (name.startsWith("exceeded_")) this.#conversation.pastLimit();
  }
}

/** A mail as it was written, for whoever takes files out. */
export function openWhole(conversation: Conversation, files: FileAnalysis, side: Side): FileFeed {
  return files.open(conversation, {
    source: "SMTP",
    side,
    reading: "message",
    mimeType: "message/rfc822",
  });
}
