/** Bytes of a message in fragments, as in Zeek. */
const MESSAGE_BYTES_MAX = 100_000;
/** Fragments of one message that are borne, as in Zeek. */
const FRAGMENTS_MAX = 31;

interface FragmentPlace {
  readonly sequence: number;
  readonly length: number;
  readonly offset: number;
}

/** Puts one side's fragmented handshake message together (RFC 6347 4.2.3), one at a time. */
export class DtlsFragments {
  #sequence = -1;
  #bytes: Uint8Array | undefined;
  /** Which parts are there: begin and end, not overlapping, in no order. */
  #parts: (readonly [begin: number, end: number])[] = [];

  /** Adds a fragment; returns the message once it is whole. */
  add(place: FragmentPlace, bytes: Uint8Array): Uint8Array | "limit" | undefined {
    const { sequence, length, offset } = place;
    if (length > MESSAGE_BYTES_MAX) return "limit";
    if (this.#sequence !== sequence || this.#bytes?.length !== length) {
      this.#sequence = sequence;
      this.#bytes = new Uint8Array(length);
      this.#parts = [];
    }
    const end = offset + bytes.length;
    // A fragment sent again says nothing new.
    if (this.#parts.some(([begin, last]) => begin <= offset && end <= last)) return undefined;
    if (this.#parts.length >= FRAGMENTS_MAX) return "limit";
    this.#bytes.set(bytes, offset);
    this.#parts = this.#parts.filter(([begin, last]) => begin < offset || last > end);
    this.#parts.push([offset, end]);
    if (!this.#isWhole()) return undefined;
    const whole = this.#bytes;
    this.#bytes = undefined;
    this.#parts = [];
    this.#sequence = -1;
    return whole;
  }

  #isWhole(): boolean {
    let reached = 0;
    for (const [begin, end] of this.#parts.toSorted((a, b) => a[0] - b[0])) {
      if (begin > reached) return false;
      reached = Math.max(reached, end);
    }
    return reached === this.#bytes?.length;
  }
}
