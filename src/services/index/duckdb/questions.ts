import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { logSchemas } from "../../../core/analyzers/index.ts";
import type { LogSchema } from "../../../core/events/index.ts";
import type { PacketPlan, SqlCondition } from "../../../core/query/index.ts";
import type { Candidates, Row, RowsRequest, Summary } from "../index-store.ts";
import type { Partition } from "./partition.ts";
import { renderRow, shapeOf } from "./render-row.ts";

/** A partition and the segments of it that are asked about; undefined = all. */
export interface Target {
  readonly partition: Partition;
  readonly numbers: readonly number[] | undefined;
}

type Parameters = DuckDBValue[];

/** What of a plan the index needs; the packet predicate stays with the caller. */
export type IndexPlan = Pick<
  PacketPlan,
  "candidates" | "residue" | "matchesNonIp" | "leaves" | "timeRange"
>;

/** Behind so many rows DuckDB sorts all columns of a wide log instead of keeping the first: 0.5 s of 850,000. */
const OFFSET_WIDE_MAX = 2_000;

export async function selectRows(
  connection: DuckDBConnection,
  targets: readonly Target[],
  log: LogSchema,
  request: Omit<RowsRequest, "scope" | "log">,
): Promise<Row[]> {
  if (targets.length === 0) return [];
  const shape = shapeOf(log);
  const order = orderColumns(log, request.orderBy);
  const direction = request.descending ? "DESC" : "ASC";
  const sorted = `ORDER BY ${order.map((c) => `${c} ${direction} NULLS LAST`).join(", ")}`;
  const page = `${sorted} LIMIT ${request.limit} OFFSET ${request.offset}`;
  const parameters: Parameters = [];
  const select = (columns: string): string =>
    targets
      .map((target, index) => {
        const named = `${index} AS partition_, rowid AS arrival_, ${columns}`;
        return `(${from(target, log.name, named, request.condition, parameters)})`;
      })
      .join(" UNION ALL ");
  let sql: string;
  if (request.offset <= OFFSET_WIDE_MAX) sql = `${select(shape.sql)} ${page}`;
  else {
    // Which rows, by what they are sorted by alone; then those rows: 0.1 s.
    const keys = order.filter((column) => !column.endsWith("_")).join(", ") || "0";
    const found = await connection.runAndReadAll(`${select(keys)} ${page}`, parameters.splice(0));
    const parts = targets.flatMap(({ partition }, index) => {
      const ids = found.getRows().flatMap(([of, id]) => (of === index ? [String(id)] : []));
      if (ids.length === 0) return [];
      return `(SELECT ${index} AS partition_, rowid AS arrival_, ${shape.sql} FROM ${partition.catalog}.${log.name} WHERE rowid IN (${ids.join(", ")}))`;
    });
    if (parts.length === 0) return [];
    sql = `${parts.join(" UNION ALL ")} ${sorted}`;
  }
  const result = await connection.runAndReadAll(sql, parameters);
  return result.getRows().map((values) => {
    const partition = targets[values[0] as number]!.partition;
    return renderRow(shape, values.slice(2), partition.textOf);
  });
}

export async function summarise(
  connection: DuckDBConnection,
  targets: readonly Target[],
  log: LogSchema,
  condition: SqlCondition,
): Promise<Summary> {
  if (targets.length === 0) return { rows: 0, first_ns: undefined, last_ns: undefined };
  const parameters: Parameters = [];
  const parts = targets.map((target) => `(${from(target, log.name, "ts", condition, parameters)})`);
  const sql = `SELECT count(*), min(ts), max(ts) FROM (${parts.join(" UNION ALL ")})`;
  const [row] = (await connection.runAndReadAll(sql, parameters)).getRows();
  const text = (value: unknown): string | undefined => (value === null ? undefined : String(value));
  return { rows: Number(row![0]), first_ns: text(row![1]), last_ns: text(row![2]) };
}

/** The posting runs that may hold a matching packet, sorted by segment and place. */
export async function findCandidates(
  connection: DuckDBConnection,
  targets: readonly Target[],
  plan: IndexPlan,
): Promise<Candidates> {
  const parameters: Parameters = [];
  const parts = targets
    .map((target, index) => candidateSql(target, index, plan, parameters))
    .filter((part) => part !== "");
  const segments = new Map<string, number>();
  const rows =
    parts.length === 0
      ? []
      : (
          await connection.runAndReadAll(
            `${parts.join(" UNION ALL ")} ORDER BY partition_, segment, first`,
            parameters,
          )
        ).getRows();
  const found = {
    segment: new Uint32Array(rows.length),
    flow: new Uint32Array(rows.length),
    first: new Float64Array(rows.length),
    bytes: new Uint32Array(rows.length),
    count: new Uint32Array(rows.length),
    truths: new Uint32Array(rows.length),
  };
  rows.forEach(([partition, segment, flow, first, bytes, count, truths], n) => {
    const name = targets[partition as number]!.partition.segmentOf(segment as number);
    if (!segments.has(name)) segments.set(name, segments.size);
    found.segment[n] = segments.get(name)!;
    found.flow[n] = Number(flow);
    found.first[n] = Number(first);
    found.bytes[n] = Number(bytes);
    found.count[n] = Number(count);
    found.truths[n] = Number(truths);
  });
  return { segments: [...segments.keys()], ...found };
}

