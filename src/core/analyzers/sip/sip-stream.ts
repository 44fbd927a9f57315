import type { Limit } from "../../base/index.ts";
import {
  type Conversation,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import type { SipAnalyzer } from "./sip-analyzer.ts";

const CR = 13;
const LF = 10;

/** SIP over TCP (RFC 3261 18.3): cuts the stream into messages, whose bodies are passed over. */
export class SipStream implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #analyzer: SipAnalyzer;
  readonly #headBytes: Limit;
  readonly #stream: MessageStream;
  /** How far a head that is not whole was looked through. */
  readonly #searched: [number, number] = [0, 0];

  constructor(conversation: Conversation, about: { analyzer: SipAnalyzer; headBytes: Limit }) {
    this.#conversation = conversation;
    this.#analyzer = about.analyzer;
    this.#headBytes = about.headBytes;
    this.#stream = new MessageStream(this, {
      heldBytesMax: about.headBytes.maximum,
    });
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (!this.#stream.data(side, bytes, position)) this.#headBytes.reached++;
  }

  gap(side: Side, length: number, position: number): void {
    this.#stream.gap(side, length, position);
  }

  end(): void {
    this.#analyzer.end();
  }

  /** One message, or a line end between two. */
  readMessage(side: Side, { bytes, position }: StreamBuffer): number {
    if (bytes[0] === CR || bytes[0] === LF) return 1;
    const end = this.#headEnd(side, bytes);
    if (end < 0) return 0;
    this.#searched[side] = 0;
    const bodyBytes = this.#analyzer.head(side, bytes.subarray(0, end), position);
    if (bodyBytes !== undefined) return end + bodyBytes;
    this.#violate();
    return 0;
  }

  /** Behind the blank line; -1 while it did not come. */
  #headEnd(side: Side, bytes: Uint8Array): number {
    let at = this.#searched[side];
    for (;;) {
      const line = bytes.indexOf(LF, at);
      if (line < 0) break;
      const next = bytes[line + 1] === CR ? line + 2 : line + 1;
      if (bytes[next] === LF) return next + 1;
      // The bytes behind the line end may not be there yet.
      if (next >= bytes.length) {
        this.#searched[side] = line;
        return -1;
      }
      at = line + 1;
    }
    this.#searched[side] = bytes.length;
    return -1;
  }

  #violate(): void {
    this.#stream.close();
    if (this.#conversation.hasService("sip")) return;
    this.end();
    this.#conversation.reject("no message");
  }
}
