/** Reads inside files of a type as their bytes come by. */
export interface FileReader {
  /** The next bytes in order. */
  data(bytes: Uint8Array, position: number): void;
  /** Bytes that were never captured. */
  gap(length: number): void;
  /** The file is over: write what was found. */
  end(): void;
}

/** Keeps the first bytes of a file, for readers that need no more than those. */
export class HeadReader implements FileReader {
  readonly #maximum: number;
  readonly #read: (head: Uint8Array) => void;
  #kept: Uint8Array = new Uint8Array(0);
  #length = 0;
  #isOver = false;

  constructor(maximum: number, read: (head: Uint8Array) => void) {
    this.#maximum = maximum;
    this.#read = read;
  }

  data(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const taken = Math.min(bytes.length, this.#maximum - this.#length);
    if (this.#length + taken > this.#kept.length) {
      const kept = new Uint8Array(Math.min(this.#maximum, (this.#length + taken) * 2));
      kept.set(this.#kept.subarray(0, this.#length));
      this.#kept = kept;
    }
    this.#kept.set(bytes.subarray(0, taken), this.#length);
    this.#length += taken;
    if (this.#length >= this.#maximum) this.#finish();
  }

  gap(): void {
    this.#finish();
  }

  end(): void {
    this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#read(this.#kept.subarray(0, this.#length));
    this.#kept = new Uint8Array(0);
  }
}
