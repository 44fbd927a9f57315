import type { Limit, RunningDigest } from "../../base/index.ts";
import { formatAddress, parseAddress } from "../../packet/index.ts";
import {
  bytesToText,
  type Conversation,
  hexText,
  type LogWriter,
  type SoftwareInventory,
} from "../shared/index.ts";
import { fileName, type MimeHeader } from "../shared/mime/index.ts";
import { decodeWords } from "./encoded-words.ts";
import { headerAddresses, ipAddresses } from "./mail-addresses.ts";

/** Bounds of what one row holds. */
export interface SmtpRowLimits {
  readonly addresses: Limit;
  readonly path: Limit;
  readonly fuids: Limit;
}

type TextField = "msg_id" | "in_reply_to" | "subject" | "from" | "reply_to" | "date" | "user_agent";

const TEXT_HEADERS: ReadonlyMap<string, TextField> = new Map([
  ["message-id", "msg_id"],
  ["in-reply-to", "in_reply_to"],
  ["subject", "subject"],
  ["from", "from"],
  ["reply-to", "reply_to"],
  ["date", "date"],
  ["x-mailer", "user_agent"],
  ["user-agent", "user_agent"],
  ["x-user-agent", "user_agent"],
]);

type ListField = "rcptto" | "to" | "cc";
/** Headers Received that are kept; a mail that goes in circles has more. */
const RECEIVED_MAX = 100;

/** What is known of a mail's bytes while they come. */
export interface MessageFacts {
  fuid: string;
  bytes: number;
  isOver: boolean;
  digest: RunningDigest | undefined;
  /** Of the content, decoded. */
  body: RunningDigest | undefined;
}

/** What becomes a row of the log: an envelope, the headers of its mail, replies. */
export class SmtpRow {
  readonly time: number;
  readonly depth: number;
  helo: string | undefined;
  mailFrom: string | undefined;
  lastReply: string | undefined;
  isTls = false;
  /** The client did something that is worth a row. */
  hasActivity = false;
  /** Name of the entity at hand; undefined between entities. */
  entity: { filename: string | undefined } | undefined;
  message: MessageFacts | undefined;
  readonly fuids: string[] = [];
  readonly attachments: string[] = [];
  urls: Set<string> | undefined;
  readonly #conversation: Conversation;
  readonly #limits: SmtpRowLimits;
  readonly #texts = new Map<TextField, string>();
  readonly #lists = new Map<ListField, Set<string>>();
  readonly #path: string[];
  readonly #received: string[] = [];
  #originatingIp: Int32Array | undefined;
  #entities = 0;

  constructor(
    conversation: Conversation,
    about: { depth: number; helo: string | undefined; limits: SmtpRowLimits },
  ) {
    this.#conversation = conversation;
    this.#limits = about.limits;
    this.time = conversation.now;
    this.depth = about.depth;
    this.helo = about.helo;
    this.#path = [addressText(conversation.responder), addressText(conversation.originator)];
  }

  beginEntity(): void {
    this.entity = { filename: undefined };
    this.#entities++;
  }

  addresses(name: ListField, found: readonly string[]): void {
    const { maximum } = this.#limits.addresses;
    const list = this.#lists.get(name) ?? new Set();
    this.#lists.set(name, list);
    for (const one of found) {
      if (list.size >= maximum) {
        this.#limits.addresses.reached++;
        this.#conversation.weird(`smtp_too_many_${name}_addresses`);
        return;
      }
      list.add(one);
    }
  }

