import { assert, joinBytes, malformed, ok, type Parsed } from "../base/index.ts";
import { type Column, type ColumnType, columnsOfLog, type LogSchema } from "./schema.ts";

/** Rows a batch holds: two vectors of the index's engine, small enough to stay in cache. */
export const BATCH_ROWS = 4096;

/** Rows that a batch makes room for, step by step. */
const ROOM = [16, 256, BATCH_ROWS];

const ELEMENT_BYTES: Record<ColumnType, number> = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i64: 8,
  dict: 4,
  text: 4,
  bytes: 4,
};

/**
 * Up to `BATCH_ROWS` events of one log as columns. Fixed-width values lie in one buffer a column,
 * little-endian; u64 and i64 are written as two 32-bit halves because a bigint costs 25 ns and a
 * packet's whole budget is 300. `dict`, `text` and `bytes` columns hold numbers of `values`.
 */
export class ColumnBatch {
  readonly schema: LogSchema;
  readonly columns: readonly Column[];
  rowCount = 0;
  /** Per column, the raw values. */
  readonly data: Uint8Array[] = [];
  /** Per column, one bit a row, 1 = set; only for optional columns. */
  readonly validity: (Uint8Array | undefined)[] = [];
  /** Per `dict`, `text` or `bytes` column, the values its numbers stand for. */
  readonly values: (string | Uint8Array)[][];
  readonly #u16: Uint16Array[] = [];
  readonly #u32: Uint32Array[] = [];
  #room = 0;
  readonly #dictionary: (Map<string, number> | undefined)[];
  /** Per `dict` column, the value set last and its number. */
  readonly #lastText: (string | undefined)[];
  readonly #lastNumber: number[];

  constructor(schema: LogSchema) {
    this.schema = schema;
    this.columns = columnsOfLog(schema);
    this.values = this.columns.map(() => []);
    this.#lastText = this.columns.map(() => undefined);
    this.#lastNumber = this.columns.map(() => 0);
    this.#dictionary = this.columns.map((c) => (c.type === "dict" ? new Map() : undefined));
  }

  get isFull(): boolean {
    return this.rowCount === BATCH_ROWS;
  }

