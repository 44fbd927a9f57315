import type { Limit } from "../../base/index.ts";
import { latinBytes } from "../shared/index.ts";
import { decodeHuffman } from "./hpack-huffman.ts";
import { type HpackField, HpackTable } from "./hpack-table.ts";
import { STATIC_FIELDS } from "./hpack-tables.ts";

/** Takes the fields of a header block; places are those of the field in the block. */
export interface HpackSink {
  field(field: HpackField, start: number, end: number): void;
}

/** Why a block is none (RFC 7541 says of each that it is a decoding error). */
export type HpackFault = "truncated" | "integer" | "index" | "huffman";

const STATIC: readonly HpackField[] = STATIC_FIELDS.map(([name, value]) => ({
  name,
  value: latinBytes(value),
}));

/** Above this an index or a length means nothing, and a shift would lose bits (RFC 7541 5.1). */
const INTEGER_MAX = 0x0fffffff;

/** Decodes the header blocks of one direction of a connection (RFC 7541). */
export class HpackDecoder {
  readonly #tableBytes: Limit;
  readonly #table: HpackTable;
  /** True once blocks were missed: what the table held before them is not known any more. */
  #hasMissed = false;
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  #fault: HpackFault | undefined;

  /** `tableBytes` bounds what is held, whatever size the sender announces. */
  constructor(tableBytes: Limit) {
    this.#tableBytes = tableBytes;
    this.#table = new HpackTable(tableBytes.maximum);
  }

  /** Bytes of the dynamic table as RFC 7541 4.1 counts them. */
  get tableBytes(): number {
    return this.#table.bytes;
  }

  /**
   * A block was not seen. Static and literal fields can still be read, and those that later blocks put
   * into the table: an index counts from the newest.
   */
  missed(): void {
    this.#hasMissed = true;
    this.#table.clear();
  }

  /** Gives the fields of a whole block to the sink, up to the first fault. */
  decode(block: Uint8Array, sink: HpackSink): HpackFault | undefined {
    this.#bytes = block;
    this.#at = 0;
    this.#fault = undefined;
    while (this.#at < block.length && this.#fault === undefined) this.#next(sink);
    this.#bytes = EMPTY;
    if (this.#fault !== undefined) this.missed();
    return this.#fault;
  }

  #next(sink: HpackSink): void {
    const start = this.#at;
    const first = this.#bytes[start]!;
    if ((first & 0x80) !== 0) {
      const field = this.#entry(this.#integer(7));
      if (field !== undefined) sink.field(field, start, this.#at);
      return;
    }
    if ((first & 0xe0) === 0x20) {
      const size = this.#integer(5);
      if (this.#fault !== undefined) return;
      if (size > this.#tableBytes.maximum) this.#tableBytes.reached++;
      this.#table.resize(size);
      return;
    }
    const isKept = (first & 0x40) !== 0;
    const field = this.#literal(this.#integer(isKept ? 6 : 4));
    if (field === undefined) return;
    if (isKept) this.#table.add(field);
    if (field.name !== UNKNOWN_NAME) sink.field(field, start, this.#at);
  }

  #literal(index: number): HpackField | undefined {
    const name = index === 0 ? this.#name() : (this.#entry(index)?.name ?? UNKNOWN_NAME);
    if (this.#fault !== undefined) return undefined;
    const value = this.#string();
    return value && { name, value };
  }

  #name(): string {
    const bytes = this.#string();
    return bytes === undefined ? UNKNOWN_NAME : latin1.decode(bytes);
  }

  #entry(index: number): HpackField | undefined {
    if (this.#fault !== undefined) return undefined;
    const field = index > STATIC.length ? this.#table.at(index - STATIC.length) : STATIC[index - 1];
    if (field === undefined && (index === 0 || !(this.#hasMissed || this.#table.isCut))) {
      this.#fault = "index";
    }
    return field?.name === UNKNOWN_NAME ? undefined : field;
  }

  /** An integer with a prefix of some bits (RFC 7541 5.1). */
  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = this.#bytes[this.#at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; ; shift += 7) {
      if (this.#at >= this.#bytes.length) return this.#fail("truncated");
      const byte = this.#bytes[this.#at++]!;
      if (shift > 21 && (byte & 0x7f) !== 0) return this.#fail("integer");
      // Zeros may follow without end: what they add is nothing, but five bytes are enough for all.
      if (shift > 28) return this.#fail("integer");
      if (shift <= 21) value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value <= INTEGER_MAX ? value : this.#fail("integer");
    }
  }

  /** A string as it is or in Huffman's code, copied (RFC 7541 5.2). */
  #string(): Uint8Array | undefined {
    if (this.#at >= this.#bytes.length) {
      this.#fail("truncated");
      return undefined;
    }
    const isCoded = (this.#bytes[this.#at]! & 0x80) !== 0;
    const length = this.#integer(7);
    if (this.#fault !== undefined) return undefined;
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      this.#fail("truncated");
      return undefined;
    }
    const written = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    if (!isCoded) return written.slice();
    const text = decodeHuffman(written);
    if (text === undefined) this.#fail("huffman");
    return text;
  }

  #fail(fault: HpackFault): 0 {
    this.#fault ??= fault;
    return 0;
  }
}

/** Stands for a name that lay in the table before blocks were missed. */
const UNKNOWN_NAME = "";
const EMPTY = new Uint8Array(0);
const latin1 = new TextDecoder("latin1");
