import { columnsOf, type Field, type LogSchema } from "../../../core/events/index.ts";
import { formatUid } from "../../../core/base/index.ts";
import { communityId } from "../../../core/flow/index.ts";
import { formatAddress } from "../../../core/packet/index.ts";
import type { Row } from "../index-store.ts";

/** Where each field of a log begins among the selected columns. */
export interface RowShape {
  readonly schema: LogSchema;
  readonly sql: string;
}

export function shapeOf(schema: LogSchema): RowShape {
  const columns = schema.fields.filter((f) => f.kind !== "bytes").flatMap(columnsOf);
  return { schema, sql: columns.map((column) => column.name).join(", ") };
}

/**
 * One row as people and programs read it: Zeek's JSON (times and intervals in seconds), with `…_ns`
 * decimal strings beside times and intervals because a double cannot hold nanoseconds since 1970.
 */
export function renderRow(
  { schema }: RowShape,
  values: readonly unknown[],
  textOf: (number: number) => string,
): Row {
  const row: Row = {};
  let at = 0;
  for (const field of schema.fields) {
    if (field.kind === "bytes") continue;
    const value = values[at];
    if (value === null || value === undefined) row[field.name] = null;
    else renderField(row, field, value, { low: values[at + 1], textOf });
    at += field.kind === "addr" ? 2 : 1;
  }
  if ("community_id" in row && row["id.orig_h"] !== undefined) row["community_id"] = communityOf(row);
  return row;
}

function renderField(
  row: Row,
  field: Field,
  value: unknown,
  more: { low: unknown; textOf: (number: number) => string },
): void {
  const { name } = field;
  switch (field.kind) {
    case "time":
    case "interval":
      row[name] = nanosecondsToSeconds(value as bigint);
      row[`${name}_ns`] = String(value);
      return;
    case "addr":
      row[name] = addressText(value as bigint, more.low as bigint);
      return;
    case "bool":
      row[name] = value === 1;
      return;
    case "enum":
      row[name] = field.values?.[value as number] ?? String(value);
      return;
    case "enumSet":
      row[name] = field.values?.filter((_, bit) => ((value as bigint) >> BigInt(bit)) & 1n) ?? [];
      return;
    case "dict":
      row[name] = more.textOf(value as number);
      return;
    case "uid":
      row[name] = formatUid(value as bigint);
      return;
    case "count":
    case "port":
      row[name] = typeof value === "bigint" ? exactNumber(value) : value;
      return;
    case "communityId":
    case "text":
    case "bytes":
      row[name] = value;
      return;
  }
}

function nanosecondsToSeconds(value: bigint): number {
  return Number(value / 1_000_000_000n) + Number(value % 1_000_000_000n) / 1e9;
}

/** A count beyond 2^53 (nothing honest is) becomes text rather than a wrong number. */
function exactNumber(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

function addressText(high: bigint, low: bigint): string {
  const word = (value: bigint): number => Number(value & 0xffffffffn);
  return formatAddress(word(high >> 32n), word(high), word(low >> 32n), word(low));
}

/** The index keeps 64 bits of the hash; the whole is computed from the row again. */
function communityOf(row: Row): string | null {
  return communityId({
    source: row["id.orig_h"] as string,
    destination: row["id.resp_h"] as string,
    sourcePort: row["id.orig_p"] as number,
    destinationPort: row["id.resp_p"] as number,
    protocol: row["ip_proto"] as number,
  });
}
