/** Bytes of a file that came out of order: they wait until those before them came. */
interface WaitingPiece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Zeek's Files::reassembly_buffer_size. */
export const WAITING_BYTES_MAX = 524_288;
const PIECES_MAX = 4096;

/** What a file's bytes go to once they are in order. */
export interface OrderedSink {
  bytes(bytes: Uint8Array): void;
  missing(length: number): void;
}

/** Puts the pieces of one file in order (SMB reads, ranges of HTTP); what came first stays. */
export class FilePieces {
  /** Place of the next byte to be given. */
  next: number;
  readonly #sink: OrderedSink;
  #waiting: WaitingPiece[] = [];
  #waitingBytes = 0;

  constructor(next: number, sink: OrderedSink) {
    this.next = next;
    this.#sink = sink;
  }

  get isFull(): boolean {
    return this.#waitingBytes > WAITING_BYTES_MAX || this.#waiting.length >= PIECES_MAX;
  }

  /** Adds bytes at a place; those that are known already are left out. */
  add(bytes: Uint8Array, start: number): void {
    const behind = this.next - start;
    const fresh = behind > 0 ? bytes.subarray(Math.min(behind, bytes.length)) : bytes;
    if (fresh.length === 0) return;
    const from = Math.max(start, this.next);
    if (from === this.next && this.#waiting.length === 0) {
      this.#give(fresh);
      return;
    }
    this.#lay(fresh, from);
    this.#giveReady();
  }

  /** Gives everything that waits, with the holes before it; returns how much was missing. */
  flush(): number {
    const last = this.#waiting.at(-1);
    return last === undefined ? 0 : this.flushTo(last.start + last.bytes.length);
  }

  flushTo(position: number): number {
    let missing = 0;
    while (this.#waiting.length > 0 && this.#waiting[0]!.start < position) {
      missing += this.#miss(this.#waiting[0]!.start);
      this.#giveReady();
    }
    return missing + this.#miss(position);
  }

  #miss(position: number): number {
    const length = position - this.next;
    if (length <= 0) return 0;
    this.#sink.missing(length);
    this.next = position;
    return length;
  }

  #give(bytes: Uint8Array): void {
    this.next += bytes.length;
    this.#sink.bytes(bytes);
  }

  #giveReady(): void {
    let given = 0;
    for (const { start, bytes } of this.#waiting) {
      if (start > this.next) break;
      this.#waitingBytes -= bytes.length;
      this.#give(bytes);
      given++;
    }
    if (given > 0) this.#waiting.splice(0, given);
  }

  /** Fills the holes between the pieces that the newcomer covers. */
  #lay(bytes: Uint8Array, start: number): void {
    const end = start + bytes.length;
    let index = this.#indexAt(start);
    let at = start;
    while (at < end) {
      const old = this.#waiting[index];
      const stop = old === undefined ? end : Math.min(end, old.start);
      if (stop > at) {
        const copy = new Uint8Array(bytes.subarray(at - start, stop - start));
        this.#waiting.splice(index, 0, { start: at, bytes: copy });
        this.#waitingBytes += copy.length;
        index++;
      }
      if (old === undefined) return;
      at = Math.max(stop, old.start + old.bytes.length);
      index++;
    }
  }

  /** The first piece that ends behind a place. */
  #indexAt(position: number): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { start, bytes } = this.#waiting[middle]!;
      if (start + bytes.length > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
