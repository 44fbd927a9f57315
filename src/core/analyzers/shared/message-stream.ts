import type { Session } from "./conversation.ts";
import type { Side } from "./side.ts";
import { StreamBuffer } from "./stream-buffer.ts";

/** Behind so many bytes of a flow what cannot be read no longer makes Zeek doubt its protocol. */
export const DOUBTED_BYTES = 10_240;

/** What knows how long a protocol's messages are, and reads them. */
export interface MessageReader {
  /**
   * Reads the message that a side's bytes begin with and returns its length, which may be more than is
   * there: the rest of it is passed over when it comes. Returns 0 when more bytes are needed, or when
   * nothing can be read. There is at least one byte.
   */
  readMessage(side: Side, buffer: StreamBuffer): number;
}

/** How a stream is read. */
export interface MessageStreamOptions {
  /** Bytes of one side that wait for the rest of their message. */
  readonly heldBytesMax: number;
  /** What one side says may free what the other has already said: both are tried at every delivery. */
  readonly takesTurns?: boolean;
}

/**
 * Cuts both sides of a flow into messages, however they are delivered: it holds what is not whole, passes
 * over what is too long to be held, and gives everything to another session (TLS) once it is told to.
 */
export class MessageStream {
  readonly #reader: MessageReader;
  readonly #options: MessageStreamOptions;
  #buffers: [StreamBuffer | undefined, StreamBuffer | undefined] = [undefined, undefined];
  /** Bytes of a message that was read already and are still to come. */
  readonly #passed: [number, number] = [0, 0];
  #session: Session | undefined;
  #isClosed = false;

  constructor(reader: MessageReader, options: MessageStreamOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  /** Nothing is read any more: it was closed, or given to another session. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes a side's next bytes; false when more would have to be held than is allowed: it is closed then. */
  data(side: Side, bytes: Uint8Array, position: number): boolean {
    if (this.#session !== undefined) {
      this.#session.data(side, bytes, position);
      return true;
    }
    if (this.#isClosed) return true;
    let at = 0;
    while (at < bytes.length && !this.#isClosed) {
      const used = this.#take(side, bytes, { at, position });
      if (used === 0) {
        this.close();
        return false;
      }
      at += used;
    }
    if (this.#isClosed) this.#giveRest(side, bytes.subarray(at), position + at);
    return true;
  }

  /** A hole. It goes unnoticed in what is passed over; elsewhere no beginning is to be found behind it. */
  gap(side: Side, length: number, position: number): void {
    if (this.#session !== undefined) this.#session.gap?.(side, length, position);
    else if (this.#passed[side] >= length) this.#passed[side] -= length;
    else this.close();
  }

  /** Tells the session that everything was given to. */
  finished(side: Side): void {
    this.#session?.finished?.(side);
  }

  /** Tells the session that everything was given to. */
  end(): void {
    this.#session?.end?.();
  }

  /** Forgets what a side holds: its next bytes are taken for the beginning of a message. */
  restart(side: Side): void {
    this.#buffers[side]?.clear();
    this.#passed[side] = 0;
  }

  /** Reads nothing any more, and keeps nothing. */
  close(): void {
    this.#isClosed = true;
    this.#buffers = [undefined, undefined];
  }

  /** Everything of both sides behind the message at hand goes to another session. */
  giveTo(session: Session | undefined): void {
    if (session === undefined) this.close();
    this.#isClosed = true;
    this.#session = session;
  }

  /**
   * Passes over what is to be passed over, then reads as much as fits behind what is held, so that nothing
   * but a single message can be too long. Returns how much was used of what begins at `at`, or 0.
   */
  #take(side: Side, bytes: Uint8Array, { at, position }: { at: number; position: number }): number {
    const passed = Math.min(this.#passed[side], bytes.length - at);
    if (passed > 0) {
      this.#passed[side] -= passed;
      return passed;
    }
    const { heldBytesMax } = this.#options;
    this.#buffers[side] ??= new StreamBuffer(heldBytesMax);
    const buffer = this.#buffers[side];
    const room = buffer.length === 0 ? bytes.length : Math.max(0, heldBytesMax - buffer.length);
    const piece = at === 0 && room >= bytes.length ? bytes : bytes.subarray(at, at + room);
    if (piece.length === 0) return 0;
    buffer.push(piece, position + at);
    this.#readMessages(side);
    return this.#isClosed || buffer.keep() ? piece.length : 0;
  }

  #readMessages(side: Side): void {
    if (!this.#options.takesTurns) {
      while (this.#readNext(side)) {
        // One message after the other.
      }
      return;
    }
    while (this.#readNext(0) || this.#readNext(1)) {
      // One message after the other, whichever side's turn it is.
    }
  }

  #readNext(side: Side): boolean {
    const buffer = this.#buffers[side];
    if (this.#isClosed || buffer === undefined || buffer.length === 0) return false;
    const length = this.#reader.readMessage(side, buffer);
    const here = Math.min(length, buffer.length);
    if (here === 0) return false;
    buffer.consume(here);
    this.#passed[side] = length - here;
    return true;
  }

  /** What both sides held behind the message at hand, and what this side had not come to. */
  #giveRest(side: Side, bytes: Uint8Array, position: number): void {
    const session = this.#session;
    const buffers = this.#buffers;
    this.#buffers = [undefined, undefined];
    for (const one of [0, 1] as const) {
      const rest = buffers[one];
      if (rest !== undefined && rest.length > 0) session?.data(one, rest.bytes, rest.position);
    }
    if (bytes.length > 0) session?.data(side, bytes, position);
  }
}
