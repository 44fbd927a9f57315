import { type Column, columnsOfLog, type LogSchema } from "../../../core/events/index.ts";

const SQL_TYPES: Record<Column["type"], string> = {
  u8: "UTINYINT",
  u16: "USMALLINT",
  u32: "UINTEGER",
  u64: "UBIGINT",
  i64: "BIGINT",
  dict: "UINTEGER",
  text: "VARCHAR",
  bytes: "BLOB",
};

/**
 * Every table of a partition begins with the segment's number, which `segments` names. Columns are quoted:
 * Zeek's logs have fields called `from` and `to`.
 */
export function createTables(catalog: string, logs: readonly LogSchema[]): string[] {
  const statements = [
    `CREATE TABLE IF NOT EXISTS ${catalog}.segments(number UINTEGER PRIMARY KEY, segment VARCHAR, capture VARCHAR, complete BOOLEAN)`,
    `CREATE TABLE IF NOT EXISTS ${catalog}.dictionary(number UINTEGER, text VARCHAR)`,
  ];
  for (const log of logs) {
    const columns = columnsOfLog(log).map((c) => `"${c.name}" ${SQL_TYPES[c.type]}`);
    statements.push(
      `CREATE TABLE IF NOT EXISTS ${catalog}.${log.name}(segment UINTEGER, ${columns.join(", ")})`,
    );
  }
  return statements;
}

/** A word that changes whenever the tables would: an index of another shape is rebuilt, not migrated. */
export function tablesShape(logs: readonly LogSchema[]): string {
  return createTables("x", logs).join(";");
}
