import { formatUid } from "../../../core/base/index.ts";
import { columnsOf, type Field, type LogSchema, listValues } from "../../../core/events/index.ts";
import { communityId, SmallDigests } from "../../../core/flow/index.ts";
import { formatAddress, IP_PROTOCOL, parseAddress } from "../../../core/packet/index.ts";
import type { Row } from "../index-store.ts";

/** Where each field of a log begins among the selected columns. */
export interface RowShape {
  readonly schema: LogSchema;
  readonly sql: string;
}

export function shapeOf(schema: LogSchema): RowShape {
  const columns = shownFields(schema).flatMap(columnsOf);
  return { schema, sql: columns.map((column) => `"${column.name}"`).join(", ") };
}

/** Raw bytes are columns of logs that serve programs only. */
function shownFields(schema: LogSchema): readonly Field[] {
  return schema.shown ? schema.fields.filter(({ kind }) => kind !== "bytes") : schema.fields;
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
  for (const field of shownFields(schema)) {
    const value = values[at];
    if (value === null || value === undefined) row[field.name] = null;
    else renderField(row, field, value, { low: values[at + 1], textOf });
    at += field.kind === "addr" ? 2 : 1;
  }
  if ("community_id" in row && row["id.orig_h"] !== undefined)
    row["community_id"] = communityOf(row);
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
    case "decimal":
      row[name] = nanosecondsToSeconds(value as bigint);
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
    case "bytes":
      row[name] = Buffer.from((value as { bytes: Uint8Array }).bytes).toString("base64");
      return;
    case "list":
      row[name] = listValues(field, value as string);
      return;
    case "communityId":
    case "text":
      row[name] = value;
      return;
  }
}

/** One value of a group; a text that is kept once comes as itself. */
export function renderValue(field: Field, value: unknown, low: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (field.kind === "dict" || field.kind === "list") return value;
  const row: Row = {};
  renderField(row, field, value, { low, textOf: String });
  return row[field.name] ?? null;
}

/** The double nearest to the exact decimal: adding the parts would give 18.598770000000002. */
function nanosecondsToSeconds(value: bigint): number {
  const digits = String(value < 0n ? -value : value).padStart(10, "0");
  const seconds = Number(`${digits.slice(0, -9)}.${digits.slice(-9)}`);
  return value < 0n ? -seconds : seconds;
}

/** A count beyond 2^53 (nothing honest is) becomes text rather than a wrong number. */
function exactNumber(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

export function addressText(high: bigint, low: bigint): string {
  const word = (value: bigint): number => Number(value & 0xffffffffn);
  return formatAddress(word(high >> 32n), word(high), word(low >> 32n), word(low));
}

const digests = new SmallDigests();
const WITH_PORTS: ReadonlySet<number> = new Set([IP_PROTOCOL.tcp, IP_PROTOCOL.udp]);

/** The index keeps 64 bits of the hash; the whole is computed from the row again. */
function communityOf(row: Row): string | null {
  const src = parseAddress(String(row["id.orig_h"]));
  const dst = parseAddress(String(row["id.resp_h"]));
  if (src === undefined || dst === undefined) return null;
  const protocol = Number(row["ip_proto"]);
  return communityId(digests, {
    src,
    dst,
    protocol,
    hasPorts: WITH_PORTS.has(protocol),
    sourcePort: Number(row["id.orig_p"]),
    destinationPort: Number(row["id.resp_p"]),
  });
}