  /** Begins a row whose optional columns are unset; the others must all be written. */
  addRow(): number {
    assert(this.rowCount < BATCH_ROWS, "batch has room");
    if (this.rowCount === this.#room) this.reserve(this.rowCount + 1);
    return this.rowCount++;
  }

  /** Makes room for so many rows; most logs of a small capture have few or none. */
  reserve(rows: number): void {
    if (rows <= this.#room && this.#room > 0) return;
    const room = ROOM.find((step) => step >= rows) ?? BATCH_ROWS;
    this.#room = room;
    this.columns.forEach((column, n) => {
      const data = new Uint8Array(room * ELEMENT_BYTES[column.type]);
      if (this.data[n] !== undefined) data.set(this.data[n]);
      this.data[n] = data;
      this.#u16[n] = new Uint16Array(data.buffer, 0, data.length >> 1);
      this.#u32[n] = new Uint32Array(data.buffer, 0, data.length >> 2);
      const bits = column.optional ? new Uint8Array(room / 8) : undefined;
      if (this.validity[n] !== undefined) bits?.set(this.validity[n]);
      this.validity[n] = bits;
    });
  }

  /** Forgets all rows; the buffers stay. */
  clear(): void {
    this.rowCount = 0;
    for (const bits of this.validity) bits?.fill(0);
    for (const list of this.values) list.length = 0;
    for (const map of this.#dictionary) map?.clear();
    this.#lastText.fill(undefined);
  }

  setU8(column: number, row: number, value: number): void {
    this.data[column]![row] = value;
    this.#mark(column, row);
  }

  setU16(column: number, row: number, value: number): void {
    this.#u16[column]![row] = value;
    this.#mark(column, row);
  }

  setU32(column: number, row: number, value: number): void {
    this.#u32[column]![row] = value;
    this.#mark(column, row);
  }

  /** A u64 or i64 from its halves. */
  setU64(column: number, row: number, high: number, low: number): void {
    const halves = this.#u32[column]!;
    halves[row * 2] = low;
    halves[row * 2 + 1] = high;
    this.#mark(column, row);
  }

  /** A u64 or i64 from an integer below 2^53 in size. */
  setCount(column: number, row: number, value: number): void {
    this.setU64(column, row, Math.floor(value / 4294967296), value >>> 0);
  }

  /** A time or interval from seconds and nanoseconds, exact to the nanosecond. */
  setTime(column: number, row: number, seconds: number, nanoseconds: number): void {
    // seconds * 10^9 needs 61 bits: split the product at 2^32 so that every step stays below 2^53.
    const secondsHigh = Math.floor(seconds / 65536);
    const secondsLow = seconds - secondsHigh * 65536;
    const lowProduct = secondsLow * 1e9 + nanoseconds;
    const highProduct = secondsHigh * 1e9; // counts units of 2^16
    const highQuotient = Math.floor(highProduct / 65536);
    const lowPart = (highProduct - highQuotient * 65536) * 65536 + lowProduct;
    const high = highQuotient + Math.floor(lowPart / 4294967296);
    this.setU64(column, row, high, lowPart - Math.floor(lowPart / 4294967296) * 4294967296);
  }

  setText(column: number, row: number, value: string): void {
    const list = this.values[column]!;
    const known = this.#dictionary[column];
    // Rows that follow each other often say the same: that spares the look-up.
    let number = this.#lastText[column] === value ? this.#lastNumber[column] : known?.get(value);
    if (number === undefined) {
      number = list.length;
      list.push(value);
      known?.set(value, number);
    }
    if (known !== undefined) {
      this.#lastText[column] = value;
      this.#lastNumber[column] = number;
    }
    this.#u32[column]![row] = number;
    this.#mark(column, row);
  }

  /** Keeps a copy of the bytes. */
  setBytes(column: number, row: number, value: Uint8Array): void {
    const list = this.values[column]!;
    this.#u32[column]![row] = list.length;
    list.push(value.slice());
    this.#mark(column, row);
  }

  isSet(column: number, row: number): boolean {
    const bits = this.validity[column];
    return bits === undefined || (bits[row >> 3]! & (1 << (row & 7))) !== 0;
  }

  u8(column: number, row: number): number {
    return this.data[column]![row]!;
  }

  u16(column: number, row: number): number {
    return this.#u16[column]![row]!;
  }

  u32(column: number, row: number): number {
    return this.#u32[column]![row]!;
  }

  u64(column: number, row: number): bigint {
    const halves = this.#u32[column]!;
    return (BigInt(halves[row * 2 + 1]!) << 32n) | BigInt(halves[row * 2]!);
  }

  i64(column: number, row: number): bigint {
    return BigInt.asIntN(64, this.u64(column, row));
  }

  /** A u64 below 2^53 without a bigint. */
  count(column: number, row: number): number {
    const halves = this.#u32[column]!;
    return halves[row * 2 + 1]! * 4294967296 + halves[row * 2]!;
  }

  text(column: number, row: number): string {
    return this.values[column]![this.#u32[column]![row]!] as string;
  }

  bytes(column: number, row: number): Uint8Array {
    return this.values[column]![this.#u32[column]![row]!] as Uint8Array;
  }

  #mark(column: number, row: number): void {
    const bits = this.validity[column];
    if (bits !== undefined) bits[row >> 3]! |= 1 << (row & 7);
  }
}

/**
 * The batch as bytes: u16 name length, log name, u32 rows, u16 columns, then per column its name (u8
 * length), its type (a place in `COLUMN_TYPES`, 0x80 if optional), its validity bits (if optional), values
 * and, for text and bytes, u32 count and u32 length + bytes each; all little-endian. A column that no row
 * has, or that is zero in all, is left out. Sealed events lie in this form for as long as the evidence
 * does, so a batch says itself what its columns are.
 */
export function encodeColumnBatch(batch: ColumnBatch): Uint8Array {
  const name = new TextEncoder().encode(batch.schema.name);
  const rows = batch.rowCount;
  batch.reserve(rows);
  const kept = batch.columns.map((_, index) => isWorthKeeping(batch, index));
  const parts: Uint8Array[] = [
    u16(name.length),
    name,
    u32(rows),
    u16(kept.filter((isKept) => isKept).length),
  ];
  batch.columns.forEach((column, index) => {
    if (!kept[index]) return;
    const columnName = new TextEncoder().encode(column.name);
    const type = COLUMN_TYPES.indexOf(column.type) | (column.optional ? OPTIONAL_BIT : 0);
    parts.push(new Uint8Array([columnName.length]), columnName, new Uint8Array([type]));
    const bits = batch.validity[index];
    if (bits) parts.push(bits.subarray(0, (rows + 7) >> 3));
    parts.push(batch.data[index]!.subarray(0, rows * ELEMENT_BYTES[column.type]));
    if (!hasValues(column.type)) return;
    const list = batch.values[index]!;
    parts.push(u32(list.length));
    for (const value of list) {
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
      parts.push(u32(bytes.length), bytes);
    }
  });
  return joinBytes(parts);
}

/**
 * Reads what `encodeColumnBatch` wrote, of this version of the log or another: a column that the log no
 * longer has is passed over, one that it did not have yet is unset, or zero where it is not optional.
 * Copies, so the input may be reused.
 */
export function decodeColumnBatch(
  bytes: Uint8Array,
  schemas: ReadonlyMap<string, LogSchema>,
): Parsed<ColumnBatch> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cut = malformed<ColumnBatch>("column batch is cut short", bytes.length);
  if (bytes.length < 8) return cut;
  const nameBytes = view.getUint16(0, true);
  if (bytes.length < 8 + nameBytes) return cut;
  const name = new TextDecoder().decode(bytes.subarray(2, 2 + nameBytes));
  const schema = schemas.get(name);
  if (schema === undefined) return malformed(`no log is called "${name}"`, 2);
  const rows = view.getUint32(2 + nameBytes, true);
  if (rows > BATCH_ROWS) return malformed("column batch has too many rows", 2 + nameBytes);
  const batch = new ColumnBatch(schema);
  batch.reserve(rows);
  batch.rowCount = rows;
  const left = new Set(batch.columns.keys());
  const columns = view.getUint16(6 + nameBytes, true);
  let at = 8 + nameBytes;
  for (let n = 0; n < columns; n++) {
    const column = readColumn(bytes, at, rows);
    if (column === undefined) return cut;
    at = column.end;
    const index = batch.columns.findIndex(
      (known) => known.name === column.name && known.type === column.type,
    );
    if (!left.delete(index)) continue;
    fillColumn(batch, index, column);
  }
  for (const index of left) {
    if (hasValues(batch.columns[index]!.type)) batch.values[index]!.push("");
  }
  return ok(batch, at);
}

/** False for a column that reads the same when it is left out: no row has it, or all have zero. */
function isWorthKeeping(batch: ColumnBatch, index: number): boolean {
  const { type } = batch.columns[index]!;
  const bits = batch.validity[index];
  if (bits !== undefined)
    return bits.subarray(0, (batch.rowCount + 7) >> 3).some((byte) => byte !== 0);
  const bytes = batch.rowCount * ELEMENT_BYTES[type];
  return hasValues(type) || batch.data[index]!.subarray(0, bytes).some((byte) => byte !== 0);
}

/** The order is for ever: the number of a type lies in sealed events. */
const COLUMN_TYPES: readonly ColumnType[] = [
  "u8",
  "u16",
  "u32",
  "u64",
  "i64",
  "dict",
  "text",
  "bytes",
];
const OPTIONAL_BIT = 0x80;

interface EncodedColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly bits: Uint8Array | undefined;
  readonly data: Uint8Array;
  readonly values: Uint8Array[];
  /** Where the next column begins. */
  readonly end: number;
}

/** One column of so many rows; undefined when it is cut short or of no known type. */
function readColumn(bytes: Uint8Array, start: number, rows: number): EncodedColumn | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (start + 2 > bytes.length) return undefined;
  const nameEnd = start + 1 + bytes[start]!;
  if (nameEnd + 1 > bytes.length) return undefined;
  const name = new TextDecoder().decode(bytes.subarray(start + 1, nameEnd));
  const type = COLUMN_TYPES[bytes[nameEnd]! & ~OPTIONAL_BIT];
  if (type === undefined) return undefined;
  const isOptional = (bytes[nameEnd]! & OPTIONAL_BIT) !== 0;
  const bitsEnd = nameEnd + 1 + (isOptional ? (rows + 7) >> 3 : 0);
  const dataEnd = bitsEnd + rows * ELEMENT_BYTES[type];
  if (dataEnd > bytes.length) return undefined;
  const bits = isOptional ? bytes.subarray(nameEnd + 1, bitsEnd) : undefined;
  const data = bytes.subarray(bitsEnd, dataEnd);
  const values: Uint8Array[] = [];
  if (!hasValues(type)) return { name, type, bits, data, values, end: dataEnd };
  if (dataEnd + 4 > bytes.length) return undefined;
  let at = dataEnd + 4;
  for (let count = view.getUint32(dataEnd, true); count > 0; count--) {
    if (at + 4 > bytes.length) return undefined;
    const length = view.getUint32(at, true);
    if (at + 4 + length > bytes.length) return undefined;
    values.push(bytes.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { name, type, bits, data, values, end: at };
}

function fillColumn(batch: ColumnBatch, index: number, column: EncodedColumn): void {
  batch.data[index]!.set(column.data);
  const validity = batch.validity[index];
  if (column.bits !== undefined) validity?.set(column.bits);
  // It was not optional then: every row has a value.
  else validity?.fill(0xff, 0, (batch.rowCount + 7) >> 3);
  const decoder = new TextDecoder();
  for (const value of column.values) {
    batch.values[index]!.push(column.type === "bytes" ? value : decoder.decode(value));
  }
}

function hasValues(type: ColumnType): boolean {
  return type === "dict" || type === "text" || type === "bytes";
}

function u16(value: number): Uint8Array {
  return new Uint8Array([value & 255, value >> 8]);
}

function u32(value: number): Uint8Array {
  return new Uint8Array([value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24]);
}
