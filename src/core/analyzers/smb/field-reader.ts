/** Reads a message's little-endian fields by their place, counted from its header; what is past its end is 0. */
export class FieldReader {
  readonly bytes: Uint8Array;
  /** Where the message begins in its stream. */
  readonly position: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, position: number) {
    this.bytes = bytes;
    this.position = position;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  has(length: number): boolean {
    return this.bytes.length >= length;
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    return at + 2 <= this.bytes.length ? this.#view.getUint16(at, true) : 0;
  }

  u32(at: number): number {
    return at + 4 <= this.bytes.length ? this.#view.getUint32(at, true) : 0;
  }

  /** Exact below 2^53. */
  u64(at: number): number {
    return this.u32(at + 4) * 4_294_967_296 + this.u32(at);
  }

  big(at: number): bigint {
    return at + 8 <= this.bytes.length ? this.#view.getBigUint64(at, true) : 0n;
  }

  /** Bytes that lie wholly in the message; undefined when they do not. */
  slice(at: number, length: number): Uint8Array | undefined {
    return at + length <= this.bytes.length ? this.bytes.subarray(at, at + length) : undefined;
  }
}
