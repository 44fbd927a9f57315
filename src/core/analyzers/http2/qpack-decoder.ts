import { joinBytes, type Limit } from "../../base/index.ts";
import { HeaderCodes, type HeaderFault } from "./header-codes.ts";
import { type HpackField, HpackTable } from "./hpack-table.ts";
import { QPACK_STATIC } from "./qpack-table.ts";

/** What became of a field section: its fields, that it must wait, or why it is none. */
export type SectionOutcome = readonly HpackField[] | "blocked" | HeaderFault;

/** What an entry costs beside its name and value (RFC 9204 3.2.1). */
const ENTRY_BYTES = 32;
/** Bytes of an instruction that may wait for its rest. */
const INSTRUCTION_BYTES_MAX = 128 * 1024;

/** Field sections of one direction of HTTP/3, and the table that its encoder stream fills (RFC 9204). */
export class QpackDecoder {
  readonly #tableBytes: Limit;
  readonly #table: HpackTable;
  /** Bytes that the other side lets the table have (SETTINGS_QPACK_MAX_TABLE_CAPACITY). */
  capacityMax = 0;
  #insertions = 0;
  #rest: Uint8Array = EMPTY;
  #isBroken = false;

  constructor(tableBytes: Limit) {
    this.#tableBytes = tableBytes;
    this.#table = new HpackTable(tableBytes.maximum);
    this.#table.resize(0);
  }

  /** The next bytes of the encoder stream; true when something was inserted. */
  instructions(bytes: Uint8Array): boolean {
    if (this.#isBroken) return false;
    const before = this.#insertions;
    const codes = new HeaderCodes(this.#rest.length === 0 ? bytes : joinBytes([this.#rest, bytes]));
    let at = 0;
    while (!codes.isOver) {
      at = codes.at;
      this.#instruction(codes);
      if (codes.fault === undefined) at = codes.at;
    }
    this.#rest = codes.bytes.slice(at);
    const isCut = codes.fault === undefined || codes.fault === "truncated";
    this.#isBroken = !isCut || this.#rest.length > INSTRUCTION_BYTES_MAX;
    return this.#insertions > before;
  }

  /** The fields of a section (RFC 9204 4.5). */
  section(bytes: Uint8Array): SectionOutcome {
    const codes = new HeaderCodes(bytes);
    const required = this.#requiredInsertions(codes);
    const isNegative = (codes.first & 0x80) !== 0;
    const delta = codes.integer(7);
    if (codes.fault !== undefined || required === undefined) return codes.fault ?? "index";
    if (required > this.#insertions) return this.#isBroken ? "index" : "blocked";
    const base = isNegative ? required - delta - 1 : required + delta;
    const fields: HpackField[] = [];
    while (!codes.isOver) {
      const field = this.#line(codes, base);
      if (field !== undefined) fields.push(field);
      else codes.fail("index");
    }
    return codes.fault ?? fields;
  }

  #instruction(codes: HeaderCodes): void {
    const { first } = codes;
    if ((first & 0xe0) === 0x20) {
      const size = codes.integer(5);
      if (codes.fault !== undefined) return;
      if (size > this.#tableBytes.maximum) this.#tableBytes.reached++;
      this.#table.resize(size);
      return;
    }
    const field = this.#inserted(codes);
    if (codes.fault !== undefined) return;
    if (field === undefined) {
      codes.fail("index");
      return;
    }
    this.#table.add(field);
    this.#insertions++;
  }

  #inserted(codes: HeaderCodes): HpackField | undefined {
    const { first } = codes;
    if ((first & 0x80) !== 0) {
      const index = codes.integer(6);
      const entry = (first & 0x40) !== 0 ? QPACK_STATIC[index] : this.#table.at(index + 1);
      return named(entry?.name, codes.string());
    }
    if ((first & 0x40) !== 0) return named(nameText(codes.string(5)), codes.string());
    return this.#table.at(codes.integer(5) + 1);
  }

  /** One field line; undefined where its index names nothing. */
  #line(codes: HeaderCodes, base: number): HpackField | undefined {
    const { first } = codes;
    if ((first & 0x80) !== 0) {
      const index = codes.integer(6);
      return (first & 0x40) !== 0 ? QPACK_STATIC[index] : this.#absolute(base - index - 1);
    }
    if ((first & 0x40) !== 0) {
      const index = codes.integer(4);
      const entry = (first & 0x10) !== 0 ? QPACK_STATIC[index] : this.#absolute(base - index - 1);
      return named(entry?.name, codes.string());
    }
    if ((first & 0x20) !== 0) return named(nameText(codes.string(3)), codes.string());
    if ((first & 0x10) !== 0) return this.#absolute(base + codes.integer(4));
    return named(this.#absolute(base + codes.integer(3))?.name, codes.string());
  }

  #absolute(index: number): HpackField | undefined {
    return this.#table.at(this.#insertions - index);
  }

  /** RFC 9204 4.5.1.1: the count of insertions that the section needs, told by its rest alone. */
  #requiredInsertions(codes: HeaderCodes): number | undefined {
    const encoded = codes.integer(8);
    if (encoded === 0) return 0;
    const entriesMax = Math.floor(this.capacityMax / ENTRY_BYTES);
    const range = 2 * entriesMax;
    if (encoded > range) return undefined;
    const most = this.#insertions + entriesMax;
    const required = Math.floor(most / range) * range + encoded - 1;
    if (required <= most) return required === 0 ? undefined : required;
    return required <= range ? undefined : required - range;
  }
}

function named(name: string | undefined, value: Uint8Array | undefined): HpackField | undefined {
  return name === undefined || value === undefined ? undefined : { name, value };
}

function nameText(bytes: Uint8Array | undefined): string | undefined {
  return bytes && latin1.decode(bytes);
}

const EMPTY = new Uint8Array(0);
const latin1 = new TextDecoder("latin1");
