/** Told of every read: absolute offset in the reader's buffer and length, with the field's name. */
export type ReadTrace = (name: string, offset: number, length: number) => void;

/**
 * Reads fields out of bytes, big-endian unless asked. It never throws: a read past the end sets
 * `short`, returns zero or an empty view and leaves the position at the end. With a trace it reports
 * which bytes each named field came from, which is all that `explain` needs (DESIGN §4).
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;
  short = false;
  readonly #view: DataView;
  readonly #trace: ReadTrace | undefined;

  constructor(
    bytes: Uint8Array,
    options: { start?: number; end?: number; trace?: ReadTrace } = {},
  ) {
    this.bytes = bytes;
    this.position = options.start ?? 0;
    this.end = Math.min(options.end ?? bytes.length, bytes.length);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#trace = options.trace;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  u8(name: string): number {
    const at = this.#take(name, 1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }

  u16(name: string, littleEndian = false): number {
    const at = this.#take(name, 2);
    return at < 0 ? 0 : this.#view.getUint16(at, littleEndian);
  }

  u32(name: string, littleEndian = false): number {
    const at = this.#take(name, 4);
    return at < 0 ? 0 : this.#view.getUint32(at, littleEndian);
  }

  u64(name: string, littleEndian = false): bigint {
    const at = this.#take(name, 8);
    return at < 0 ? 0n : this.#view.getBigUint64(at, littleEndian);
  }

  /** A view, not a copy, of the next `length` bytes. */
  take(name: string, length: number): Uint8Array {
    const at = this.#take(name, length);
    return at < 0 ? this.bytes.subarray(this.end, this.end) : this.bytes.subarray(at, at + length);
  }

  skip(length: number): void {
    this.#take("", length);
  }

  #take(name: string, length: number): number {
    if (length < 0 || length > this.remaining) {
      this.short = true;
      this.position = this.end;
      return -1;
    }
    const at = this.position;
    this.position += length;
    if (this.#trace && name !== "") this.#trace(name, at, length);
    return at;
  }
}