  fuid(fuid: string): void {
    if (this.#limits.fuids.maximum > this.fuids.length) this.fuids.push(fuid);
    else this.#limits.fuids.reached++;
  }

  /** Takes a header of the mail or of one of its parts. */
  header({ name, value }: MimeHeader, position: number): void {
    if (name === "content-disposition" || name === "content-type") {
      const filename = fileName(name, value);
      if (filename !== undefined && this.entity !== undefined) {
        if (this.entity.filename === undefined) this.attachments.push(decodeWords(filename));
        this.entity.filename = filename;
      }
    }
    // Headers of parts are not the mail's.
    if (this.#entities > 1) return;
    const field = TEXT_HEADERS.get(name);
    if (field !== undefined) {
      this.#texts.set(field, bytesToText(value));
      this.#mark(field, position, value.length);
    } else if (name === "received") this.#receivedHeader(bytesToText(value), position);
    else if (name === "to" || name === "cc") {
      this.addresses(name, headerAddresses(bytesToText(value)));
      this.#mark(name, position, value.length);
    } else if (name === "x-originating-ip") {
      const [first] = ipAddresses(bytesToText(value));
      const words = first === undefined ? undefined : parseAddress(first);
      if (words !== undefined) this.#originatingIp = Int32Array.from(words);
    }
  }

  get subject(): string | undefined {
    return this.#texts.get("subject");
  }

  /** The program that wrote the mail runs where it set out. */
  tellSoftware(software: SoftwareInventory): void {
    const banner = this.#texts.get("user_agent");
    const first = this.#path[this.#path.length - 1];
    const words = first === undefined ? undefined : parseAddress(first);
    if (banner === undefined || words === undefined) return;
    const host = Int32Array.from(words);
    software.saw(this.#conversation, { kind: "SMTP::MAIL_CLIENT", banner, side: 0, host });
  }

  write(log: LogWriter): void {
    const received = this.#received;
    const list = (name: ListField): string[] | undefined => {
      const set = this.#lists.get(name);
      return set && [...set];
    };
    log
      .row(this.time, this.#conversation)
      .count("trans_depth", this.depth)
      .text("helo", this.helo)
      .text("mailfrom", this.mailFrom)
      .list("rcptto", list("rcptto"))
      .list("to", list("to"))
      .list("cc", list("cc"))
      .address("x_originating_ip", this.#originatingIp)
      .text("first_received", received[received.length - 1])
      .text("second_received", received[received.length - 2])
      .text("last_reply", this.lastReply)
      .list("path", this.#path)
      .bool("tls", this.isTls)
      .list("fuids", this.fuids);
    for (const [field, text] of this.#texts) log.text(field, text);
    if (received.length > 0) log.list("received", received);
    if (this.attachments.length > 0) log.list("attachments", this.attachments);
    if (this.urls !== undefined && this.urls.size > 0) log.list("urls", [...this.urls]);
    const { message } = this;
    if (message?.isOver !== true) return;
    log.text("message_fuid", message.fuid).count("message_bytes", message.bytes);
    if (message.digest !== undefined) log.text("message_sha256", hexText(message.digest.digest()));
    if (message.body !== undefined) log.text("body_md5", hexText(message.body.digest()));
  }

  #receivedHeader(text: string, position: number): void {
    if (this.#received.length >= RECEIVED_MAX) this.#received.shift();
    this.#received.push(text);
    this.#mark("first_received", position, text.length);
    const found = ipAddresses(text, { wrapped: true });
    // The first is what the sender called itself, where there are two.
    const address = found.length > 1 ? found[1] : found[0];
    const words = address === undefined ? undefined : parseAddress(address);
    if (words === undefined) return;
    const hop = formatAddress(...words);
    if (this.#path[this.#path.length - 1] === hop) return;
    if (this.#path.length >= this.#limits.path.maximum) {
      this.#limits.path.reached++;
      this.#conversation.weird("smtp_max_path_length_exceeded");
      return;
    }
    this.#path.push(hop);
  }

  #mark(field: string, position: number, length: number): void {
    this.#conversation.trace?.mark("smtp", field, 0, position, length);
  }
}

function addressText(words: Int32Array): string {
  return formatAddress(words[0]!, words[1]!, words[2]!, words[3]!);
}
