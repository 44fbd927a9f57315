/** Puts fields together, big-endian unless asked. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(...values: number[]): this {
    for (const value of values) this.#room(1)[this.#length++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8(value >>> 8, value);
  }

  u24(value: number): this {
    return this.u8(value >>> 16).u16(value);
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value);
  }

  u16le(value: number): this {
    return this.u8(value, value >>> 8);
  }

  u32le(value: number): this {
    return this.u16le(value).u16le(value >>> 16);
  }

  /** Below 2^53. */
  u64le(value: number): this {
    return this.u32le(value >>> 0).u32le(Math.floor(value / 4294967296));
  }

  raw(bytes: Uint8Array): this {
    this.#room(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  text(value: string): this {
    return this.raw(new TextEncoder().encode(value));
  }

  utf16(value: string): this {
    for (let n = 0; n < value.length; n++) this.u16le(value.charCodeAt(n));
    return this;
  }

  zeros(count: number): this {
    return this.raw(new Uint8Array(count));
  }

  /** A block behind its own length in `width` bytes. */
  sized(width: 1 | 2 | 3, block: Uint8Array): this {
    if (width === 1) this.u8(block.length);
    else if (width === 2) this.u16(block.length);
    else this.u24(block.length);
    return this.raw(block);
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): Uint8Array {
    if (this.#length + more > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
