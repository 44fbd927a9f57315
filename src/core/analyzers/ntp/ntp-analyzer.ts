import type { Conversation, LogWriter, Session, Side } from "../shared/index.ts";
import {
  type NtpControlMessage,
  type NtpPrivateMessage,
  type NtpTimeMessage,
  parseControlMessage,
  parsePrivateMessage,
  parseTimeMessage,
} from "./ntp-parser.ts";

/** What all flows of NTP share. */
export interface NtpShared {
  readonly log: LogWriter;
  readonly controlLog: LogWriter;
  readonly privateLog: LogWriter;
}

const MODE_CLIENT = 3;
const MODE_SERVER = 4;

/** NTP (RFC 5905) on one flow: every message is a row. */
export class NtpAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: NtpShared;
  #isFlipped = false;

  constructor(conversation: Conversation, shared: NtpShared) {
    this.#conversation = conversation;
    this.#shared = shared;
  }

  data(side: Side, bytes: Uint8Array): void {
    const first = bytes[0];
    if (first === undefined) return;
    const version = (first >> 3) & 7;
    const mode = first & 7;
    const write = this.#writer(version, mode, bytes);
    if (write === undefined) {
      this.#conversation.reject("not NTP");
      return;
    }
    this.#conversation.confirm("ntp");
    const isBackwards =
      (mode === MODE_SERVER && side === 0) || (mode === MODE_CLIENT && side === 1);
    if (isBackwards && !this.#isFlipped) {
      this.#isFlipped = true;
      this.#conversation.flip();
    }
    this.#mark(mode, side);
    write();
  }

  /** What writes the message's row; undefined when it is no message of its mode. */
  #writer(version: number, mode: number, bytes: Uint8Array): (() => void) | undefined {
    if (mode === 0) return () => {};
    if (mode === 6) {
      const message = parseControlMessage(bytes);
      return message && (() => this.#writeControl(version, message));
    }
    if (mode === 7) {
      const message = parsePrivateMessage(bytes);
      return message && (() => this.#writePrivate(version, message));
    }
    const message = parseTimeMessage(bytes);
    return message && (() => this.#writeTime({ version, mode }, message));
  }

  #writeTime(about: { version: number; mode: number }, message: NtpTimeMessage): void {
    const [reference, origin, receive, transmit] = message.times;
    this.#shared.log
      .row(this.#conversation.now, this.#conversation)
      .count("version", about.version)
      .count("mode", about.mode)
      .count("stratum", message.stratum)
      .interval("poll", message.poll)
      .interval("precision", message.precision)
      .interval("root_delay", message.rootDelay)
      .interval("root_disp", message.rootDispersion)
      .text("ref_id", message.referenceId)
      .statedTime("ref_time", reference.seconds, reference.nanoseconds)
      .statedTime("org_time", origin.seconds, origin.nanoseconds)
      .statedTime("rec_time", receive.seconds, receive.nanoseconds)
      .statedTime("xmt_time", transmit.seconds, transmit.nanoseconds)
      .count("num_exts", message.extensions);
  }

  #writeControl(version: number, message: NtpControlMessage): void {
    this.#shared.controlLog
      .row(this.#conversation.now, this.#conversation)
      .count("version", version)
      .count("mode", 6)
      .count("op_code", message.opCode)
      .count("sequence", message.sequence)
      .count("status", message.status)
      .count("association_id", message.association)
      .bool("resp_bit", message.isResponse)
      .bool("err_bit", message.isError)
      .bool("more_bit", message.goesOn)
      .text("data", message.content)
      .count("key_id", message.key?.id)
      .text("crypto_checksum", message.key?.checksum);
  }

  #writePrivate(version: number, message: NtpPrivateMessage): void {
    this.#shared.privateLog
      .row(this.#conversation.now, this.#conversation)
      .count("version", version)
      .count("mode", 7)
      .count("req_code", message.request)
      .count("sequence", message.sequence)
      .count("implementation", message.implementation)
      .bool("auth_bit", message.isSigned)
      .count("err", message.error)
      .text("data", message.content);
  }

  #mark(mode: number, side: Side): void {
    const { trace } = this.#conversation;
    if (trace === undefined || mode === 0 || mode > 5) return;
    trace.mark("ntp", "stratum", side, 1, 1);
    trace.mark("ntp", "ref_id", side, 12, 4);
    trace.mark("ntp", "ref_time", side, 16, 8);
    trace.mark("ntp", "org_time", side, 24, 8);
    trace.mark("ntp", "rec_time", side, 32, 8);
    trace.mark("ntp", "xmt_time", side, 40, 8);
  }
}
