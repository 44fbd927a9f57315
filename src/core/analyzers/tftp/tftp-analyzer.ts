import type { Limit } from "../../base/index.ts";
import type { Conversation, FileAnalysis, LogWriter, Session, Side } from "../shared/index.ts";
import { parseTftp } from "./tftp-parser.ts";
import { TftpTransfer } from "./tftp-transfer.ts";

/** What all flows of TFTP share. */
export interface TftpShared {
  readonly log: LogWriter;
  readonly files: FileAnalysis;
  readonly pending: Limit;
  /** Transfers whose answer comes from another port, by the client's address and port. */
  readonly announced: Map<string, TftpTransfer>;
}

export function transferKey(address: Int32Array, port: number): string {
  return `${address.join(" ")} ${port}`;
}

/** TFTP (RFC 1350): requests go to a known port, the answers come from another. */
export class TftpAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: TftpShared;
  #transfer: TftpTransfer | undefined;
  /** True where the request came over this flow. */
  #isControl: boolean;

  constructor(conversation: Conversation, shared: TftpShared, transfer: TftpTransfer | undefined) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#transfer = transfer;
    this.#isControl = transfer === undefined;
  }

  data(side: Side, bytes: Uint8Array): void {
    const conversation = this.#conversation;
    const message = parseTftp(bytes);
    if (message === undefined || (message.kind !== "request" && this.#transfer === undefined)) {
      conversation.reject("no TFTP message");
      return;
    }
    conversation.confirm("tftp");
    if (message.kind !== "request") {
      this.#transfer?.message(conversation, side, message);
      return;
    }
    if (this.#transfer?.hasBegun === false) this.#forget();
    this.#transfer?.end(this.#shared.log);
    this.#isControl = true;
    this.#transfer = new TftpTransfer(message, conversation, this.#shared.files);
    conversation.trace?.mark("tftp", "fname", side, 2, message.name.length);
    this.#announce(this.#transfer, side);
  }

  end(): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    // What goes on in another flow is written at the end of that.
    if (this.#isControl && transfer.isElsewhere) return;
    this.#forget();
    transfer.end(this.#shared.log);
  }

  #announce(transfer: TftpTransfer, side: Side): void {
    const { originator, originatorPort, responder, responderPort } = this.#conversation;
    const client = side === 0 ? originator : responder;
    const port = side === 0 ? originatorPort : responderPort;
    const { announced, pending } = this.#shared;
    const key = transferKey(client, port);
    announced.delete(key);
    if (announced.size >= pending.maximum) {
      pending.reached++;
      const [oldest] = announced.keys();
      announced.delete(oldest!);
    }
    announced.set(key, transfer);
    this.#conversation.expectFlow(client, port, "udp", "tftp");
  }

  #forget(): void {
    const { originator, originatorPort, responder, responderPort } = this.#conversation;
    const client = this.#isControl ? originator : responder;
    const port = this.#isControl ? originatorPort : responderPort;
    this.#shared.announced.delete(transferKey(client, port));
  }
}
