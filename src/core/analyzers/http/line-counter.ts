const CR = 13;
const LF = 10;

/**
 * Counts a body that runs to the end of its flow as Zeek does, which takes it line by line: every line
 * end, whatever it was, counts two, and a line that was begun does not count until it ends.
 */
export class LineCounter {
  #counted = 0;
  #open = 0;
  #last = 0;

  /** Adds bytes; returns the count so far. */
  count(bytes: Uint8Array): number {
    for (const byte of bytes) {
      if (byte === LF && this.#last === CR) {
        // Already counted with its CR.
      } else if (byte === CR || byte === LF) {
        this.#counted += this.#open + 2;
        this.#open = 0;
      } else this.#open++;
      this.#last = byte;
    }
    return this.#counted;
  }

  /** The flow ended properly, which ends the last line too. */
  countLast(): number {
    if (this.#open > 0) this.#counted += this.#open + 2;
    this.#open = 0;
    return this.#counted;
  }
}
