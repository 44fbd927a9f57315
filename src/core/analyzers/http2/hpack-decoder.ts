import type { Limit } from "../../base/index.ts";
import { latinBytes } from "../shared/index.ts";
import { HeaderCodes, type HeaderFault } from "./header-codes.ts";
import { type HpackField, HpackTable } from "./hpack-table.ts";
import { STATIC_FIELDS } from "./hpack-tables.ts";

/** Takes the fields of a header block; places are those of the field in the block. */
export interface HpackSink {
  field(field: HpackField, start: number, end: number): void;
}

const STATIC: readonly HpackField[] = STATIC_FIELDS.map(([name, value]) => ({
  name,
  value: latinBytes(value),
}));

/** Decodes the header blocks of one direction of a connection (RFC 7541). */
export class HpackDecoder {
  readonly #tableBytes: Limit;
  readonly #table: HpackTable;
  /** True once blocks were missed: what the table held before them is not known any more. */
  #hasMissed = false;

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
  decode(block: Uint8Array, sink: HpackSink): HeaderFault | undefined {
    const codes = new HeaderCodes(block);
    while (!codes.isOver) this.#next(codes, sink);
    if (codes.fault !== undefined) this.missed();
    return codes.fault;
  }

  #next(codes: HeaderCodes, sink: HpackSink): void {
    const { at: start, first } = codes;
    if ((first & 0x80) !== 0) {
      const field = this.#entry(codes, codes.integer(7));
      if (field !== undefined) sink.field(field, start, codes.at);
      return;
    }
    if ((first & 0xe0) === 0x20) {
      const size = codes.integer(5);
      if (codes.fault !== undefined) return;
      if (size > this.#tableBytes.maximum) this.#tableBytes.reached++;
      this.#table.resize(size);
      return;
    }
    const isKept = (first & 0x40) !== 0;
    const field = this.#literal(codes, codes.integer(isKept ? 6 : 4));
    if (field === undefined) return;
    if (isKept) this.#table.add(field);
    if (field.name !== UNKNOWN_NAME) sink.field(field, start, codes.at);
  }

  #literal(codes: HeaderCodes, index: number): HpackField | undefined {
    const name = index === 0 ? nameOf(codes) : (this.#entry(codes, index)?.name ?? UNKNOWN_NAME);
    if (codes.fault !== undefined) return undefined;
    const value = codes.string();
    return value && { name, value };
  }

  #entry(codes: HeaderCodes, index: number): HpackField | undefined {
    if (codes.fault !== undefined) return undefined;
    const field = index > STATIC.length ? this.#table.at(index - STATIC.length) : STATIC[index - 1];
    if (field === undefined && (index === 0 || !(this.#hasMissed || this.#table.isCut))) {
      codes.fail("index");
    }
    return field?.name === UNKNOWN_NAME ? undefined : field;
  }
}

function nameOf(codes: HeaderCodes): string {
  const bytes = codes.string();
  return bytes === undefined ? UNKNOWN_NAME : latin1.decode(bytes);
}

/** Stands for a name that lay in the table before blocks were missed. */
const UNKNOWN_NAME = "";
const latin1 = new TextDecoder("latin1");
