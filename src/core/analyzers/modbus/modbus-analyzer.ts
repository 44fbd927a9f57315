import {
  type Conversation,
  DOUBTED_BYTES,
  type LogWriter,
  type MessageReader,
  MessageStream,
  type Session,
  type Side,
  type StreamBuffer,
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

/** The longest message: a length of 16 bits, and the six bytes that it does not count. */
const MESSAGE_BYTES_MAX = 65_541;

/** Modbus over TCP: every message is a row. */
export class ModbusAnalyzer implements Session, MessageReader {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  readonly #stream: MessageStream;
  /** How far each side came, gaps counted. */
  readonly #ends: [number, number] = [0, 0];

  constructor(conversation: Conversation, log: LogWriter) {
    this.#conversation = conversation;
    this.#log = log;
    this.#stream = new MessageStream(this, { heldBytesMax: MESSAGE_BYTES_MAX });
  }

  data(side: Side, bytes: Uint8Array, position: number): void {
    this.#ends[side] = position + bytes.length;
    this.#stream.data(side, bytes, position);
  }

  gap(side: Side): void {
    // A message seldom goes over segments: what comes next is taken for the beginning of one.
    this.#stream.restart(side);
  }

  /** One message behind its header (MBAP). */
  readMessage(side: Side, { bytes, position }: StreamBuffer): number {
    if (bytes.length < HEADER_BYTES) return 0;
    const header = parseModbusHeader(bytes);
    if (header === undefined) return this.#violation(side);
    if (bytes.length < header.bytes) return 0;
    const body = bytes.subarray(HEADER_BYTES, header.bytes);
    return this.#message(side, header, body, position) ? header.bytes : this.#violation(side);
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

  #violation(side: Side): 0 {
    this.#stream.restart(side);
    if (this.#ends[0] + this.#ends[1] > DOUBTED_BYTES) return 0;
    this.#stream.close();
    this.#conversation.reject("no message");
    return 0;
  }
}
