import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { HoldfastError } from "../../../core/base/index.ts";
import { columnsOf, type Field, type LogSchema } from "../../../core/events/index.ts";
import type { Group, GroupsRequest } from "../index-store.ts";
import { from, type Target } from "./questions.ts";
import { renderValue } from "./render-row.ts";

/** What a group is made by: a field, or one of the two ends of flows, both ways. */
interface Key {
  readonly field: Field;
  /** SQL of the key's columns in a row of the log (side 0: as it is; side 1: the answering way). */
  readonly columns: readonly [readonly string[], readonly string[]];
}

/** Packet fields by Wireshark's names: each flow counts once for each way its packets went. */
const PACKET_KEYS: Readonly<Record<string, readonly [there: string, back: string]>> = {
  "ip.src": ["id.orig_h", "id.resp_h"],
  "ip.dst": ["id.resp_h", "id.orig_h"],
  port_src: ["id.orig_p", "id.resp_p"],
  port_dst: ["id.resp_p", "id.orig_p"],
  "ip.addr": ["id.orig_h", "id.resp_h"],
};

/** Rows, packets and bytes by one or several fields, the largest first. */
export async function selectGroups(
  connection: DuckDBConnection,
  targets: readonly Target[],
  log: LogSchema,
  request: Omit<GroupsRequest, "scope" | "log">,
): Promise<{ groups: Group[]; total: number }> {
  if (targets.length === 0) return { groups: [], total: 0 };
  const keys = request.by.map((name) => keyOf(log, name));
  const bothWays = request.by.some((name) => name in PACKET_KEYS);
  const parameters: DuckDBValue[] = [];
  const hasSizes = log.name === "conn";
  const parts = targets.flatMap((target) => {
    const sides = bothWays ? ([0, 1] as const) : ([0] as const);
    return sides.map((side) =>
      groupSql(target, log, keys, { request, side, bothWays, parameters }),
    );
  });
  const names = keys.flatMap((key, n) => key.columns[0].map((_, part) => `k${n}_${part}`));
  const sum = (name: string): string => `sum(${name})::BIGINT AS ${name}`;
  const sums = ["rows_", "packets_", "bytes_"].map(sum).join(", ");
  const order = { rows: "rows_", packets: "packets_", bytes: "bytes_" }[request.measure];
  const grouped = `SELECT ${names.join(", ")}, ${sums} FROM (${parts.join(" UNION ALL ")}) GROUP BY ${names.join(", ")}`;
  const sql = `SELECT *, count(*) OVER () FROM (${grouped}) ORDER BY ${order} DESC, ${names.join(", ")} LIMIT ${request.limit}`;
  const found = (await connection.runAndReadAll(sql, parameters)).getRows();
  const groups = found.map((values) => readGroup(values, keys, hasSizes));
  const total = found.length === 0 ? 0 : Number(found[0]![found[0]!.length - 1]);
  return { groups, total };
}

function keyOf(log: LogSchema, name: string): Key {
  const packet = log.name === "conn" ? PACKET_KEYS[name] : undefined;
  const names = packet ?? [name, name];
  const [field] = log.fields.filter((one) => one.name === names[0]);
  if (field === undefined || field.kind === "bytes" || field.kind === "communityId") {
    throw new HoldfastError(
      "query/unknown-field",
      `${log.name} has no field "${name}" to group by`,
      {
        remedy: `fields: ${groupNames(log).join(", ")}`,
      },
    );
  }
  const columns = names.map((one) =>
    columnsOf(log.fields.find((other) => other.name === one)!).map((column) => `"${column.name}"`),
  );
  return { field, columns: [columns[0]!, columns[1]!] };
}

function groupNames(log: LogSchema): string[] {
  const own = log.fields
    .filter(({ kind }) => kind !== "bytes" && kind !== "communityId")
    .map(({ name }) => name);
  return log.name === "conn" ? [...Object.keys(PACKET_KEYS), ...own] : own;
}

function groupSql(
  target: Target,
  log: LogSchema,
  keys: readonly Key[],
  how: {
    request: Omit<GroupsRequest, "scope" | "log">;
    side: 0 | 1;
    bothWays: boolean;
    parameters: DuckDBValue[];
  },
): string {
  const { side, bothWays, parameters, request } = how;
  const { catalog } = target.partition;
  const aliases: string[] = [];
  const selected = keys.flatMap((key, n) =>
    key.columns[side].map((column, part) => {
      const alias = `k${n}_${part}`;
      aliases.push(alias);
      // Each item of a list is a group of its own.
      const sql = key.field.kind === "list" ? `unnest(string_split(${column}, chr(31)))` : column;
      return `${sql} AS ${alias}`;
    }),
  );
  const inner = from(
    target,
    log.name,
    [...selected, `1 AS rows_`, `${sizes(log, side, bothWays)}`].join(", "),
    request.condition,
    parameters,
  );
  const counted = `SELECT ${aliases.join(", ")}, sum(rows_) AS rows_, sum(packets_) AS packets_, sum(bytes_) AS bytes_ FROM (${inner}) GROUP BY ${aliases.join(", ")}`;
  // Texts that are kept once a partition have other numbers in each.
  const shown = keys.flatMap((key, n) =>
    key.columns[side].map((_, part) =>
      key.field.kind === "dict"
        ? `(SELECT text FROM ${catalog}.dictionary WHERE number = g.k${n}_${part}) AS k${n}_${part}`
        : `g.k${n}_${part}`,
    ),
  );
  return `SELECT ${shown.join(", ")}, rows_, packets_, bytes_ FROM (${counted}) g`;
}

/** Frames and their bytes, of one way or both; logs other than conn have none. */
function sizes(log: LogSchema, side: 0 | 1, bothWays: boolean): string {
  if (log.name !== "conn") return "0 AS packets_, 0 AS bytes_";
  const [there, back] = side === 0 ? ["orig", "resp"] : ["resp", "orig"];
  const packets = bothWays ? `${there}_frames` : `${there}_frames + ${back}_frames`;
  const bytes = bothWays ? `${there}_frame_bytes` : `${there}_frame_bytes + ${back}_frame_bytes`;
  return `${packets} AS packets_, ${bytes} AS bytes_`;
}

function readGroup(values: readonly unknown[], keys: readonly Key[], hasSizes: boolean): Group {
  let at = 0;
  const shown = keys.map(({ field }) => {
    const width = columnsOf(field).length;
    const value = renderValue(field, values[at], values[at + 1]);
    at += width;
    return value;
  });
  return {
    values: shown,
    rows: Number(values[at]),
    packets: hasSizes ? Number(values[at + 1]) : null,
    bytes: hasSizes ? Number(values[at + 2]) : null,
  };
}
