import type { Limit } from "../../base/index.ts";
import {
  bytesToText,
  type Conversation,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import { isDigit, parsePriority } from "./syslog-parser.ts";

const LESS_THAN = 0x3c;
const SPACE = 0x20;
const ZERO = 0x30;
const LENGTH_DIGITS_MAX = 9;

/** Syslog over UDP (RFC 5426) and over TCP in both framings (RFC 6587). */
export class SyslogAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #messageBytes: Limit;
  readonly #stream: MessageStream;
  /** How far a message without a length was looked through for its end. */
  readonly #searched: [number, number] = [0, 0];
  readonly #isBehindText: [boolean, boolean] = [false, false];

  constructor(conversation: Conversation, log: LogWriter, messageBytes: Limit) {
    this.#conversation = conversation;
    this.#log = log;
    this.#messageBytes = messageBytes;
    this.#stream = new MessageStream(this, { heldBytesMax: messageBytes.maximum });
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#conversation.transport === "udp") this.#message(side, bytes, 0);
    else if (!this.#stream.data(side, bytes, position)) {
      this.#messageBytes.reached++;
      this.#reject("message too long");
    }
  }

  gap(): void {
    this.#stream.close();
    this.#conversation.done();
  }

  /** One message of a stream, or what parts two that have no length. */
  readMessage(side: Side, buffer: StreamBuffer): number {
    const { bytes, position } = buffer;
    const first = bytes[0]!;
    // More than one byte may part messages that have no length.
    if (this.#isBehindText[side] && isSeparator(first)) {
      let parted = 1;
      while (parted < bytes.length && isSeparator(bytes[parted]!)) parted++;
      return parted;
    }
    this.#isBehindText[side] = false;
    if (first === LESS_THAN) return this.#readLine(side, buffer);
    if (!isDigit(first) || first === ZERO) return this.#reject("no frame");
    let at = 0;
    let length = 0;
    while (at < LENGTH_DIGITS_MAX && isDigit(bytes[at])) length = length * 10 + bytes[at++]! - ZERO;
    if (at === bytes.length) return 0;
    if (bytes[at] !== SPACE) return this.#reject("no length");
    const end = at + 1 + length;
    if (bytes.length < end) return 0;
    this.#message(side, bytes.subarray(at + 1, end), position + at + 1);
    return end;
  }

  /** A message that ends where a line does. */
  #readLine(side: Side, { bytes, position }: StreamBuffer): number {
    let end = this.#searched[side];
    while (end < bytes.length && !isSeparator(bytes[end]!)) end++;
    this.#searched[side] = end;
    if (end === bytes.length) return 0;
    this.#searched[side] = 0;
    this.#message(side, bytes.subarray(0, end), position);
    this.#isBehindText[side] = true;
    return end;
  }

  #message(side: Side, bytes: Uint8Array, position: number): void {
    const priority = parsePriority(bytes);
    if (priority === undefined) {
      this.#reject("no priority");
      return;
    }
    const isTcp = this.#conversation.transport === "tcp";
    this.#conversation.confirm(isTcp ? "syslog_tcp" : "syslog");
    const text = bytes.subarray(priority.end);
    const { trace, now } = this.#conversation;
    trace?.mark("syslog", "facility", side, position, priority.end);
    trace?.mark("syslog", "severity", side, position, priority.end);
    trace?.mark("syslog", "message", side, position + priority.end, text.length);
    this.#log
      .row(now, this.#conversation)
      .enum("proto", isTcp ? 0 : 1)
      .text("facility", priority.facility)
      .text("severity", priority.severity)
      .text("message", bytesToText(text));
  }

  #reject(reason: string): 0 {
    this.#stream.close();
    this.#conversation.reject(reason);
    return 0;
  }
}

function isSeparator(byte: number): boolean {
  return byte === 0 || byte === 10 || byte === 13;
}
