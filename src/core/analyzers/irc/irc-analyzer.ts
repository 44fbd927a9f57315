import type { Limit } from "../../base/index.ts";
import {
  type Conversation,
  DOUBTED_BYTES,
  LineReader,
  type LogWriter,
  type Session,
  type Side,
} from "../shared/index.ts";
import { type DccTransfers, dccText, type IrcState, parseDcc, writeIrc } from "./dcc-transfers.ts";
import { commandFault, replyFault } from "./irc-checks.ts";
import {
  type IrcMessage,
  isClientCommand,
  parseIrcLine,
  splitWords,
  withoutBlanks,
  withoutColon,
} from "./irc-parser.ts";

/** What all flows of IRC share. */
export interface IrcShared {
  readonly log: LogWriter;
  readonly lineBytes: Limit;
  /** Channels of one JOIN that have a row. */
  readonly channels: Limit;
  readonly transfers: DccTransfers;
}

/** A message with its end (RFC 2812 2.3). */
const LINE_BYTES_MAX = 512;
const COMMAND_CHARACTERS_MAX = 20;
const INVALID_MAX = 20;
const REPLY_STARTTLS = 670;

/** IRC (RFC 2812) on one flow: names, channels, and files that are offered. */
export class IrcAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #shared: IrcShared;
  readonly #readers: readonly [LineReader, LineReader];
  #state: IrcState | undefined;
  #tls: Session | undefined;
  #invalid = 0;
  #seenBytes = 0;
  /** How far each side came. */
  readonly #ends: [number, number] = [0, 0];
  #isOver = false;

  constructor(conversation: Conversation, shared: IrcShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#readers = [this.#reader(0), this.#reader(1)];
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#tls !== undefined) this.#tls.data(side, bytes, position);
    else if (!this.#isOver) {
      this.#seenBytes += bytes.length;
      this.#ends[side] = position + bytes.length;
      this.#readers[side].data(bytes, position);
    }
  }

  gap(side: Side, length: number, position: number): void {
    this.#tls?.gap?.(side, length, position);
  }

  finished(side: Side): void {
    if (this.#tls !== undefined) this.#tls.finished?.(side);
    else if (!this.#isOver) this.#readers[side].finish(this.#ends[side]);
  }

  end(): void {
    this.#tls?.end?.();
  }

  #reader(side: Side): LineReader {
    return new LineReader(
      {
        line: (line, position) => this.#line(side, line, position),
        plain: () => {},
        weird: (name) => this.#conversation.weird(name),
      },
      this.#shared.lineBytes,
    );
  }

  #line(side: Side, line: Uint8Array, position: number): void {
    if (this.#isOver || this.#tls !== undefined) return;
    if (line.length > LINE_BYTES_MAX) {
      this.#weirdOfIrc("irc_line_size_exceeded");
      return;
    }
    const message = parseIrcLine(line);
    if (typeof message === "object")
      this.#message(side, message, { position, length: line.length });
    else if (message !== "tags") {
      this.#weirdOfIrc(message);
      if (message !== "irc_line_too_short") this.#violation(message);
    }
  }

  #message(side: Side, message: IrcMessage, place: { position: number; length: number }): void {
    const { command, code, params } = message;
    if (side === 0 && isClientCommand(command)) this.#conversation.confirm("irc");
    if (command === "STARTTLS") return;
    if (code > 0) {
      const fault = replyFault(code, params);
      if (fault !== undefined) this.#conversation.weird(fault);
      if (code === REPLY_STARTTLS) this.#startTls();
      return;
    }
    if (command.length > COMMAND_CHARACTERS_MAX) {
      this.#invalidCommand();
      return;
    }
    const fault = commandFault(command, params);
    if (fault !== undefined) {
      this.#conversation.weird(fault);
      return;
    }
    const { trace } = this.#conversation;
    const isTold = command === "NICK" || command === "USER" || command === "JOIN";
    if (isTold && side === 0) {
      for (const field of ["command", "value", "addl"]) {
        trace?.mark("irc", field, side, place.position, place.length);
      }
    }
    if (command === "NICK") this.#nick(side, params);
    else if (command === "USER") this.#user(side, params);
    else if (command === "JOIN") this.#join(side, params);
    else if (command === "PRIVMSG") this.#privateMessage(params);
  }

  #nick(side: Side, params: string): void {
    const state = this.#touch();
    if (side === 1) return;
    state.command = "NICK";
    state.value = withoutColon(params);
    writeIrc(this.#shared.log, state);
    state.nick = state.value;
  }

  #user(side: Side, params: string): void {
    const state = this.#touch();
    if (side === 1) return;
    const [user = "", host = "", server = "", ...names] = splitWords(params);
    // As Zeek puts the real name together: a blank behind each word but the first.
    const realName = names.map((name, n) => (n > 0 ? `${name} ` : name)).join("");
    state.command = "USER";
    state.value = user;
    state.addl = `${host} ${server} ${withoutColon(realName)}`;
    writeIrc(this.#shared.log, state);
    state.user = user;
  }

  #join(side: Side, params: string): void {
    const state = this.#touch();
    if (side === 1) return;
    const [channels = "", keys = ""] = splitWords(withoutColon(params));
    const passwords = splitWords(keys, ",");
    const { maximum } = this.#shared.channels;
    const names = splitWords(channels, ",");
    if (names.length > maximum) this.#shared.channels.reached++;
    state.command = "JOIN";
    for (const [n, channel] of names.slice(0, maximum).entries()) {
      const key = passwords[n] ?? "";
      state.value = channel;
      state.addl = key === "" ? "" : ` with channel key: '${key}'`;
      writeIrc(this.#shared.log, state);
    }
  }

  #privateMessage(params: string): void {
    const text = dccText(withoutColon(withoutBlanks(params.slice(params.indexOf(" ") + 1))));
    if (text === undefined) return;
    const offer = parseDcc(text);
    if (typeof offer === "string") {
      this.#conversation.weird(offer);
      return;
    }
    const state = this.#touch();
    if (offer.kind !== "SEND") return;
    if (!this.#shared.transfers.add(offer, state, this.#conversation.now)) {
      this.#conversation.weird("irc_max_dcc_expected_transfers_exceeded");
      return;
    }
    state.fileName = offer.name;
    state.fileSize = offer.size;
    this.#conversation.expectFlow(offer.address, offer.port, "tcp", "irc");
  }

  #touch(): IrcState {
    const { now } = this.#conversation;
    this.#state ??= { flow: this.#conversation, time: now };
    this.#state.time = now;
    return this.#state;
  }

  #startTls(): void {
    this.#tls = this.#conversation.inner("ssl");
    this.#isOver = this.#tls === undefined;
    for (const reader of this.#readers) reader.isStopped = true;
  }

  #invalidCommand(): void {
    this.#conversation.weird("irc_invalid_command");
    if (++this.#invalid <= INVALID_MAX) return;
    this.#conversation.weird("irc_too_many_invalid");
    this.#violation("too many invalid lines");
  }

  /** Before it is sure to be IRC nothing is strange. */
  #weirdOfIrc(name: string): void {
    if (this.#conversation.hasService("irc")) this.#conversation.weird(name);
  }

  #violation(reason: string): void {
    if (this.#seenBytes > DOUBTED_BYTES) return;
    this.#isOver = true;
    this.#conversation.reject(reason);
  }
}
