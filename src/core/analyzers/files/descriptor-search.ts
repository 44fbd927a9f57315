/** `PK`, 7, 8, the checksum and two sizes (APPNOTE 4.3.9). */
export const DESCRIPTOR_BYTES = 16;
const SIGNATURE = Uint8Array.of(0x50, 0x4b, 7, 8);

/**
 * Finds the end of a stored member whose size comes behind it: a descriptor whose sizes are what came
 * before. What only looks like one is content.
 */
export class DescriptorSearch {
  readonly #emit: (bytes: Uint8Array) => void;
  readonly #held = new Uint8Array(DESCRIPTOR_BYTES);
  #heldBytes = 0;
  #contentBytes = 0;

  constructor(emit: (bytes: Uint8Array) => void) {
    this.#emit = emit;
  }

  /** Takes bytes from a place on; where the descriptor ends, or -1 when it did not come yet. */
  push(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      if (this.#heldBytes === 0) {
        const next = bytes.indexOf(SIGNATURE[0]!, at);
        const end = next < 0 ? bytes.length : next;
        if (end > at) this.#content(bytes.subarray(at, end));
        at = end;
        if (next < 0) break;
      }
      this.#held[this.#heldBytes++] = bytes[at++]!;
      if (this.#settle()) return at;
    }
    return -1;
  }

  /** True when what is held is the descriptor; gives up bytes of it that cannot begin one. */
  #settle(): boolean {
    while (this.#heldBytes > 0) {
      if (this.#mayBeDescriptor()) {
        if (this.#heldBytes < DESCRIPTOR_BYTES) return false;
        const view = new DataView(this.#held.buffer);
        const stated = view.getUint32(8, true);
        if (stated === this.#contentBytes && view.getUint32(12, true) === stated) return true;
      }
      this.#giveUp();
    }
    return false;
  }

  #mayBeDescriptor(): boolean {
    const length = Math.min(this.#heldBytes, SIGNATURE.length);
    for (let n = 0; n < length; n++) if (this.#held[n] !== SIGNATURE[n]) return false;
    return true;
  }

  /** The first byte held, and all up to the next that could begin a descriptor, is content. */
  #giveUp(): void {
    const next = this.#held.subarray(0, this.#heldBytes).indexOf(SIGNATURE[0]!, 1);
    const length = next < 0 ? this.#heldBytes : next;
    this.#content(this.#held.slice(0, length));
    this.#held.copyWithin(0, length, this.#heldBytes);
    this.#heldBytes -= length;
  }

  #content(bytes: Uint8Array): void {
    this.#contentBytes += bytes.length;
    this.#emit(bytes);
  }
}
