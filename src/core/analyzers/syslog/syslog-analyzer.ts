import type { Limit } from "../../base/index.ts";
import {
  bytesToText,
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
  StreamBuffer,
} from "../shared/index.ts";
import { isDigit, parsePriority } from "./syslog-parser.ts";

const LESS_THAN = 0x3c;
const SPACE = 0x20;
const LENGTH_DIGITS_MAX = 9;

/** Syslog over UDP (RFC 5426) and over TCP in both framings (RFC 6587). */
export class SyslogAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #messageBytes: Limit;
  #buffers: [StreamBuffer, StreamBuffer] | undefined;
  /** How far a message without a length was looked through for its end. */
  readonly #searched: [number, number] = [0, 0];
  readonly #isBehindText: [boolean, boolean] = [false, false];
  #isOver = false;

  constructor(conversation: Conversation, log: LogWriter, messageBytes: Limit) {
    this.#conversation = conversation;
    this.#log = log;
    this.#messageBytes = messageBytes;
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    if (this.#conversation.transport === "udp") {
      this.#message(side, bytes, 0);
      return;
    }
    const { maximum } = this.#messageBytes;
    this.#buffers ??= [new StreamBuffer(maximum), new StreamBuffer(maximum)];
    const buffer = this.#buffers[side];
    if (!buffer.push(bytes, position)) {
      this.#messageBytes.reached++;
      this.#reject("message too long");
      return;
    }
    while (!this.#isOver && this.#frame(side, buffer)) {
      // One message after the other.
    }
    if (!this.#isOver) buffer.keep();
  }

  gap(): void {
    this.#isOver = true;
    this.#conversation.done();
  }

  /** Reads the next message of a stream; false when it is not all there. */
  #frame(side: Side, buffer: StreamBuffer): boolean {
    // More than one byte may part messages that have no length.
    if (this.#isBehindText[side]) {
      let parted = 0;
      while (parted < buffer.length && isSeparator(buffer.bytes[parted]!)) parted++;
      buffer.consume(parted);
    }
    const first = buffer.bytes[0];
    if (first === undefined) return false;
    this.#isBehindText[side] = false;
    if (first === LESS_THAN) return this.#unframed(side, buffer);
    if (!isDigit(first) || first === 48) {
      this.#reject("no frame");
      return false;
    }
    const { bytes } = buffer;
    let at = 0;
    let length = 0;
    while (at < LENGTH_DIGITS_MAX && isDigit(bytes[at])) length = length * 10 + bytes[at++]! - 48;
    if (at === bytes.length) return false;
    if (bytes[at] !== SPACE) {
      this.#reject("no length");
      return false;
    }
    const end = at + 1 + length;
    if (bytes.length < end) return false;
    this.#message(side, bytes.subarray(at + 1, end), buffer.position + at + 1);
    buffer.consume(end);
    return true;
  }

  /** A message that ends where a line does. */
  #unframed(side: Side, buffer: StreamBuffer): boolean {
    const { bytes } = buffer;
    let end = this.#searched[side];
    while (end < bytes.length && !isSeparator(bytes[end]!)) end++;
    this.#searched[side] = end;
    if (end === bytes.length) return false;
    this.#searched[side] = 0;
    this.#message(side, bytes.subarray(0, end), buffer.position);
    this.#isBehindText[side] = true;
    buffer.consume(end);
    return true;
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

  #reject(reason: string): void {
    this.#isOver = true;
    this.#conversation.reject(reason);
  }
}

function isSeparator(byte: number): boolean {
  return byte === 0 || byte === 10 || byte === 13;
}
