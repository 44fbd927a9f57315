import { formatUid } from "../base/index.ts";
import { communityId, SmallDigests } from "../flow/index.ts";
import { formatAddress } from "../packet/index.ts";
import { BatchReader } from "./batch-reader.ts";
import type { ColumnBatch } from "./column-batch.ts";
import { listValues } from "./lists.ts";
import { columnIndex, type Field, type LogSchema } from "./schema.ts";

type Words = [number, number, number, number];

/**
 * Writes batches of one log as JSON, one object a line, with Zeek's names. Times come twice: as
 * Zeek's number, and exactly as a decimal string of nanoseconds (`ts_ns`). Unset fields are left out.
 */
export class ZeekJsonWriter {
  readonly #schema: LogSchema;
  readonly #columns: readonly number[];
  readonly #digests = new SmallDigests();
  readonly #encoder = new TextEncoder();

  constructor(schema: LogSchema) {
    this.#schema = schema;
    this.#columns = schema.fields.map((field) => columnIndex(schema, field.name));
  }

  /** All rows of a batch as bytes. */
  rows(columns: ColumnBatch): Uint8Array {
    const batch = new BatchReader(columns);
    let text = "";
    for (let row = 0; row < batch.rows.rowCount; row++)
      text += `${JSON.stringify(this.#row(batch, row))}\n`;
    return this.#encoder.encode(text);
  }

  /** One row as an object. */
  row(columns: ColumnBatch, row: number): Record<string, unknown> {
    return this.#row(new BatchReader(columns), row);
  }

  #row(batch: BatchReader, row: number): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    for (const [index, field] of this.#schema.fields.entries()) {
      const column = this.#columns[index]!;
      if (!batch.rows.isSet(column, row)) continue;
      out[field.name] = this.#value(batch, field, column, row);
      if (field.kind === "time") out[`${field.name}_ns`] = batch.rows.i64(column, row).toString();
    }
    return out;
  }

  #value(batch: BatchReader, field: Field, column: number, row: number): unknown {
    switch (field.kind) {
      case "time":
      case "interval":
        // Microseconds are what a double holds exactly for present times.
        return Number((batch.rows.i64(column, row) + 500n) / 1000n) / 1e6;
      case "decimal":
        return Number(batch.rows.i64(column, row)) / 1e9;
      case "addr":
        return formatAddress(...addressWords(batch, column, row));
      case "port":
        return batch.rows.u16(column, row);
      case "count":
        return countValue(batch, field, column, row);
      case "bool":
        return batch.rows.u8(column, row) === 1;
      case "enum":
        return field.values?.[batch.rows.u8(column, row)] ?? "";
      case "enumSet":
        return setValues(batch, field, column, row).join(",");
      case "uid":
        return formatUid(batch.rows.u64(column, row));
      case "communityId":
        return this.#communityId(batch, row);
      case "dict":
      case "text":
        return batch.rows.text(column, row);
      case "list":
        return listValues(field, batch.rows.text(column, row));
      case "bytes":
        return [...batch.rows.bytes(column, row)]
          .map((byte) => byte.toString(16).padStart(2, "0"))
          .join("");
    }
  }

  /** The whole id: the column has 64 bits of it only, the row has all that it is made of. */
  #communityId(batch: BatchReader, row: number): string {
    const schema = this.#schema;
    const protocol = batch.rows.u8(columnIndex(schema, "ip_proto"), row);
    return communityId(this.#digests, {
      src: addressWords(batch, columnIndex(schema, "id.orig_h"), row),
      dst: addressWords(batch, columnIndex(schema, "id.resp_h"), row),
      protocol,
      hasPorts: protocol === 6 || protocol === 17,
      sourcePort: batch.rows.u16(columnIndex(schema, "id.orig_p"), row),
      destinationPort: batch.rows.u16(columnIndex(schema, "id.resp_p"), row),
    });
  }
}

function addressWords(batch: BatchReader, column: number, row: number): Words {
  return [
    batch.high(column, row),
    batch.low(column, row),
    batch.high(column + 1, row),
    batch.low(column + 1, row),
  ];
}

function countValue(batch: BatchReader, field: Field, column: number, row: number): number {
  switch (field.width) {
    case "u8":
      return batch.rows.u8(column, row);
    case "u16":
      return batch.rows.u16(column, row);
    case "u32":
      return batch.rows.u32(column, row);
    default:
      return batch.rows.count(column, row);
  }
}

function setValues(batch: BatchReader, field: Field, column: number, row: number): string[] {
  const bits = batch.rows.u64(column, row);
  return (field.values ?? []).filter((_, bit) => ((bits >> BigInt(bit)) & 1n) === 1n);
}
