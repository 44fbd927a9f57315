import { formatAddress } from "../packet/index.ts";
import { BatchReader } from "./batch-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { ColumnBatch } from "./column-batch.ts";
import { splitList } from "./lists.ts";
import { columnIndex, type Field, type LogSchema } from "./schema.ts";

const TAB = 9;
const NEWLINE = 10;
const DASH = 45;
/** Room for any field that is not text. */
const FIELD_BYTES_MAX = 64;

const encoder = new TextEncoder();
const UNSET = encoder.encode("-");

interface WrittenField {
  readonly field: Field;
  readonly column: number;
  /** The names of an enumeration as bytes. */
  readonly values: readonly Uint8Array[];
}

/**
 * Writes batches of one log as Zeek's tab-separated text. What it returns is valid until the next
 * call. Fields that Zeek's log does not have are left out, so that the usual tools read it.
 */
export class ZeekTsvWriter {
  readonly #schema: LogSchema;
  readonly #fields: readonly WrittenField[];
  readonly #out = new ByteWriter();

  constructor(schema: LogSchema) {
    this.#schema = schema;
    this.#fields = schema.fields
      .filter((field) => field.ours !== true)
      .map((field) => ({
        field,
        column: columnIndex(schema, field.name),
        values: (field.values ?? []).map((value) => encoder.encode(value)),
      }));
  }

  /** The lines that begin the file. */
  header(): Uint8Array {
    const names = this.#fields.map((written) => written.field.name).join("\t");
    const types = this.#fields.map((written) => zeekType(written.field)).join("\t");
    return encoder.encode(
      `#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n` +
        `#path\t${this.#schema.name}\n#fields\t${names}\n#types\t${types}\n`,
    );
  }

  /** All rows of a batch. */
  rows(columns: ColumnBatch): Uint8Array {
    const batch = new BatchReader(columns);
    const out = this.#out;
    out.length = 0;
    const fields = this.#fields;
    for (let row = 0; row < batch.rows.rowCount; row++) {
      for (let index = 0; index < fields.length; index++) {
        const written = fields[index]!;
        if (index > 0) out.byte(TAB);
        out.reserve(FIELD_BYTES_MAX);
        if (batch.rows.isSet(written.column, row)) writeField(out, batch, written, row);
        else out.byte(DASH);
      }
      out.byte(NEWLINE);
    }
    return out.bytes.subarray(0, out.length);
  }
}

function writeField(out: ByteWriter, batch: BatchReader, written: WrittenField, row: number): void {
  const { column, field } = written;
  switch (field.kind) {
    case "time":
    case "interval":
    case "decimal":
      out.seconds(batch.high(column, row), batch.low(column, row));
      return;
    case "addr":
      writeAddress(out, batch, column, row);
      return;
    case "port":
      out.decimal(batch.rows.u16(column, row));
      return;
    case "count":
      writeCount(out, batch, written, row);
      return;
    case "bool":
      out.byte(batch.rows.u8(column, row) === 1 ? 84 : 70);
      return;
    case "enum":
      out.raw(written.values[batch.rows.u8(column, row)] ?? UNSET);
      return;
    case "enumSet":
      writeSet(out, batch, written, row);
      return;
    case "uid":
      out.uid(batch.high(column, row), batch.low(column, row));
      return;
    case "communityId":
      out.byte(DASH);
      return;
    case "dict":
    case "text":
      writeText(out, batch.rows.text(column, row));
      return;
    case "list":
      writeList(out, batch.rows.text(column, row));
      return;
    case "bytes":
      writeText(out, latin1(batch.rows.bytes(column, row)));
  }
}

function writeAddress(out: ByteWriter, batch: BatchReader, column: number, row: number): void {
  const a = batch.high(column, row);
  const b = batch.low(column, row);
  const c = batch.high(column + 1, row);
  const d = batch.low(column + 1, row);
  if (a === 0 && b === 0 && c === 0xffff) out.ipv4(d);
  else out.ascii(formatAddress(a, b, c, d));
}

function writeCount(out: ByteWriter, batch: BatchReader, written: WrittenField, row: number): void {
  const { column, field } = written;
  if (field.width === "u8") out.decimal(batch.rows.u8(column, row));
  else if (field.width === "u16") out.decimal(batch.rows.u16(column, row));
  else if (field.width === "u32") out.decimal(batch.rows.u32(column, row));
  else if (batch.high(column, row) < 0x200000) out.decimal(batch.rows.count(column, row));
  else out.ascii(batch.rows.u64(column, row).toString());
}

function writeSet(out: ByteWriter, batch: BatchReader, written: WrittenField, row: number): void {
  const high = batch.high(written.column, row);
  const low = batch.low(written.column, row);
  let isFirst = true;
  for (const [bit, value] of written.values.entries()) {
    if (((bit < 32 ? low >>> bit : high >>> (bit - 32)) & 1) === 0) continue;
    if (!isFirst) out.byte(44);
    out.raw(value);
    isFirst = false;
  }
  if (isFirst) out.byte(DASH);
}

/** Items by commas; a comma inside an item is escaped, as Zeek does with its set separator. */
function writeList(out: ByteWriter, text: string): void {
  if (text === "") {
    out.raw(encoder.encode("(empty)"));
    return;
  }
  let isFirst = true;
  for (const item of splitList(text)) {
    if (!isFirst) out.byte(44);
    isFirst = false;
    writeText(out, item, true);
  }
}

/** Escapes as Zeek does: the separator, control characters and what would read as unset or empty. */
function writeText(out: ByteWriter, text: string, isItem = false): void {
  if (text === "") {
    out.raw(encoder.encode("(empty)"));
    return;
  }
  out.reserve(text.length * 4 + FIELD_BYTES_MAX);
  if (text === "-" || text === "(empty)") {
    out.ascii(`\\x${text.charCodeAt(0).toString(16)}${text.slice(1)}`);
    return;
  }
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n);
    if (code > 126) {
      // Text beyond ASCII is rare: the whole rest goes the slow way.
      out.raw(encoder.encode(escapeText(text.slice(n), isItem)));
      return;
    }
    if (code < 32 || (code === 44 && isItem)) out.ascii(`\\x${code.toString(16).padStart(2, "0")}`);
    else if (code === 92) out.ascii("\\\\");
    else out.byte(code);
  }
}

function escapeText(text: string, isItem: boolean): string {
  let out = "";
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (character === "\\") out += "\\\\";
    else if (code < 32 || code === 127 || (code === 44 && isItem))
      out += `\\x${code.toString(16).padStart(2, "0")}`;
    else out += character;
  }
  return out;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text +=
      byte < 127 && byte >= 32
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return text;
}

/** The type that Zeek's text form says of a field. */
export function zeekType(field: Field): string {
  switch (field.kind) {
    case "enum":
      // Zeek has one real enumeration in its logs; the other closed lists are strings there.
      return field.name === "proto" ? "enum" : "string";
    case "decimal":
      return "double";
    case "enumSet":
      return "set[string]";
    case "list":
      return `${field.isSet ? "set" : "vector"}[${listType(field)}]`;
    case "time":
    case "interval":
    case "addr":
    case "port":
    case "count":
    case "bool":
      return field.kind;
    default:
      return "string";
  }
}

function listType({ items }: Field): string {
  if (items === "decimal") return "double";
  return items === undefined || items === "text" ? "string" : items;
}
