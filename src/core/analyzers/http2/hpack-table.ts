/** A header field. */
export interface HpackField {
  readonly name: string;
  readonly value: Uint8Array;
}

/** What an entry costs beside its name and value (RFC 7541 4.1). */
const ENTRY_BYTES = 32;
/** The size before anything is said about it (RFC 9113 6.5.2). */
const SIZE_FIRST = 4096;

/** The dynamic table of one direction (RFC 7541 2.3.2): newest first, the oldest fall out. */
export class HpackTable {
  /** True once less is held than the sender's table holds. */
  isCut = false;
  bytes = 0;
  readonly #bytesMax: number;
  /** A ring: the newest entry lies before `#next`. */
  #entries: (HpackField | undefined)[] = [];
  #next = 0;
  #count = 0;
  #size: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#size = Math.min(SIZE_FIRST, bytesMax);
    this.isCut = SIZE_FIRST > bytesMax;
  }

  /** The entry of an index from 1, the newest. */
  at(index: number): HpackField | undefined {
    if (index < 1 || index > this.#count) return undefined;
    return this.#entries[(this.#next - index + this.#entries.length) % this.#entries.length];
  }

  add(field: HpackField): void {
    const bytes = entryBytes(field);
    // What is larger than the table empties it (RFC 7541 4.4).
    this.#evict(this.#size - bytes);
    if (bytes > this.#size) return;
    if (this.#count === this.#entries.length) this.#grow();
    this.#entries[this.#next] = field;
    this.#next = (this.#next + 1) % this.#entries.length;
    this.#count++;
    this.bytes += bytes;
  }

  resize(size: number): void {
    this.isCut = size > this.#bytesMax;
    this.#size = Math.min(size, this.#bytesMax);
    this.#evict(this.#size);
  }

  clear(): void {
    this.#entries = [];
    this.#next = 0;
    this.#count = 0;
    this.bytes = 0;
  }

  #evict(bytesMax: number): void {
    while (this.#count > 0 && this.bytes > bytesMax) {
      const oldest = (this.#next - this.#count + this.#entries.length) % this.#entries.length;
      this.bytes -= entryBytes(this.#entries[oldest]!);
      this.#entries[oldest] = undefined;
      this.#count--;
    }
  }

  #grow(): void {
    const entries: (HpackField | undefined)[] = [];
    for (let index = this.#count; index > 0; index--) entries.push(this.at(index));
    this.#next = entries.length;
    entries.length = Math.max(16, entries.length * 2);
    this.#entries = entries;
  }
}

function entryBytes({ name, value }: HpackField): number {
  return name.length + value.length + ENTRY_BYTES;
}
