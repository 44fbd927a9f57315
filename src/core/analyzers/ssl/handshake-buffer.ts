import type { Limit } from "../../base/index.ts";
import { type AnalyzerServices, type Side, StreamBuffer } from "../shared/index.ts";
import type { MessagePlace } from "./tls-handshake.ts";

/** Bytes of a handshake message: long chains need some ten thousand, odd ones some hundred thousand. */
const MESSAGE_BYTES_MAX = 1 << 20;
/** Bytes of unfinished messages of all flows together. */
const HELD_BYTES_MAX = 1 << 27;

/** Bounds that all handshakes of a capture share, and how much they hold. */
export interface HandshakeBounds {
  readonly message: Limit;
  readonly held: Limit;
  heldBytes: number;
}

export function createHandshakeBounds(
  services: Pick<AnalyzerServices, "limit">,
  protocol: string,
): HandshakeBounds {
  return {
    message: services.limit(`${protocol}.handshakeMessageBytes`, MESSAGE_BYTES_MAX),
    held: services.limit(`${protocol}.handshakeBytesHeld`, HELD_BYTES_MAX),
    heldBytes: 0,
  };
}

/** Takes whole messages; says what is wrong to stop. */
export type TakeMessage = (
  side: Side,
  message: { readonly type: number; readonly body: Uint8Array; readonly place: MessagePlace },
) => string | undefined;

/** What became of bytes: a fault in words, or the limit. */
export type HandshakeFault = { readonly fault: string } | Limit | undefined;

/** Puts one side's handshake messages together out of the records that carry them (RFC 8446 5.1). */
export class HandshakeBuffer {
  readonly #side: Side;
  readonly #bounds: HandshakeBounds;
  #buffer: StreamBuffer | undefined;
  /** Where the message that is not whole yet begins in the stream. */
  #start = 0;

  constructor(side: Side, bounds: HandshakeBounds) {
    this.#side = side;
    this.#bounds = bounds;
  }

  /** Adds the body of a record, which lies at `position` of the stream. */
  push(body: Uint8Array, position: number, take: TakeMessage): HandshakeFault {
    this.#buffer ??= new StreamBuffer(this.#bounds.message.maximum);
    const before = this.#buffer.length;
    const fault = this.#read(this.#buffer, { body, end: position + body.length }, take);
    const isKept = this.#buffer.keep();
    this.#bounds.heldBytes += this.#buffer.length - before;
    if (fault !== undefined) return fault;
    if (!isKept) return this.#bounds.message;
    return this.#bounds.heldBytes > this.#bounds.held.maximum ? this.#bounds.held : undefined;
  }

  /** Nothing more comes: what is held is let go. */
  clear(): void {
    this.#bounds.heldBytes -= this.#buffer?.length ?? 0;
    this.#buffer = undefined;
  }

  #read(
    buffer: StreamBuffer,
    { body, end }: { body: Uint8Array; end: number },
    take: TakeMessage,
  ): HandshakeFault {
    let held = buffer.length;
    if (!buffer.push(body, end - body.length)) return this.#bounds.message;
    while (buffer.length >= 4) {
      const { bytes } = buffer;
      const length = 4 + ((bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!);
      if (length > this.#bounds.message.maximum) return this.#bounds.message;
      if (bytes.length < length) break;
      const at = end - bytes.length;
      const place =
        held > 0
          ? { position: this.#start, length: at + length - this.#start, isWhole: false }
          : { position: at, length, isWhole: true };
      const fault = take(this.#side, { type: bytes[0]!, body: bytes.subarray(4, length), place });
      buffer.consume(length);
      held = 0;
      if (fault !== undefined) return { fault };
    }
    if (held === 0) this.#start = end - buffer.length;
    return undefined;
  }
}
