import {
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
  StreamBuffer,
} from "../shared/index.ts";
import {
  exceptionName,
  functionName,
  HEADER_BYTES,
  isWholeAnswer,
  isWholeRequest,
  type ModbusHeader,
  parseModbusHeader,
  requestTarget,
} from "./modbus-parser.ts";

/** Bytes held of a side: the longest message (a length of 16 bits), and a large piece behind it. */
const HELD_BYTES_MAX = 4 * 65_541;
/** Bytes of a flow behind which a violation changes nothing any more, as with Zeek. */
const VIOLATION_BYTES_MAX = 10 * 1024;

/** Modbus over TCP: every message is a row. */
export class ModbusAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #buffers: readonly [StreamBuffer, StreamBuffer];
  /** How far each side came, gaps counted. */
  readonly #ends: [number, number] = [0, 0];
  #isOver = false;

  constructor(conversation: Conversation, log: LogWriter) {
    this.#conversation = conversation;
    this.#log = log;
    this.#buffers = [new StreamBuffer(HELD_BYTES_MAX), new StreamBuffer(HELD_BYTES_MAX)];
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    if (this.#isOver) return;
    this.#ends[side] = position + bytes.length;
    const buffer = this.#buffers[side];
    if (!buffer.push(bytes, position)) {
      buffer.clear();
      return;
    }
    while (buffer.length >= HEADER_BYTES) {
      const header = parseModbusHeader(buffer.bytes);
      if (header === undefined) {
        this.#violation(side, "no message");
        return;
      }
      if (buffer.length < header.bytes) break;
      const body = buffer.bytes.subarray(HEADER_BYTES, header.bytes);
      if (!this.#message(side, header, body, buffer.position)) {
        this.#violation(side, "no message");
        return;
      }
      buffer.consume(header.bytes);
    }
    buffer.keep();
  }

  gap(side: Side): void {
    // A message seldom goes over segments: what comes next is taken for the beginning of one.
    this.#buffers[side].clear();
  }

  /** False when the body does not fit its function. */
  #message(side: Side, header: ModbusHeader, body: Uint8Array, position: number): boolean {
    const { code } = header;
    const isWhole = side === 0 ? isWholeRequest(code, body) : isWholeAnswer(code, body);
    const isRefusal = code >= 0x80;
    // A refusal has its row when its reason is known.
    if (!isRefusal || (side === 1 && isWhole)) this.#write(side, header, body, position);
    if (isWhole) this.#conversation.confirm("modbus");
    return isWhole;
  }

  #write(side: Side, header: ModbusHeader, body: Uint8Array, position: number): void {
    const { trace, now } = this.#conversation;
    trace?.mark("modbus", "tid", side, position, 2);
    trace?.mark("modbus", "unit", side, position + 6, 1);
    trace?.mark("modbus", "func", side, position + 7, 1);
    const target = side === 0 ? requestTarget(header.code, body) : undefined;
    this.#log
      .row(now, this.#conversation)
      .count("tid", header.transaction)
      .count("unit", header.unit)
      .text("func", functionName(header.code))
      .text("pdu_type", side === 0 ? "REQ" : "RESP")
      .text("exception", header.code >= 0x80 ? exceptionName(body[0]!) : undefined)
      .count("address", target?.address)
      .count("quantity", target?.quantity);
  }

  #violation(side: Side, reason: string): void {
    this.#buffers[side].clear();
    if (this.#ends[0] + this.#ends[1] > VIOLATION_BYTES_MAX) return;
    this.#isOver = true;
    this.#conversation.reject(reason);
  }
}
