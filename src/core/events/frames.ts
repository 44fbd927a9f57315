/**
 * The recorder's stream to the owner, and the plaintext of a segment's `.events`: u32le payload length,
 * one type byte, payload. Sealed and sent alike, so rebuilding the index is reading it once more.
 */
export const FRAME_TYPES = {
  /** JSON {first_ts_ns, day}: comes before any batch. */
  head: 0x48,
  /** One encoded column batch. */
  batch: 0x42,
  /** The next bytes of the capture's posting file. */
  postings: 0x50,
  /** JSON: the capture's layout, needed to read one record again. */
  layout: 0x4c,
  /** JSON: progress; sent, never sealed. */
  progress: 0x54,
  /** JSON: what was sealed; sent, never sealed. */
  sealed: 0x53,
  /** JSON {code, message, remedy}: the recorder gave up; sent, never sealed. */
  failed: 0x45,
} as const;

export type FrameType = keyof typeof FRAME_TYPES;

/** A frame longer than this is a fault, not a frame. */
const FRAME_BYTES_MAX = 256 * 1024 * 1024;
const HEADER_BYTES = 5;

const NAMES = new Map<number, FrameType>(
  Object.entries(FRAME_TYPES).map(([name, code]) => [code, name as FrameType]),
);

export function encodeFrame(type: FrameType, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length, true);
  frame[4] = FRAME_TYPES[type];
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export function encodeJsonFrame(type: FrameType, value: unknown): Uint8Array {
  return encodeFrame(type, new TextEncoder().encode(JSON.stringify(value)));
}

export function decodeJson<T>(payload: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(payload)) as T;
}

/** Cuts a byte stream into frames, whatever the chunks. `fault` is set, and input ignored, after a bad header. */
export class FrameReader {
  fault: string | undefined;
  readonly #onFrame: (type: FrameType, payload: Uint8Array) => void;
  readonly #parts: Uint8Array[] = [];
  #buffered = 0;

  /** The payload handed to `onFrame` is a copy or a view of a pushed chunk: keep it only by copying. */
  constructor(onFrame: (type: FrameType, payload: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** Bytes of a frame that has not ended. */
  get pendingBytes(): number {
    return this.#buffered;
  }

  push(chunk: Uint8Array): void {
    if (this.fault !== undefined || chunk.length === 0) return;
    this.#parts.push(chunk);
    this.#buffered += chunk.length;
    if (this.#buffered < HEADER_BYTES) return;
    let bytes = this.#parts.length === 1 ? chunk : undefined;
    if (bytes === undefined) {
      // Joining only when the frame is whole keeps a long frame in small chunks linear.
      const header = this.#peek(HEADER_BYTES);
      if (this.#buffered < HEADER_BYTES + lengthOf(header)) return;
      bytes = this.#peek(this.#buffered);
    }
    const rest = this.#cut(bytes);
    this.#parts.length = 0;
    if (rest.length > 0) this.#parts.push(rest);
    this.#buffered = rest.length;
  }

  #cut(bytes: Uint8Array): Uint8Array {
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const length = lengthOf(bytes.subarray(at));
      const type = NAMES.get(bytes[at + 4]!);
      if (type === undefined || length > FRAME_BYTES_MAX) {
        this.fault = `bad frame header at ${at}`;
        return bytes.subarray(bytes.length);
      }
      if (bytes.length - at - HEADER_BYTES < length) break;
      this.#onFrame(type, bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
      at += HEADER_BYTES + length;
    }
    return bytes.subarray(at);
  }

  #peek(length: number): Uint8Array {
    const out = new Uint8Array(length);
    let at = 0;
    for (const part of this.#parts) {
      const piece = part.subarray(0, length - at);
      out.set(piece, at);
      at += piece.length;
      if (at === length) break;
    }
    return out;
  }
}

function lengthOf(header: Uint8Array): number {
  return (header[0]! | (header[1]! << 8) | (header[2]! << 16) | (header[3]! << 24)) >>> 0;
}
