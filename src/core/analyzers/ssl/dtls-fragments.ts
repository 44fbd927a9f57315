/** Bytes of a message in fragments, as in Zeek. */
const MESSAGE_BYTES_MAX = 100_000;
/** Fragments of one message that are borne, as in Zeek. */
const FRAGMENTS_MAX = 31;

interface FragmentPlace {
  readonly sequence: number;
  readonly length: number;
  readonly offset: number;
}

interface Fragment {
  readonly begin: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** Puts one side's fragmented handshake message together (RFC 6347 4.2.3), one at a time. */
export class DtlsFragments {
  #sequence = -1;
  #length = 0;
  /** What is there, in the order it came: a short fragment costs no more than itself. */
  #fragments: Fragment[] = [];

  /** Adds a fragment, which it copies; returns the message once it is whole. */
  add(place: FragmentPlace, bytes: Uint8Array): Uint8Array | "limit" | undefined {
    const { sequence, length, offset: begin } = place;
    if (length > MESSAGE_BYTES_MAX) return "limit";
    if (this.#sequence !== sequence || this.#length !== length) {
      this.#sequence = sequence;
      this.#length = length;
      this.#fragments = [];
    }
    const end = begin + bytes.length;
    // A fragment sent again says nothing new.
    if (this.#fragments.some((known) => known.begin <= begin && end <= known.end)) return undefined;
    if (this.#fragments.length >= FRAGMENTS_MAX) return "limit";
    this.#fragments.push({ begin, end, bytes: bytes.slice() });
    return this.#isWhole() ? this.#takeWhole() : undefined;
  }

  #isWhole(): boolean {
    let reached = 0;
    for (const { begin, end } of this.#fragments.toSorted((a, b) => a.begin - b.begin)) {
      if (begin > reached) return false;
      reached = Math.max(reached, end);
    }
    return reached === this.#length;
  }

  #takeWhole(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    for (const { begin, bytes } of this.#fragments) whole.set(bytes, begin);
    this.#fragments = [];
    this.#sequence = -1;
    return whole;
  }
}
