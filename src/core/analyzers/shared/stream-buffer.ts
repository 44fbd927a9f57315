const EMPTY = new Uint8Array(0);

/**
 * Bytes of one side that a message is still being read from. `push` takes what came, the reader looks at
 * `bytes` from `start` on and says how much it has used; what is left is kept, in all at most `maximum`.
 * While whole messages come in whole pieces nothing is copied.
 */
export class StreamBuffer {
  /** What is there: valid until the next `push`. */
  bytes: Uint8Array = EMPTY;
  /** Position in the stream of `bytes[0]`. */
  position = 0;
  readonly #maximum: number;
  /** Where what is held lies in the store. */
  #store: Uint8Array = EMPTY;
  #start = 0;
  #held = 0;
  #lent: Uint8Array | undefined;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  get length(): number {
    return this.bytes.length;
  }

  /** Adds the next bytes; false when more would be held than is allowed, and nothing is added then. */
  push(bytes: Uint8Array, position: number): boolean {
    if (this.#held === 0) {
      this.#lent = bytes;
      this.bytes = bytes;
      this.position = position;
      return true;
    }
    if (this.#held + bytes.length > this.#maximum) return false;
    this.#reserve(this.#held + bytes.length);
    this.#store.set(bytes, this.#start + this.#held);
    this.#held += bytes.length;
    this.bytes = this.#store.subarray(this.#start, this.#start + this.#held);
    return true;
  }

  /** The first `length` bytes are used. */
  consume(length: number): void {
    this.position += length;
    this.bytes = this.bytes.subarray(length);
    if (this.#lent === undefined) {
      this.#start += length;
      this.#held -= length;
      if (this.#held === 0) this.#start = 0;
    }
  }

  /**
   * Call when the reader has used what it could: keeps the rest. False when the rest is more than may
   * be held; it is then dropped.
   */
  keep(): boolean {
    if (this.#lent === undefined) return true;
    this.#lent = undefined;
    const rest = this.bytes;
    this.#held = 0;
    this.#start = 0;
    if (rest.length > this.#maximum) {
      this.bytes = EMPTY;
      return false;
    }
    if (rest.length === 0) {
      this.bytes = EMPTY;
      return true;
    }
    this.#reserve(rest.length);
    this.#store.set(rest, 0);
    this.#held = rest.length;
    this.bytes = this.#store.subarray(0, rest.length);
    return true;
  }

  clear(): void {
    this.bytes = EMPTY;
    this.#lent = undefined;
    this.#held = 0;
    this.#start = 0;
    this.#store = EMPTY;
  }

  /** Room for `length` bytes from the start on; moved or doubled, so that all copying is linear. */
  #reserve(length: number): void {
    if (this.#start + length <= this.#store.length) return;
    const held = this.#store.subarray(this.#start, this.#start + this.#held);
    if (length <= this.#store.length / 2)
      this.#store.copyWithin(0, this.#start, this.#start + this.#held);
    else {
      const store = new Uint8Array(Math.max(256, 2 ** Math.ceil(Math.log2(length * 2))));
      store.set(held);
      this.#store = store;
    }
    this.#start = 0;
  }
}
