import type {
  Conversation,
  FileAnalysis,
  FileFeed,
  FlowIds,
  LogWriter,
  Side,
} from "../shared/index.ts";
import { BLOCK_BYTES, type TftpMessage } from "./tftp-parser.ts";

/** What was asked for. */
export type TftpRequest = Extract<TftpMessage, { kind: "request" }>;

const BLOCK_NUMBERS = 65_536;

/** A file that is asked for, and what becomes of it, whichever flow it travels over. */
export class TftpTransfer {
  readonly request: TftpRequest;
  readonly #asked: { readonly time: number; readonly flow: FlowIds };
  readonly #files: FileAnalysis;
  #blockSize = BLOCK_BYTES;
  #next = 1;
  #feed: FileFeed | undefined;
  #dataFlow: FlowIds | undefined;
  #size: number | undefined;
  #sent: number | undefined;
  #acked: number | undefined;
  #error: { readonly code: number; readonly text: string } | undefined;
  #isWritten = false;

  constructor(request: TftpRequest, conversation: Conversation, files: FileAnalysis) {
    this.request = request;
    this.#asked = { time: conversation.now, flow: conversation };
    this.#files = files;
  }

  get hasBegun(): boolean {
    return this.#dataFlow !== undefined;
  }

  /** True when the file travels over another flow than that of the request. */
  get isElsewhere(): boolean {
    return this.#dataFlow !== undefined && this.#dataFlow !== this.#asked.flow;
  }

  message(conversation: Conversation, side: Side, message: TftpMessage): void {
    this.#dataFlow ??= conversation;
    switch (message.kind) {
      case "data":
        this.#block(conversation, side, message.block, message.content);
        break;
      case "ack":
        this.#acked = message.block;
        break;
      case "options":
        this.#blockSize = message.blockSize;
        break;
      case "error":
        this.#error = { code: message.code, text: message.text };
        break;
      case "request":
        break;
    }
  }

  end(log: LogWriter): void {
    if (this.#isWritten) return;
    this.#isWritten = true;
    this.#feed?.end();
    const { flow, time } = this.#asked;
    log
      .row(time, flow)
      .bool("wrq", this.request.isWrite)
      .text("fname", this.request.name)
      .text("mode", this.request.mode)
      .uid("uid_data", this.#dataFlow)
      .count("size", this.#size)
      .count("block_sent", this.#sent)
      .count("block_acked", this.#acked)
      .count("error_code", this.#error?.code)
      .text("error_msg", this.#error?.text)
      .text("fuid", this.#feed?.fuid);
  }

  #block(conversation: Conversation, side: Side, block: number, content: Uint8Array): void {
    // Numbers begin again behind 65,535; what lies far ahead is a block sent once more.
    const ahead = (block - this.#next + BLOCK_NUMBERS) % BLOCK_NUMBERS;
    if (ahead >= BLOCK_NUMBERS / 2) return;
    this.#feed ??= this.#files.open(conversation, {
      source: "TFTP",
      side,
      filename: this.request.name,
    });
    if (ahead > 0) this.#feed.gap(ahead * this.#blockSize);
    this.#feed.data(content);
    this.#size = (this.#size ?? 0) + content.length;
    this.#sent = block;
    this.#next = (block + 1) % BLOCK_NUMBERS;
    const isLast = content.length < this.#blockSize && conversation.missingBytes === 0;
    if (isLast) this.#feed.end();
  }
}
