import type { Limit } from "../../base/index.ts";
import {
  type Conversation,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
} from "../shared/index.ts";
import { PostgresqlLog } from "./postgresql-log.ts";
import {
  authenticationName,
  bigEndian32,
  CANCEL_BYTES,
  CANCEL_REQUEST,
  MAJOR_VERSION,
  parseErrorFields,
  parseStartup,
  TLS_REQUEST,
  untilNul,
} from "./postgresql-parser.ts";

/** What all flows of PostgreSQL share. */
export interface PostgresqlShared {
  readonly log: LogWriter;
  /** Bytes of one message that are looked at. */
  readonly messageBytes: Limit;
}

/** Letter and length in front of a message; a startup has only the length. */
const HEADER_BYTES = 5;
const STARTUP_BYTES_MIN = 9;
const TLS_REQUEST_BYTES = 8;
/** Notices and errors that one row holds; a server may send any number before it is ready. */
const NOTICE_CHARACTERS_MAX = 16_384;

/** PostgreSQL's protocol 3: TLS, login, simple queries, errors. */
export class PostgresqlAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #shared: PostgresqlShared;
  readonly #log: PostgresqlLog;
  readonly #stream: MessageStream;
  #hasAskedForTls = false;
  #isTlsAnswered = false;
  #hasStarted = false;
  #rows: number | undefined;

  constructor(conversation: Conversation, shared: PostgresqlShared) {
    this.#conversation = conversation;
    this.#shared = shared;
    this.#log = new PostgresqlLog(conversation, shared.log);
    // What the client says first decides how the server is read, which may have come before.
    const heldBytesMax = 2 * shared.messageBytes.maximum;
    this.#stream = new MessageStream(this, { heldBytesMax, takesTurns: true });
    if (conversation.isMidStream) this.#stream.close();
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (!this.#stream.data(side, bytes, position)) this.#violate("message too long");
  }

  gap(side: Side, length: number, position: number): void {
    this.#stream.gap(side, length, position);
  }

  finished(side: Side): void {
    this.#stream.finished(side);
  }

  end(): void {
    this.#log.write();
    this.#stream.end();
  }

  /** A message with its letter, or one of those without that come before. */
  readMessage(side: Side, buffer: StreamBuffer): number {
    if (side === 0 && !this.#hasStarted) return this.#readStart(buffer);
    if (side === 1) {
      if (this.#hasAskedForTls && !this.#isTlsAnswered) return this.#readTlsAnswer(buffer);
      if (!this.#hasStarted) return 0;
    }
    return this.#readMessage(side, buffer);
  }

  #readStart(buffer: StreamBuffer): number {
    if (this.#hasAskedForTls && !this.#isTlsAnswered) return 0;
    if (buffer.length < 8) return 0;
    const length = bigEndian32(buffer.bytes, 0);
    const version = bigEndian32(buffer.bytes, 4);
    if (length === TLS_REQUEST_BYTES && version === TLS_REQUEST && !this.#hasAskedForTls) {
      this.#hasAskedForTls = true;
      this.#log.step.frontend = "ssl_request";
      return TLS_REQUEST_BYTES;
    }
    if (length === CANCEL_BYTES && version === CANCEL_REQUEST) {
      if (buffer.length < CANCEL_BYTES) return 0;
      // Such a connection carries nothing else.
      this.#conversation.confirm("postgresql");
      this.#stream.close();
      return 0;
    }
    const { maximum } = this.#shared.messageBytes;
    if (version >>> 16 !== MAJOR_VERSION || length < STARTUP_BYTES_MIN || length > maximum) {
      return this.#violate("no startup");
    }
    if (buffer.length < length) return 0;
    const parameters = parseStartup(buffer.bytes.subarray(8, length));
    if (parameters === undefined) return this.#violate("broken startup");
    this.#hasStarted = true;
    this.#log.user = parameters.get("user");
    this.#log.database = parameters.get("database");
    this.#log.application = parameters.get("application_name");
    this.#log.step.frontend = "startup";
    for (const field of ["user", "database", "application_name"]) {
      this.#mark(field, 0, buffer.position + 8, length - 8);
    }
    this.#conversation.confirm("postgresql");
    return length;
  }

  #readTlsAnswer(buffer: StreamBuffer): number {
    const answer = String.fromCharCode(buffer.bytes[0]!);
    if (answer !== "S" && answer !== "N") return this.#violate("no answer about TLS");
    this.#conversation.confirm("postgresql");
    this.#isTlsAnswered = true;
    const { step } = this.#log;
    step.backend = "ssl_reply";
    step.backendArgument = answer;
    step.success = answer === "S";
    this.#mark("backend_arg", 1, buffer.position, 1);
    this.#log.write();
    if (answer === "S") this.#stream.giveTo(this.#conversation.inner("ssl"));
    return 1;
  }

  #readMessage(side: Side, buffer: StreamBuffer): number {
    if (buffer.length < HEADER_BYTES) return 0;
    const stated = bigEndian32(buffer.bytes, 1);
    if (stated < 4) return this.#violate("broken message");
    const length = 1 + stated;
    const kind = String.fromCharCode(buffer.bytes[0]!);
    // Rows are only counted: what is in them need not be here.
    const looked =
      kind === "D" ? HEADER_BYTES : Math.min(length, this.#shared.messageBytes.maximum);
    if (buffer.length < looked) return 0;
    if (kind !== "D" && looked < length) this.#shared.messageBytes.reached++;
    const content = buffer.bytes.subarray(HEADER_BYTES, looked);
    const position = buffer.position + HEADER_BYTES;
    const isRead =
      side === 0 ? this.#client(kind, content, position) : this.#server(kind, content, position);
    if (!isRead) return this.#violate("broken message");
    return length;
  }

  #client(kind: string, content: Uint8Array, position: number): boolean {
    if (kind === "X") {
      this.#log.write();
      this.#log.step.frontend = "terminate";
      this.#log.write();
    } else if (kind === "Q") {
      this.#log.write();
      const { step } = this.#log;
      step.frontend = "simple_query";
      step.frontendArgument = untilNul(content);
      this.#mark("frontend_arg", 0, position, content.length);
      this.#rows = 0;
    }
    return true;
  }

  #server(kind: string, content: Uint8Array, position: number): boolean {
    switch (kind) {
      case "R":
        return this.#authentication(content, position);
      case "E":
        this.#log.addToBackend("error");
        this.#argument(parseErrorFields(content).join(","));
        this.#mark("backend_arg", 1, position, content.length);
        this.#log.step.success = false;
        this.#log.write();
        return true;
      case "N":
        for (const notice of parseErrorFields(content)) this.#argument(notice);
        this.#mark("backend_arg", 1, position, content.length);
        return true;
      case "D":
        this.#rows = (this.#rows ?? 0) + 1;
        this.#log.open();
        return true;
      case "C":
        if (this.#log.isOpen) this.#log.step.completed = untilNul(content);
        this.#mark("completed", 1, position, content.length);
        return true;
      case "S":
        if (untilNul(content) === "server_version") {
          this.#log.serverVersion = untilNul(content.subarray("server_version".length + 1));
        }
        return true;
      case "Z":
        return this.#ready(content);
      default:
        return true;
    }
  }

  #authentication(content: Uint8Array, position: number): boolean {
    if (content.length < 4) return false;
    const identifier = bigEndian32(content, 0);
    if (identifier > 12) return false;
    this.#mark("backend", 1, position, 4);
    if (identifier === 0) {
      this.#log.step.backend = "auth_ok";
      this.#log.step.success = true;
      return content.length === 4;
    }
    this.#log.addToBackend("auth_request");
    this.#argument(authenticationName(identifier));
    return true;
  }

  #ready(content: Uint8Array): boolean {
    const status = String.fromCharCode(content[0] ?? 0);
    if (status !== "I" && status !== "T" && status !== "E") return false;
    if (!this.#log.isOpen) return true;
    const { step } = this.#log;
    // If nobody said otherwise, what was done last went well.
    step.success ??= status !== "E";
    if (this.#rows !== undefined) step.rows = this.#rows;
    this.#rows = undefined;
    this.#log.write();
    return true;
  }

  #argument(text: string): void {
    const { backendArgument: before = "" } = this.#log.step;
    if (before.length < NOTICE_CHARACTERS_MAX) this.#log.addArgument(text);
  }

  #mark(field: string, side: Side, position: number, length: number): void {
    this.#conversation.trace?.mark("postgresql", field, side, position, length);
  }

  #violate(reason: string): 0 {
    this.#stream.close();
    this.#log.write();
    this.#conversation.reject(reason);
    return 0;
  }
}
