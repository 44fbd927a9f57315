import type { Side } from "../shared/index.ts";

/** Kinds of frames (RFC 6455 5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Takes what frames of one side carry. */
export interface FrameSink {
  /** A message begins: its first frame's header was read. */
  message(opcode: number): void;
  /** Content of text and binary messages, its mask taken off; valid during the call. */
  payload(side: Side, bytes: Uint8Array, position: number): void;
  weird(name: string, addl: string): void;
  /** The bytes are no frames. */
  broken(): void;
}

const HEADER_BYTES_MAX = 14;
const CONTROL_BYTES_MAX = 125;

/** Reads one side's frames as they come, their content passed on without being held. */
export class FrameReader {
  readonly #side: Side;
  readonly #sink: FrameSink;
  readonly #header = new Uint8Array(HEADER_BYTES_MAX);
  #headerBytes = 0;
  #left = 0;
  #opcode = 0;
  #isInMessage = false;
  #isLast = true;
  #hasMask = false;
  readonly #mask = new Uint8Array(4);
  #masked = 0;
  #isBroken = false;

  constructor(side: Side, sink: FrameSink) {
    this.#side = side;
    this.#sink = sink;
  }

  data(bytes: Uint8Array, position: number): void {
    let at = 0;
    while (at < bytes.length && !this.#isBroken) {
      if (this.#left > 0) {
        const length = Math.min(this.#left, bytes.length - at);
        this.#content(bytes.subarray(at, at + length), position + at);
        this.#left -= length;
        at += length;
        continue;
      }
      this.#header[this.#headerBytes++] = bytes[at++]!;
      if (this.#headerBytes >= 2 && this.#headerBytes === this.#headerLength()) this.#begin();
    }
  }

  #headerLength(): number {
    const second = this.#header[1]!;
    const length = second & 0x7f;
    return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (second >= 0x80 ? 4 : 0);
  }

  #begin(): void {
    const header = this.#header;
    const view = new DataView(header.buffer);
    const opcode = header[0]! & 15;
    const short = header[1]! & 0x7f;
    const end = this.#headerBytes;
    this.#headerBytes = 0;
    // RFC 6455 5.4: only the frames behind a message's first continue it.
    if ((opcode === OPCODE.continuation) !== this.#isInMessage) {
      this.#isBroken = true;
      this.#sink.broken();
      return;
    }
    this.#isLast = header[0]! >= 0x80;
    if (!this.#isInMessage) {
      this.#opcode = opcode;
      this.#sink.message(opcode);
    }
    this.#isInMessage = !this.#isLast;
    this.#left = short < 126 ? short : short === 126 ? view.getUint16(2) : wideLength(view);
    this.#hasMask = header[1]! >= 0x80;
    this.#masked = 0;
    if (this.#hasMask) this.#mask.set(header.subarray(end - 4, end));
    if (this.#opcode >= OPCODE.close && this.#left > CONTROL_BYTES_MAX) {
      const addl = `${this.#left} > ${CONTROL_BYTES_MAX}`;
      this.#sink.weird("websocket_control_frame_size_exceeded", addl);
    }
  }

  #content(bytes: Uint8Array, position: number): void {
    if (this.#opcode !== OPCODE.text && this.#opcode !== OPCODE.binary) return;
    if (!this.#hasMask) {
      this.#sink.payload(this.#side, bytes, position);
      return;
    }
    const clear = new Uint8Array(bytes.length);
    for (let n = 0; n < bytes.length; n++) {
      clear[n] = bytes[n]! ^ this.#mask[(this.#masked + n) & 3]!;
    }
    this.#masked = (this.#masked + bytes.length) & 3;
    this.#sink.payload(this.#side, clear, position);
  }
}

function wideLength(view: DataView): number {
  return view.getUint32(2) * 2 ** 32 + view.getUint32(6);
}
