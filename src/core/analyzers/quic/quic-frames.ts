import { type Cursor, takeBytes, takeVarint } from "../shared/index.ts";

/** What is read of a packet's frames. */
export interface FrameSink {
  crypto(offset: number, bytes: Uint8Array): void;
  stream(frame: StreamFrame): void;
  /** RESET_STREAM: its sender gives up a stream. */
  reset(streamId: number): void;
}

/** A piece of a stream (RFC 9000 19.8). */
export interface StreamFrame {
  readonly streamId: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** Numbers that follow a frame's type, of frames that are skipped. */
const NUMBERS: ReadonlyMap<number, number> = new Map([
  [0x00, 0], // PADDING
  [0x01, 0], // PING
  [0x05, 2], // STOP_SENDING
  [0x10, 1], // MAX_DATA
  [0x11, 2], // MAX_STREAM_DATA
  [0x12, 1], // MAX_STREAMS
  [0x13, 1],
  [0x14, 1], // DATA_BLOCKED
  [0x15, 2], // STREAM_DATA_BLOCKED
  [0x16, 1], // STREAMS_BLOCKED
  [0x17, 1],
  [0x19, 1], // RETIRE_CONNECTION_ID
  [0x1e, 0], // HANDSHAKE_DONE
]);
const RESET_TOKEN_BYTES = 16;
const PATH_BYTES = 8;

/** Reads the frames of a packet (RFC 9000 19, RFC 9221); stops at one that is not known or is cut. */
export function readFrames(bytes: Uint8Array, sink: FrameSink): void {
  const cursor: Cursor = { at: 0, isShort: false };
  while (cursor.at < bytes.length && !cursor.isShort) {
    const type = takeVarint(bytes, cursor);
    const numbers = NUMBERS.get(type);
    if (numbers !== undefined) for (let n = 0; n < numbers; n++) takeVarint(bytes, cursor);
    else if (type >= 0x08 && type <= 0x0f) readStream(type, bytes, { cursor, sink });
    else if (!readOther(type, bytes, { cursor, sink })) return;
  }
}

interface Reading {
  readonly cursor: Cursor;
  readonly sink: FrameSink;
}

function readStream(type: number, bytes: Uint8Array, { cursor, sink }: Reading): void {
  const streamId = takeVarint(bytes, cursor);
  const offset = (type & 4) === 0 ? 0 : takeVarint(bytes, cursor);
  const length = (type & 2) === 0 ? bytes.length - cursor.at : takeVarint(bytes, cursor);
  const piece = takeBytes(bytes, cursor, length);
  if (!cursor.isShort) sink.stream({ streamId, offset, bytes: piece, isLast: (type & 1) !== 0 });
}

/** False for a type that is not known: nobody can tell where it ends. */
function readOther(type: number, bytes: Uint8Array, { cursor, sink }: Reading): boolean {
  switch (type) {
    case 0x02:
    case 0x03:
      skipAck(bytes, cursor, type === 0x03);
      return true;
    case 0x04: {
      const streamId = takeVarint(bytes, cursor);
      takeVarint(bytes, cursor);
      takeVarint(bytes, cursor);
      if (!cursor.isShort) sink.reset(streamId);
      return true;
    }
    case 0x06: {
      const offset = takeVarint(bytes, cursor);
      const piece = takeBytes(bytes, cursor, takeVarint(bytes, cursor));
      if (!cursor.isShort) sink.crypto(offset, piece);
      return true;
    }
    case 0x07: // NEW_TOKEN
      takeBytes(bytes, cursor, takeVarint(bytes, cursor));
      return true;
    case 0x18: // NEW_CONNECTION_ID
      takeVarint(bytes, cursor);
      takeVarint(bytes, cursor);
      takeBytes(bytes, cursor, takeBytes(bytes, cursor, 1)[0] ?? 0);
      takeBytes(bytes, cursor, RESET_TOKEN_BYTES);
      return true;
    case 0x1a: // PATH_CHALLENGE
    case 0x1b: // PATH_RESPONSE
      takeBytes(bytes, cursor, PATH_BYTES);
      return true;
    case 0x30: // DATAGRAM
      cursor.at = bytes.length;
      return true;
    case 0x31:
      takeBytes(bytes, cursor, takeVarint(bytes, cursor));
      return true;
    // CONNECTION_CLOSE is the last one; others are not known.
    default:
      return false;
  }
}

/** RFC 9000 19.3: every range takes at least two bytes, so that the loop ends with them. */
export function skipAck(bytes: Uint8Array, cursor: Cursor, hasCounts: boolean): void {
  takeVarint(bytes, cursor);
  takeVarint(bytes, cursor);
  const ranges = takeVarint(bytes, cursor);
  takeVarint(bytes, cursor);
  const numbers = ranges * 2 + (hasCounts ? 3 : 0);
  for (let n = 0; n < numbers && !cursor.isShort; n++) takeVarint(bytes, cursor);
}
