import type { Limit } from "../../base/index.ts";
import type { HeaderFault } from "./header-codes.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import type { HpackField } from "./hpack-table.ts";

/** Bounds of header blocks. */
export interface HeaderLimits {
  /** Bytes of a block in all its frames. */
  readonly headerBytes: Limit;
  /** Bytes of a block's fields, as RFC 9113 6.5.2 counts them. */
  readonly headerListBytes: Limit;
  /** Bytes of a dynamic table. */
  readonly headerTableBytes: Limit;
  /** CONTINUATION frames of a block. */
  readonly continuations: Limit;
}

/** A field with the place in the stream that it was read from. */
export interface PlacedField extends HpackField {
  readonly position: number;
  readonly length: number;
}

/** What a field costs beside its name and value (RFC 9113 6.5.2). */
const FIELD_BYTES = 32;

interface Fragment {
  readonly bytes: Uint8Array;
  /** Where it begins in the block, and in the stream. */
  readonly start: number;
  readonly position: number;
}

/** Puts the header blocks of one direction together (RFC 9113 4.3) and reads their fields. */
export class HeaderBlocks {
  /** Takes fields of the block at hand. */
  onField: ((field: PlacedField) => void) | undefined;
  readonly #limits: HeaderLimits;
  readonly #weird: (name: string, addl?: string) => void;
  #decoder: HpackDecoder | undefined;
  #fragments: Fragment[] = [];
  #bytes = 0;
  #listBytes = 0;
  #isLost = false;

  constructor(limits: HeaderLimits, weird: (name: string, addl?: string) => void) {
    this.#limits = limits;
    this.#weird = weird;
  }

  /** The first frame's part of a block. */
  begin(): void {
    this.#fragments = [];
    this.#bytes = 0;
    this.#isLost = false;
  }

  /** A part that is valid during the call only. */
  add(bytes: Uint8Array, position: number, isLast: boolean): void {
    if (this.#isLost) return;
    const { headerBytes, continuations } = this.#limits;
    if (this.#fragments.length > continuations.maximum) {
      this.#lose(continuations, "HTTP2_continuation_flood");
      return;
    }
    if (this.#bytes + bytes.length > headerBytes.maximum) {
      this.#lose(headerBytes, "HTTP2_header_block_too_large");
      return;
    }
    const kept = isLast ? bytes : bytes.slice();
    this.#fragments.push({ bytes: kept, start: this.#bytes, position });
    this.#bytes += bytes.length;
  }

  /** The block is whole: its fields are given. */
  finish(): void {
    const fragments = this.#fragments;
    if (this.#isLost) return;
    const block = fragments.length === 1 ? fragments[0]!.bytes : this.#join();
    this.#listBytes = 0;
    const fault = this.#open().decode(block, this);
    this.#fragments = [];
    if (fault !== undefined) this.#tellFault(fault);
  }

  /** The block at hand, or one that nobody saw, cannot be read. */
  missed(): void {
    this.#isLost = true;
    this.#fragments = [];
    this.#open().missed();
  }

  field(field: HpackField, start: number, end: number): void {
    const { headerListBytes } = this.#limits;
    const before = this.#listBytes;
    this.#listBytes += field.name.length + field.value.length + FIELD_BYTES;
    if (this.#listBytes <= headerListBytes.maximum) {
      const position = this.#positionOf(start);
      this.onField?.({ name: field.name, value: field.value, position, length: end - start });
    } else if (before <= headerListBytes.maximum) {
      headerListBytes.reached++;
      this.#weird("HTTP2_header_list_too_large");
    }
  }

  /** Made with the first block: a flow that is no HTTP/2 has none. */
  #open(): HpackDecoder {
    this.#decoder ??= new HpackDecoder(this.#limits.headerTableBytes);
    return this.#decoder;
  }

  #tellFault(fault: HeaderFault): void {
    this.#weird("HTTP2_header_compression_error", fault);
  }

  #lose(limit: Limit, weird: string): void {
    limit.reached++;
    this.#weird(weird);
    this.missed();
  }

  #join(): Uint8Array {
    const block = new Uint8Array(this.#bytes);
    for (const { bytes, start } of this.#fragments) block.set(bytes, start);
    return block;
  }

  /** Fields are read in the order of fragments, of which there are few. */
  #positionOf(start: number): number {
    let low = 0;
    let high = this.#fragments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#fragments[middle]!.start <= start) low = middle;
      else high = middle - 1;
    }
    const fragment = this.#fragments[low]!;
    return fragment.position + start - fragment.start;
  }
}
