import type { Conversation, FileAnalysis, FileFeed, Side } from "../shared/index.ts";
import { openWhole } from "./smtp-message.ts";

const CR_LF = Uint8Array.of(13, 10);
const DOT = 0x2e;

/** A mail that a client sends although DATA was refused: nobody takes it, but it travelled. */
export class RefusedMail {
  readonly #conversation: Conversation;
  readonly #files: FileAnalysis;
  #isAwaited = false;
  #feed: FileFeed | undefined;

  constructor(conversation: Conversation, files: FileAnalysis) {
    this.#conversation = conversation;
    this.#files = files;
  }

  /** DATA was refused: lines that are no commands are a mail. */
  begin(): void {
    this.#isAwaited = true;
  }

  line(side: Side, line: Uint8Array): void {
    if (!this.#isAwaited) return;
    if (line.length === 1 && line[0] === DOT) {
      this.end();
      return;
    }
    this.#feed ??= openWhole(this.#conversation, this.#files, side);
    this.#feed.data(line[0] === DOT ? line.subarray(1) : line);
    this.#feed.data(CR_LF);
  }

  end(): void {
    this.#feed?.end();
    this.#feed = undefined;
    this.#isAwaited = false;
  }
}
