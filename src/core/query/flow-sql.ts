import { columnsOf, type LogSchema } from "../events/index.ts";
import { fieldCondition, inNetwork, inOtherLog, toNanoseconds } from "./field-sql.ts";
import { isFieldLeaf, type PacketLeaf, type QueryNode } from "./query-tree.ts";
import {
  ALWAYS,
  allOf,
  anyOf,
  identifier,
  NEVER,
  notOf,
  type SqlCondition,
  sql,
} from "./sql-condition.ts";

/** What the tree is compiled against: the log whose rows are meant, and all logs. */
export interface RowScope {
  readonly log: LogSchema;
  readonly logs: readonly LogSchema[];
}

/**
 * The exact filter for rows of one log. `src` and `dst` are originator and responder; `after` keeps
 * what still went on then, `before` what had begun.
 */
export function compileRows(query: QueryNode, scope: RowScope): SqlCondition {
  switch (query.op) {
    case "and":
      return allOf(query.children.map((child) => compileRows(child, scope)));
    case "or":
      return anyOf(query.children.map((child) => compileRows(child, scope)));
    case "not":
      return notOf(compileRows(query.child, scope));
    default:
      if (isFieldLeaf(query)) return fieldCondition(query, scope.log, scope.logs);
      return rowCondition(query, scope);
  }
}

/** A log without the columns is asked through its flows in `conn`. */
function rowCondition(leaf: PacketLeaf, { log, logs }: RowScope): SqlCondition {
  const own = flowCondition(leaf, log);
  if (own !== undefined) return own;
  const conn = logs.find((one) => one.name === "conn");
  const there = conn && conn.name !== log.name ? flowCondition(leaf, conn) : undefined;
  return conn !== undefined && there !== undefined ? inOtherLog(log, conn, there) : NEVER;
}

/** The leaf over the log's own columns; undefined when it does not have them. */
export function flowCondition(leaf: PacketLeaf, log: LogSchema): SqlCondition | undefined {
  switch (leaf.op) {
    case "address": {
      if (!hasField(log, "id.orig_h")) return undefined;
      const originator = inNetwork("id.orig_h", leaf.network);
      const responder = inNetwork("id.resp_h", leaf.network);
      if (leaf.side === "any") return anyOf([originator, responder]);
      return leaf.side === "src" ? originator : responder;
    }
    case "port": {
      if (!hasField(log, "id.orig_p")) return undefined;
      const transports = anyOf([
        protocolCondition(6, log) ?? ALWAYS,
        protocolCondition(17, log) ?? ALWAYS,
      ]);
      const originator = inPorts("id_orig_p", leaf.first, leaf.last);
      const responder = inPorts("id_resp_p", leaf.first, leaf.last);
      if (leaf.side === "any") return allOf([transports, anyOf([originator, responder])]);
      return allOf([transports, leaf.side === "src" ? originator : responder]);
    }
    case "protocol":
      return protocolCondition(leaf.number, log);
    case "vlan": {
      if (!hasField(log, "vlan")) return undefined;
      const columns = ["vlan", "inner_vlan"].filter((name) => hasField(log, name));
      return vlanCondition(leaf.id, columns);
    }
    case "after":
      return timeCondition(">=", toNanoseconds(leaf.time), log);
    case "before":
      return timeCondition("<=", toNanoseconds(leaf.time), log);
  }
}

/** `>=` looks at a row's end, `<=` at its beginning. */
export function timeCondition(
  comparison: ">=" | "<=",
  nanoseconds: bigint,
  log: LogSchema,
): SqlCondition | undefined {
  if (!hasField(log, "ts")) return undefined;
  return sql(`${comparison === ">=" ? endOf(log) : '"ts"'} ${comparison} ?::BIGINT`, nanoseconds);
}

/** The SQL for the moment a row ends: its own time where it has no duration. */
export function endOf(log: LogSchema): string {
  return hasField(log, "duration") ? '("ts" + coalesce("duration", 0))' : '"ts"';
}

/** The IP protocol by number where the log has it, else by the transport's name. */
export function protocolCondition(number: number, log: LogSchema): SqlCondition | undefined {
  if (hasField(log, "ip_proto")) return sql('"ip_proto" = ?::UTINYINT', number);
  const transport = log.fields.find((field) => field.name === "proto" && field.kind === "enum");
  if (transport === undefined) return undefined;
  const name = transportName(number);
  const index = transport.values?.indexOf(name) ?? -1;
  const column = identifier(columnsOf(transport)[0]!.name);
  return index < 0 ? NEVER : sql(`${column} = ?::UTINYINT`, index);
}

/** Zeek's name of a transport; both versions of ICMP are one to it. */
function transportName(number: number): string {
  if (number === 6) return "tcp";
  if (number === 17) return "udp";
  return number === 1 || number === 58 ? "icmp" : "unknown_transport";
}

function vlanCondition(id: number | undefined, columns: readonly string[]): SqlCondition {
  return anyOf(
    columns.map((column) =>
      id === undefined
        ? sql(`${identifier(column)} IS NOT NULL`)
        : sql(`${identifier(column)} = ?::USMALLINT`, id),
    ),
  );
}

function inPorts(column: string, first: number, last: number): SqlCondition {
  if (first === last) return sql(`${identifier(column)} = ?::USMALLINT`, first);
  return sql(`(${identifier(column)} BETWEEN ?::USMALLINT AND ?::USMALLINT)`, first, last);
}

function hasField(log: LogSchema, name: string): boolean {
  return log.fields.some((field) => field.name === name);
}