function candidateSql(
  target: Target,
  index: number,
  plan: IndexPlan,
  parameters: Parameters,
): string {
  const { catalog } = target.partition;
  const truths = plan.leaves.map((leaf, bit) => {
    push(parameters, leaf);
    return `(CASE WHEN (${leaf.text}) THEN ${2 ** bit} ELSE 0 END)`;
  });
  const mask = truths.length === 0 ? "0" : truths.join(" + ");
  const flows: string[] = [];
  const add = (table: string, truth: string, condition: SqlCondition): void => {
    // The planner says "false" where a table can hold nothing of the question: it is not asked then.
    if (condition.text === "false") return;
    flows.push(
      `(${from(target, table, `segment, flow, ${truth} AS truths_`, condition, parameters)})`,
    );
  };
  add("conn", `(${mask})::UINTEGER`, plan.candidates);
  add("residue", "0::UINTEGER", plan.residue);
  const times = timeCondition(plan);
  const run = "l.segment, l.flow, l.first, l.bytes, l.count";
  const parts: string[] = [];
  if (flows.length > 0) {
    // One join for all: a second one costs 3 to 5 ms over a third of a million runs.
    parts.push(
      `SELECT ${index} AS partition_, ${run}, c.truths_ FROM (${flows.join(" UNION ALL ")}) c JOIN ${catalog}.locator l ON l.segment = c.segment AND l.flow = c.flow${times}`,
    );
  }
  if (plan.matchesNonIp) {
    parts.push(
      `SELECT ${index} AS partition_, ${run}, 0::UINTEGER AS truths_ FROM ${catalog}.locator l WHERE l.flow = 0 AND ${among(target, "l.")}${times}`,
    );
  }
  return parts.join(" UNION ALL ");
}

function timeCondition(plan: IndexPlan): string {
  const { from: earliest, to } = plan.timeRange;
  const ns = (t: { seconds: number; nanoseconds: number }): bigint =>
    BigInt(t.seconds) * 1_000_000_000n + BigInt(t.nanoseconds);
  return `${earliest ? ` AND l.last_ts >= ${ns(earliest)}` : ""}${to ? ` AND l.first_ts <= ${ns(to)}` : ""}`;
}

/**
 * Tables that a condition names (the dictionary, another log) are the partition's own: a common table
 * of that name hides any other.
 */
export function from(
  target: Target,
  table: string,
  columns: string,
  condition: SqlCondition,
  parameters: Parameters,
): string {
  const { catalog } = target.partition;
  push(parameters, condition);
  const named = ["dictionary", ...logSchemas.map(({ name }) => name)].filter((name) =>
    new RegExp(`\\b${name}\\b`).test(condition.text),
  );
  const common = named.map((name) => `${name} AS (FROM ${catalog}.${name})`);
  return `${common.length === 0 ? "" : `WITH ${common.join(", ")} `}SELECT ${columns} FROM ${catalog}.${table} WHERE ${among(target, "")} AND (${condition.text})`;
}

function among({ numbers }: Target, prefix: string): string {
  return numbers === undefined ? "true" : `${prefix}segment IN (${numbers.join(", ") || "NULL"})`;
}

function push(parameters: Parameters, condition: SqlCondition): void {
  for (const value of condition.parameters) parameters.push(value as DuckDBValue);
}

/**
 * `arrival` is the order in which rows were written: it never changes while a log grows. It also decides
 * between equal rows, or two pages of one answer could share a row and leave out another.
 */
function orderColumns(log: LogSchema, orderBy = "ts"): string[] {
  const arrival = ["partition_", "arrival_"];
  if (orderBy === "arrival") return arrival;
  const field = log.fields.find(({ name }) => name === orderBy) ?? log.fields[0]!;
  const name = field.name.replaceAll(".", "_");
  const own = field.kind === "addr" ? [`"${name}_hi"`, `"${name}_lo"`] : [`"${name}"`];
  return [...own, ...arrival];
}
