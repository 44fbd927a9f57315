import type { Limit } from "../../base/index.ts";
import {
  bytesToText,
  type Conversation,
  DOUBTED_BYTES,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type SoftwareInventory,
  type StreamBuffer,
} from "../shared/index.ts";
import {
  CAPABILITY,
  COMMAND,
  commandName,
  errorText,
  MysqlReader,
  parseHandshake,
  parseHandshakeResponse,
  skipQueryAttributes,
} from "./mysql-parser.ts";

/** What all flows of MySQL share. */
export interface MysqlShared {
  readonly log: LogWriter;
  readonly software: SoftwareInventory;
  /** Bytes of one packet that are looked at; the protocol allows 16 MiB. */
  readonly packetBytes: Limit;
}

/** What the server is to send next. */
type Expected =
  | "nothing"
  | "status"
  | "column count"
  | "column"
  | "columns"
  | "eof before rows"
  | "rows"
  | "text";

interface Request {
  readonly time: number;
  readonly command: string;
  argument: string;
}

const HEADER_BYTES = 4;
const OK = 0;
const EOF = 0xfe;
const ERROR = 0xff;
const AUTH_MORE = 1;
/** An EOF is shorter than this; anything else that begins like one is not. */
const EOF_BYTES_MAX = 9;
/** Commands that the server answers with a status. */
const STATUS_COMMANDS: ReadonlySet<number> = new Set([
  0, 1, 2, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 29, 31,
]);

