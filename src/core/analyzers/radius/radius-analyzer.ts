import { ByteReader } from "../../base/index.ts";
import {
  bytesToText,
  type Conversation,
  type LogWriter,
  type Session,
  type Side,
} from "../shared/index.ts";

const HEADER_BYTES = 20;
/** Codes of messages (RFC 2865 3). */
const ACCESS_REQUEST = 1;
const ACCESS_ACCEPT = 2;
const ACCESS_REJECT = 3;
const ACCESS_CHALLENGE = 11;

/** Attributes (RFC 2865 5, RFC 2868 3.3) that go into a row, by the message that they are taken from. */
const OF_REQUEST: ReadonlyMap<number, string> = new Map([
  [1, "username"],
  [31, "mac"],
  [66, "tunnel_client"],
  [77, "connect_info"],
]);
const FRAMED_ADDRESS = 8;
const REPLY_MESSAGE = 18;

interface Attempt {
  readonly time: number;
  readonly texts: Map<string, string>;
  framed: Int32Array | undefined;
}

/** RADIUS (RFC 2865): a request, what is asked back, and the decision are one row. */
export class RadiusAnalyzer implements Session {
  readonly #conversation: Conversation;
  readonly #log: LogWriter;
  #attempt: Attempt | undefined;
  /** Where the datagram at hand begins in its buffer. */
  #datagramOffset = 0;

  constructor(conversation: Conversation, log: LogWriter) {
    this.#conversation = conversation;
    this.#log = log;
  }

  data(side: Side, bytes: Uint8Array): void {
    const conversation = this.#conversation;
    this.#datagramOffset = bytes.byteOffset;
    const attributes = bytes.length < HEADER_BYTES ? undefined : readAttributes(bytes);
    if (attributes === undefined) {
      this.end();
      conversation.reject("no RADIUS message");
      return;
    }
    conversation.confirm("radius");
    const attempt = this.#attempt ?? {
      time: conversation.now,
      texts: new Map(),
      framed: undefined,
    };
    this.#attempt = attempt;
    switch (bytes[0]) {
      case ACCESS_REQUEST:
        for (const [type, field] of OF_REQUEST)
          this.#take(attempt, attributes.get(type), field, side);
        break;
      case ACCESS_CHALLENGE:
        this.#take(attempt, attributes.get(REPLY_MESSAGE), "reply_msg", side);
        attempt.framed ??= addressOf(attributes.get(FRAMED_ADDRESS));
        break;
      case ACCESS_ACCEPT:
        this.#decided("success");
        break;
      case ACCESS_REJECT:
        this.#decided("failed");
        break;
      default:
    }
  }

  end(): void {
    this.#write("unknown", undefined);
  }

  #take(attempt: Attempt, value: Uint8Array | undefined, field: string, side: Side): void {
    if (value === undefined || attempt.texts.has(field)) return;
    attempt.texts.set(field, field === "mac" ? hardwareAddress(value) : bytesToText(value));
    const at = value.byteOffset - this.#datagramOffset;
    this.#conversation.trace?.mark("radius", field, side, at, value.length);
  }

  #decided(result: string): void {
    const start = this.#attempt?.time ?? 0;
    const { now } = this.#conversation;
    this.#write(result, now === start ? undefined : now - start);
  }

  #write(result: string, lasted: number | undefined): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt === undefined) return;
    this.#log.row(attempt.time, this.#conversation).text("result", result).interval("ttl", lasted);
    this.#log.address("framed_addr", attempt.framed);
    for (const [field, text] of attempt.texts) this.#log.text(field, text);
  }
}

/** The first value of each attribute; undefined when one does not fit. */
function readAttributes(bytes: Uint8Array): Map<number, Uint8Array> | undefined {
  const found = new Map<number, Uint8Array>();
  const reader = new ByteReader(bytes, { start: HEADER_BYTES });
  while (reader.remaining > 0) {
    const type = reader.u8("type");
    const length = reader.u8("length");
    const value = reader.take("value", length - 2);
    if (reader.short) return undefined;
    if (!found.has(type)) found.set(type, value);
  }
  return found;
}

function addressOf(value: Uint8Array | undefined): Int32Array | undefined {
  if (value === undefined || value.length < 4) return undefined;
  const number = (value[0]! << 24) | (value[1]! << 16) | (value[2]! << 8) | value[3]!;
  return Int32Array.of(0, 0, 0xffff, number);
}

/** Twelve or sixteen hexadecimal digits with colons; empty where there are other than that. */
function hardwareAddress(value: Uint8Array): string {
  const digits = bytesToText(value.subarray(0, 64))
    .replace(/[^0-9A-Fa-f]/g, "")
    .toLowerCase();
  if (digits.length !== 12 && digits.length !== 16) return "";
  return digits.match(/../g)!.join(":");
}
