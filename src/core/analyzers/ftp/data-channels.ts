import type { Limit } from "../../base/index.ts";
import type { Conversation, FileAnalysis, FileFeed, Session, Side } from "../shared/index.ts";

/** What a control connection is told of a file on its data channel. */
export interface ChannelOwner {
  /** The command that the channel was opened for, if it is known. */
  readonly transferCommand: string | undefined;
  fileOpened(fuid: string, channel: FtpDataChannel): void;
  fileType(mimeType: string): void;
}

/** Nanoseconds after which an announcement counts no more (Zeek's expiry of the same). */
const ANNOUNCED_FOR = 300e9;
/** Nanoseconds behind both FINs after which a connection is over (Zeek's tcp_close_delay). */
const CLOSED_FOR = 5e9;

interface Announced {
  owner: ChannelOwner | undefined;
  readonly until: number;
}

/** Data channels that control connections announced, with who announced them. */
export class DataChannels {
  readonly limit: Limit;
  /** The oldest first. */
  readonly #announced = new Map<string, Announced>();

  constructor(limit: Limit) {
    this.limit = limit;
  }

  /** False when there are too many already. */
  announce(
    responder: Int32Array,
    port: number,
    { owner, now }: { owner: ChannelOwner; now: number },
  ): boolean {
    const key = channelKey(responder, port);
    // A new announcement is the youngest, and its control connection gets the file.
    this.#announced.delete(key);
    for (const [oldest, { until }] of this.#announced) {
      if (until > now) break;
      this.#announced.delete(oldest);
    }
    if (this.#announced.size >= this.limit.maximum) {
      this.limit.reached++;
      return false;
    }
    this.#announced.set(key, { owner, until: now + ANNOUNCED_FOR });
    return true;
  }

  /** Whether a flow is one that was announced. */
  isAnnounced({ responder, responderPort }: Conversation): boolean {
    return this.#announced.has(channelKey(responder, responderPort));
  }

  ownerOf({ responder, responderPort }: Conversation): ChannelOwner | undefined {
    return this.#announced.get(channelKey(responder, responderPort))?.owner;
  }

  forget({ responder, responderPort }: Conversation): void {
    this.#announced.delete(channelKey(responder, responderPort));
  }

  /** A control connection is over: its channels are still known as such, but have no row any more. */
  release(owner: ChannelOwner, announced: Iterable<readonly [Int32Array, number]>): void {
    for (const [responder, port] of announced) {
      const one = this.#announced.get(channelKey(responder, port));
      if (one?.owner === owner) one.owner = undefined;
    }
  }
}

function channelKey(responder: Int32Array, port: number): string {
  return `${responder.join(" ")} ${port}`;
}

/** A data channel: each side's bytes are one file. */
export class FtpDataChannel implements Session {
  readonly #conversation: Conversation;
  readonly #files: FileAnalysis;
  readonly #channels: DataChannels;
  readonly #isFinished: [boolean, boolean] = [false, false];
  #closeTime: number | undefined;
  readonly #feeds: [FileFeed | undefined, FileFeed | undefined] = [undefined, undefined];

  constructor(conversation: Conversation, about: { files: FileAnalysis; channels: DataChannels }) {
    this.#conversation = conversation;
    this.#files = about.files;
    this.#channels = about.channels;
    conversation.confirm("ftp-data");
  }

  data(side: Side, bytes: Uint8Array): void {
    this.#feed(side).data(bytes);
  }

  gap(side: Side, length: number): void {
    this.#feed(side).gap(length);
  }

  finished(side: Side): void {
    this.#isFinished[side] = true;
    if (this.#isFinished[0] && this.#isFinished[1]) this.#closeTime ??= this.#conversation.now;
  }

  /** Ends its files once it has been closed long enough; true when they are over. */
  endIfClosed(now: number): boolean {
    const isClosed = this.#closeTime !== undefined && this.#closeTime + CLOSED_FOR <= now;
    if (isClosed) for (const feed of this.#feeds) feed?.end();
    return isClosed;
  }

  end(): void {
    for (const feed of this.#feeds) feed?.end();
    this.#channels.forget(this.#conversation);
  }

  #feed(side: Side): FileFeed {
    const open = this.#feeds[side];
    if (open !== undefined) return open;
    const owner = this.#channels.ownerOf(this.#conversation);
    const feed = this.#files.open(this.#conversation, {
      source: "FTP_DATA",
      side,
      origin: owner?.transferCommand,
      onType: (mimeType) => owner?.fileType(mimeType),
    });
    this.#feeds[side] = feed;
    owner?.fileOpened(feed.fuid, this);
    return feed;
  }
}
