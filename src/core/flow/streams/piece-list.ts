/** Bytes of a stream that wait for those before them; without `bytes` it is a part that was cut off. */
export interface Piece {
  start: number;
  end: number;
  bytes: Uint8Array | undefined;
  /** Where the segment that the bytes came in began and ended: by that, not by the piece, policies decide. */
  segmentStart: number;
  segmentEnd: number;
  recordOffset: number;
}

/** At 2^20 pieces moving block numbers costs 8 steps an insertion, moving inside a block 128. */
const BLOCK_PIECES = 512;

/**
 * Pieces that do not overlap, in order of position, in blocks of bounded size: finding is two binary
 * searches, inserting and removing moves at most a block, whatever the order in which pieces come.
 * A cursor stands at one piece; `seek` sets it.
 */
export class PieceList {
  /** Steps taken so far: what tests hold to the promise that work grows with input alone. */
  steps = 0;
  #count = 0;
  #blocks: Piece[][] = [];
  #block = 0;
  #slot = 0;

  get count(): number {
    return this.#count;
  }

  get first(): Piece | undefined {
    return this.#blocks[0]?.[0];
  }

  get current(): Piece | undefined {
    return this.#blocks[this.#block]?.[this.#slot];
  }

  /** Moves the cursor to the first piece that ends behind a position. */
  seek(position: number): void {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (blocks[middle]!.at(-1)!.end > position) high = middle;
      else low = middle + 1;
      this.steps++;
    }
    this.#block = low;
    const block = blocks[low];
    low = 0;
    high = block?.length ?? 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (block![middle]!.end > position) high = middle;
      else low = middle + 1;
      this.steps++;
    }
    this.#slot = low;
  }

  advance(): void {
    this.steps++;
    this.#slot++;
    if (this.#slot >= (this.#blocks[this.#block]?.length ?? 0)) {
      this.#block++;
      this.#slot = 0;
    }
  }

  /** Puts a piece before the cursor's, which the cursor keeps. */
  insert(piece: Piece): void {
    this.#count++;
    const blocks = this.#blocks;
    if (this.#block >= blocks.length || this.#slot === 0) {
      // Between two blocks: the end of the one before is the cheaper place.
      if (this.#block > 0) {
        this.#block--;
        this.#slot = blocks[this.#block]!.length;
      } else if (blocks.length === 0) blocks.push([]);
    }
    const block = blocks[this.#block]!;
    this.steps += block.length - this.#slot + 1;
    block.splice(this.#slot, 0, piece);
    this.#slot++;
    if (block.length >= BLOCK_PIECES) this.#split();
    if (this.#slot >= blocks[this.#block]!.length) {
      this.#block++;
      this.#slot = 0;
    }
  }

  /** Removes the cursor's piece; the cursor goes to the one behind it. */
  remove(): void {
    const block = this.#blocks[this.#block]!;
    this.#count--;
    this.steps += block.length - this.#slot;
    block.splice(this.#slot, 1);
    if (block.length === 0) {
      this.steps += this.#blocks.length - this.#block;
      this.#blocks.splice(this.#block, 1);
      this.#slot = 0;
    } else if (this.#slot >= block.length) {
      this.#block++;
      this.#slot = 0;
    }
  }

  removeFirst(): void {
    this.#block = 0;
    this.#slot = 0;
    this.remove();
  }

  #split(): void {
    const block = this.#blocks[this.#block]!;
    const rest = block.splice(block.length >> 1);
    this.steps += rest.length + this.#blocks.length - this.#block;
    this.#blocks.splice(this.#block + 1, 0, rest);
    if (this.#slot > block.length) {
      this.#slot -= block.length;
      this.#block++;
    }
  }
}