/** MySQL's client/server protocol: logins, and commands with their results. */
export class MysqlAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: MysqlShared;
  readonly #stream: MessageStream;
  #seenBytes = 0;
  #version = 0;
  #lastNumber = 0;
  #serverCapabilities = 0;
  #clientCapabilities = 0;
  #isConnected = false;
  #hasAnswered = false;
  #expected: Expected = "status";
  #columns = 0;
  #request: Request | undefined;

  constructor(conversation: Conversation, shared: MysqlShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    const heldBytesMax = shared.packetBytes.maximum + HEADER_BYTES;
    this.#stream = new MessageStream(this, { heldBytesMax });
    if (conversation.isMidStream) this.#stream.close();
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    this.#seenBytes += bytes.length;
    if (!this.#stream.data(side, bytes, position)) this.#violate("packet too long");
  }

  gap(side: Side, length: number, position: number): void {
    this.#stream.gap(side, length, position);
  }

  finished(side: Side): void {
    this.#stream.finished(side);
  }

  end(): void {
    this.#write();
    this.#stream.end();
  }

  /** One packet: what is longer than its limit is read as far as that goes. */
  readMessage(side: Side, { bytes, position }: StreamBuffer): number {
    if (bytes.length < HEADER_BYTES) return 0;
    const maximum = this.#shared.packetBytes.maximum + HEADER_BYTES;
    const length = HEADER_BYTES + bytes[0]! + bytes[1]! * 256 + bytes[2]! * 65_536;
    const looked = Math.min(length, maximum);
    if (bytes.length < looked) return 0;
    const payload = bytes.subarray(HEADER_BYTES, looked);
    if (length > maximum) this.#shared.packetBytes.reached++;
    const at = position + HEADER_BYTES;
    const isRead = side === 0 ? this.#client(payload, at) : this.#server(bytes[3]!, payload, at);
    if (isRead) return length;
    this.#violate("broken packet");
    return 0;
  }

  #client(payload: Uint8Array, position: number): boolean {
    if (this.#isConnected) return this.#command(payload, position);
    // What comes behind the answer to the handshake is proof of the password.
    return this.#hasAnswered || this.#answer(payload, position);
  }

  #answer(payload: Uint8Array, position: number): boolean {
    if (this.#version === 0) return false;
    const response = parseHandshakeResponse(payload, this.#version);
    if (response === undefined) return false;
    this.#conversation.confirm("mysql");
    this.#clientCapabilities = response.capabilities;
    if (response.user === undefined) {
      this.#stream.giveTo(this.#conversation.inner("ssl"));
      return true;
    }
    this.#mark("arg", 0, position + response.userStart, response.user.length);
    this.#request ??= { time: this.#conversation.now, command: "login", argument: response.user };
    this.#hasAnswered = (response.capabilities & CAPABILITY.pluginAuth) !== 0;
    return true;
  }

  #command(payload: Uint8Array, position: number): boolean {
    const command = payload[0];
    if (command === undefined) return false;
    this.#write();
    const both = this.#serverCapabilities & this.#clientCapabilities & CAPABILITY.queryAttributes;
    let start = 1;
    if (command === COMMAND.query && both !== 0) {
      const behind = skipQueryAttributes(payload);
      if (behind === undefined) return false;
      start = behind;
    }
    let argument = payload.subarray(start);
    if (command === COMMAND.changeUser) {
      argument = new MysqlReader(payload, start).untilNul();
      this.#isConnected = false;
    } else if (argument.at(-1) === 0) argument = argument.subarray(0, -1);
    this.#expected = expectedOf(command);
    this.#mark("cmd", 0, position, 1);
    this.#mark("arg", 0, position + start, argument.length);
    const time = this.#conversation.now;
    this.#request = { time, command: commandName(command), argument: bytesToText(argument) };
    // Nothing answers a quit.
    if (command === COMMAND.quit) this.#write();
    return true;
  }

  #server(number: number, payload: Uint8Array, position: number): boolean {
    if (this.#isConnected) {
      this.#lastNumber = number;
      return this.#result(payload, position);
    }
    const isFirst = number === 0 && this.#lastNumber !== 255;
    this.#lastNumber = number;
    if (isFirst) {
      if (payload[0] === ERROR) return this.#error(payload, position);
      const handshake = parseHandshake(payload);
      if (handshake === undefined) return false;
      this.#version = handshake.version;
      this.#serverCapabilities = handshake.capabilities;
      this.#shared.software.saw(this.#conversation, {
        kind: "MySQL::SERVER",
        banner: handshake.server,
        side: 1,
      });
      return true;
    }
    switch (payload[0]) {
      case OK:
        return this.#ok(payload, position);
      case AUTH_MORE:
        return true;
      case EOF:
        // Another way of proof is asked for.
        this.#hasAnswered = true;
        this.#expected = "status";
        return true;
      case ERROR:
        return this.#error(payload, position);
      default:
        return false;
    }
  }

  #result(payload: Uint8Array, position: number): boolean {
    const mark = payload[0];
    if (mark === ERROR && this.#expected !== "nothing" && this.#expected !== "text") {
      return this.#error(payload, position);
    }
    switch (this.#expected) {
      case "nothing":
      case "text":
        return true;
      case "status":
        if (mark === OK) return this.#ok(payload, position);
        if (mark === EOF) this.#done(0);
        return true;
      case "column count":
        if (mark === OK) return this.#ok(payload, position);
        this.#columns = new MysqlReader(payload).lengthEncoded();
        this.#expected = "column";
        return true;
      case "column":
        this.#columns--;
        if (this.#columns <= 0) this.#expected = "eof before rows";
        return true;
      case "columns":
        return mark === EOF ? this.#last(payload, position) : true;
      case "eof before rows":
        this.#expected = "rows";
        return this.#hasNoEof ? this.#result(payload, position) : true;
      case "rows":
        if (mark !== EOF) return true;
        this.#expected = "nothing";
        return this.#last(payload, position);
    }
  }

  get #hasNoEof(): boolean {
    return (this.#clientCapabilities & CAPABILITY.deprecateEof) !== 0;
  }

  /** The end of rows: an EOF, or an OK that looks like one in its first byte. */
  #last(payload: Uint8Array, position: number): boolean {
    if (this.#hasNoEof || payload.length > EOF_BYTES_MAX) return this.#ok(payload, position);
    this.#done(0);
    return true;
  }

  #ok(payload: Uint8Array, position: number): boolean {
    const reader = new MysqlReader(payload, 1);
    const rows = reader.lengthEncoded();
    this.#connected();
    this.#mark("success", 1, position, 1);
    this.#mark("rows", 1, position + 1, reader.position - 1);
    // Zeek counts in 32 bits here.
    this.#done(Math.min(rows, 0xffffffff));
    return true;
  }

  #error(payload: Uint8Array, position: number): boolean {
    const response = errorText(payload);
    if (response === undefined) return false;
    this.#connected();
    this.#mark("response", 1, position + 9, payload.length - 9);
    this.#write({ success: false, response });
    return true;
  }

  #connected(): void {
    this.#isConnected = true;
    this.#hasAnswered = false;
  }

  #done(rows: number): void {
    this.#write({ success: true, rows });
  }

  #write(outcome: { success?: boolean; rows?: number; response?: string } = {}): void {
    const request = this.#request;
    if (request === undefined) return;
    this.#request = undefined;
    this.#shared.log
      .row(request.time, this.#conversation)
      .text("cmd", request.command)
      .text("arg", request.argument)
      .bool("success", outcome.success)
      .count("rows", outcome.rows)
      .text("response", outcome.response);
  }

  #mark(field: string, side: Side, position: number, length: number): void {
    this.#conversation.trace?.mark("mysql", field, side, position, length);
  }

  #violate(reason: string): void {
    this.#stream.close();
    if (this.#seenBytes > DOUBTED_BYTES) return;
    this.#write();
    this.#conversation.reject(reason);
  }
}

function expectedOf(command: number): Expected {
  switch (command) {
    case COMMAND.query:
    case COMMAND.processInfo:
      return "column count";
    case COMMAND.fieldList:
      return "columns";
    case COMMAND.statistics:
      return "text";
    default:
      return STATUS_COMMANDS.has(command) ? "status" : "nothing";
  }
}
