/**
 * One schema of event types drives the column batches, the index's tables, the query language, the
 * API and the columns a person sees. A log is all events of one schema, with Zeek's name where
 * Zeek has the log.
 */
export type FieldKind =
  | "time" // nanoseconds since 1970, one i64 column
  | "interval" // nanoseconds, one i64 column
  | "decimal" // billionths, one i64 column: a number with a fraction that is no time
  | "addr" // IPv6 or IPv4-mapped, two u64 columns `_hi` and `_lo`
  | "port"
  | "count"
  | "bool"
  | "enum" // one u8 column, an index into `values`
  | "enumSet" // one u64 column, a bit mask over `values`
  | "dict" // text of few different values, kept once per batch
  | "text"
  | "list" // texts, intervals or counts in their order, one text column; see `items`
  | "bytes"
  | "uid" // a flow's 64 bits, printed as C + base62
  | "communityId"; // first 64 bits of the SHA-1; the whole is recomputed on the way out

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** May be unset, printed `-`. */
  readonly optional: boolean;
  /** The names of an `enum` or `enumSet`, by number. */
  readonly values?: readonly string[];
  /** What a `list` holds; text unless said. */
  readonly items?: "text" | "interval" | "count" | "decimal" | "bool";
  /** A `list` without an order. */
  readonly isSet?: boolean;
  /** Integer width of a `count`; u64 unless said. */
  readonly width?: "u8" | "u16" | "u32" | "u64";
  /** Not a column of Zeek's log; left out of Zeek TSV. */
  readonly ours?: boolean;
  /** One sentence for people: completion, help, the reference of all fields. */
  readonly says: string;
}

/** A field that is always set, unless `more` says otherwise. */
export function field(
  name: string,
  kind: FieldKind,
  says: string,
  more: Partial<Field> = {},
): Field {
  return { name, kind, optional: false, says, ...more };
}

export interface LogSchema {
  readonly name: string;
  readonly fields: readonly Field[];
  /** False for what serves the index only and is not a log to a person. */
  readonly shown: boolean;
  readonly says: string;
  /** Fields that a person sees first; all that are Zeek's where there is no choice. */
  readonly brief?: readonly string[];
}

export type ColumnType = "u8" | "u16" | "u32" | "u64" | "i64" | "dict" | "text" | "bytes";

export interface Column {
  /** SQL name: the field's, dots as underscores, `_hi`/`_lo` for addresses. */
  readonly name: string;
  readonly type: ColumnType;
  readonly optional: boolean;
}

/** The storage columns of one field, in order. */
export function columnsOf(field: Field): Column[] {
  const name = field.name.replaceAll(".", "_");
  const { optional } = field;
  switch (field.kind) {
    case "time":
    case "interval":
    case "decimal":
      return [{ name, type: "i64", optional }];
    case "addr":
      return [
        { name: `${name}_hi`, type: "u64", optional },
        { name: `${name}_lo`, type: "u64", optional },
      ];
    case "port":
      return [{ name, type: "u16", optional }];
    case "count":
      return [{ name, type: field.width ?? "u64", optional }];
    case "bool":
    case "enum":
      return [{ name, type: "u8", optional }];
    case "enumSet":
    case "uid":
    case "communityId":
      return [{ name, type: "u64", optional }];
    case "dict":
      return [{ name, type: "dict", optional }];
    case "text":
    case "list":
      return [{ name, type: "text", optional }];
    case "bytes":
      return [{ name, type: "bytes", optional }];
  }
}

/** All storage columns of a log, in field order. */
export function columnsOfLog(schema: LogSchema): Column[] {
  return schema.fields.flatMap(columnsOf);
}

/** Number of the column where a field begins; addresses take two. */
export function columnIndex(schema: LogSchema, fieldName: string): number {
  let index = 0;
  for (const field of schema.fields) {
    if (field.name === fieldName) return index;
    index += field.kind === "addr" ? 2 : 1;
  }
  throw new Error(`assertion failed: ${schema.name} has a field ${fieldName}`);
}
