import type { Limit } from "../../base/index.ts";
import type {
  Conversation,
  FileAnalysis,
  FileFeed,
  LogWriter,
  Session,
  Side,
} from "../shared/index.ts";
import { splitWords } from "./irc-parser.ts";

/** What an IRC flow's rows say; a transfer it announced writes one of them. */
export interface IrcState {
  readonly flow: Conversation;
  time: number;
  nick?: string;
  user?: string;
  command?: string;
  value?: string;
  addl?: string;
  fileName?: string | undefined;
  fileSize?: number | undefined;
  mimeType?: string | undefined;
  fuid?: string | undefined;
}

export function writeIrc(log: LogWriter, state: IrcState, command = state.command): void {
  log
    .row(state.time, state.flow)
    .text("nick", state.nick)
    .text("user", state.user)
    .text("command", command)
    .text("value", state.value)
    .text("addl", state.addl)
    .text("dcc_file_name", state.fileName)
    .count("dcc_file_size", state.fileSize)
    .text("dcc_mime_type", state.mimeType)
    .text("fuid", state.fuid);
}

/** A transfer as a message offers it (CTCP DCC). */
export interface DccOffer {
  readonly kind: string;
  readonly name: string;
  readonly address: Int32Array;
  readonly port: number;
  readonly size: number;
}

/** Reads `DCC kind name address port [size]`; the weird's name when it is none. */
export function parseDcc(text: string): DccOffer | string {
  const parts = splitWords(text);
  const isTurbo = parts.length === 7 && parts[6] === "T";
  if ((parts.length < 5 || parts.length > 6) && !isTurbo) return "irc_invalid_dcc_message_format";
  const [, kind, name, host, port] = parts as [string, string, string, string, string];
  const number = decimal(host);
  if (number === undefined || number > 0xffffffff) return "irc_invalid_dcc_host";
  const portNumber = decimal(port);
  if (portNumber === undefined || portNumber > 0xffff) return "irc_invalid_dcc_port";
  const address = Int32Array.of(0, 0, 0xffff, number | 0);
  return { kind, name, address, port: portNumber, size: decimal(parts[5] ?? "") ?? 0 };
}

function decimal(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Nanoseconds that an offer stands. */
const OFFER_NANOSECONDS = 300e9;

/** Transfers that were offered and did not begin yet. */
export class DccTransfers {
  readonly #limit: Limit;
  readonly #offers = new Map<string, { readonly state: IrcState; readonly time: number }>();

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** False when too many wait. */
  add(offer: DccOffer, state: IrcState, now: number): boolean {
    for (const [key, { time }] of this.#offers) {
      if (now - time < OFFER_NANOSECONDS) break;
      this.#offers.delete(key);
    }
    if (this.#offers.size >= this.#limit.maximum) {
      this.#limit.reached++;
      return false;
    }
    this.#offers.set(keyOf(offer.address, offer.port), { state, time: now });
    return true;
  }

  take(address: Int32Array, port: number): IrcState | undefined {
    const key = keyOf(address, port);
    const offer = this.#offers.get(key);
    this.#offers.delete(key);
    return offer?.state;
  }
}

function keyOf(address: Int32Array, port: number): string {
  return `${address.join(" ")} ${port}`;
}

const ACKNOWLEDGEMENT_BYTES = 4;

/** A file that is sent from one client to another; who receives it connects. */
export class DccSession implements Session {
  readonly #conversation: Conversation;
  readonly #files: FileAnalysis;
  readonly #log: LogWriter;
  #state: IrcState | undefined;
  #feed: FileFeed | undefined;
  #acknowledged = 0;

  constructor(
    conversation: Conversation,
    about: { files: FileAnalysis; log: LogWriter; state: IrcState | undefined },
  ) {
    this.#conversation = conversation;
    this.#files = about.files;
    this.#log = about.log;
    this.#state = about.state;
    conversation.confirm("irc-dcc-data");
  }

  data(side: Side, bytes: Uint8Array): void {
    if (side === 0) this.#acknowledged += bytes.length;
    else this.#file().data(bytes);
  }

  gap(side: Side, length: number): void {
    if (side === 1) this.#file().gap(length);
  }

  end(): void {
    if (this.#acknowledged % ACKNOWLEDGEMENT_BYTES !== 0) {
      this.#conversation.weird("irc_invalid_dcc_send_ack");
    }
    this.#feed?.end();
    this.#write(undefined);
  }

  #file(): FileFeed {
    const filename = this.#state?.fileName;
    this.#feed ??= this.#files.open(this.#conversation, {
      source: "IRC_DATA",
      side: 1,
      ...(filename === undefined ? {} : { filename }),
      onType: (mimeType) => this.#write(mimeType),
    });
    return this.#feed;
  }

  /** The offer's row, once the type is known or nothing more comes. */
  #write(mimeType: string | undefined): void {
    const state = this.#state;
    if (state === undefined || this.#feed === undefined) return;
    this.#state = undefined;
    state.mimeType = mimeType;
    state.fuid = this.#feed.fuid;
    writeIrc(this.#log, state, "DCC");
    state.fileName = undefined;
    state.fileSize = undefined;
    state.mimeType = undefined;
  }
}

/** What stands between two bytes of value 1 of a message is for programs (CTCP). */
export function dccText(message: string): string | undefined {
  const text = message.startsWith("\x01") ? message.slice(1) : message;
  if (text.length <= 3 || !text.startsWith("DCC")) return undefined;
  return text.endsWith("\x01") ? text.slice(0, -1) : text;
}
