import { columnsOf, type Field, type LogSchema } from "../events/index.ts";
import type { AddressWords, Network } from "../packet/index.ts";
import type { FieldLeaf, QueryValue } from "./query-tree.ts";
import { allOf, anyOf, identifier, NEVER, notOf, type SqlCondition, sql } from "./sql-condition.ts";

const SQL_TYPES: Readonly<Record<string, readonly [name: string, maximum: bigint]>> = {
  u8: ["UTINYINT", 255n],
  u16: ["USMALLINT", 65_535n],
  u32: ["UINTEGER", 4_294_967_295n],
};

/**
 * A field's condition for rows of a log; a leaf about another log holds of the rows whose flow has
 * such a row there, by uid.
 */
export function fieldCondition(
  leaf: FieldLeaf,
  log: LogSchema,
  logs: readonly LogSchema[],
): SqlCondition {
  const { log: wanted, name } = leaf.field;
  const own = log.fields.find((field) => field.name === name);
  if (own !== undefined && (wanted === undefined || wanted === log.name)) {
    return ownFieldCondition(leaf, own);
  }
  const others = logs.filter((one) => one.name !== log.name && (wanted ?? one.name) === one.name);
  return anyOf(
    others.map((other) => {
      const field = other.fields.find((one) => one.name === name);
      return field === undefined ? NEVER : inOtherLog(log, other, ownFieldCondition(leaf, field));
    }),
  );
}

/** True for the rows whose flow has a row in another log that meets the condition. */
export function inOtherLog(
  log: LogSchema,
  other: LogSchema,
  condition: SqlCondition,
): SqlCondition {
  if (!hasUid(log) || !hasUid(other) || condition.text === NEVER.text) return NEVER;
  const from = `SELECT "uid" FROM ${identifier(other.name)} WHERE ${condition.text}`;
  return sql(`"uid" IN (${from})`, ...condition.parameters);
}

function hasUid(log: LogSchema): boolean {
  return log.fields.some((field) => field.name === "uid" && field.kind === "uid");
}

function ownFieldCondition(leaf: FieldLeaf, field: Field): SqlCondition {
  const column = identifier(columnsOf(field)[0]!.name);
  switch (leaf.op) {
    case "exists": {
      const isSet = sql(`${column} IS NOT NULL`);
      return field.kind === "enumSet" ? allOf([isSet, sql(`${column} <> 0`)]) : isSet;
    }
    case "compare": {
      if (leaf.comparison !== "!=") return compare(field, leaf.comparison, leaf.value);
      const isSet = sql(`${column} IS NOT NULL`);
      return allOf([isSet, notOf(compare(field, "==", leaf.value))]);
    }
    case "in":
      return anyOf(
        leaf.items.map(({ first, last }) =>
          last === undefined
            ? compare(field, "==", first)
            : allOf([compare(field, ">=", first), compare(field, "<=", last)]),
        ),
      );
    case "matches":
      return matches(field, leaf.style === "glob" ? globToRegex(leaf.pattern) : leaf.pattern);
  }
}

/** `comparison` is one of == < <= > >=. */
function compare(field: Field, comparison: string, value: QueryValue): SqlCondition {
  const { type } = columnsOf(field)[0]!;
  const column = identifier(columnsOf(field)[0]!.name);
  const operator = comparison === "==" ? "=" : comparison;
  switch (value.kind) {
    case "number": {
      const [narrow, maximum] = SQL_TYPES[type] ?? ["UBIGINT", value.value];
      return sql(
        `${column} ${operator} ?::${value.value <= maximum ? narrow : "UBIGINT"}`,
        value.value,
      );
    }
    case "decimal":
      return sql(`${column} ${operator} ?::BIGINT`, value.billionths);
    case "duration":
      return sql(`${column} ${operator} ?::BIGINT`, value.nanoseconds);
    case "time":
      return sql(`${column} ${operator} ?::BIGINT`, toNanoseconds(value.time));
    case "network":
      return inNetwork(field.name, value.network);
    case "bool":
      return sql(`${column} = ?::UTINYINT`, value.value ? 1 : 0);
    case "uid":
    case "communityId":
      return sql(`${column} = ?::UBIGINT`, value.value);
    case "text":
      return equalsText(field, column, value.value);
  }
}

function equalsText(field: Field, column: string, text: string): SqlCondition {
  switch (field.kind) {
    case "enum": {
      const number = field.values?.indexOf(text) ?? -1;
      return number < 0 ? NEVER : sql(`${column} = ?::UTINYINT`, number);
    }
    case "enumSet": {
      const number = field.values?.indexOf(text) ?? -1;
      return number < 0 ? NEVER : sql(`(${column} & ?::UBIGINT) <> 0`, 1n << BigInt(number));
    }
    case "dict":
      return sql(`${column} IN (SELECT number FROM dictionary WHERE text = ?)`, text);
    case "list":
      return sql(`list_contains(string_split(${column}, chr(31)), ?)`, text);
    default:
      return sql(`${column} = ?`, text);
  }
}

function matches(field: Field, pattern: string): SqlCondition {
  const column = identifier(columnsOf(field)[0]!.name);
  if (field.kind === "enum") {
    const regex = compileRegex(pattern);
    const numbers = (field.values ?? []).flatMap((name, n) => (regex?.test(name) ? [n] : []));
    return anyOf(numbers.map((number) => sql(`${column} = ?::UTINYINT`, number)));
  }
  if (field.kind === "dict") {
    const numbers = "SELECT number FROM dictionary WHERE regexp_matches(text, ?)";
    return sql(`${column} IN (${numbers})`, pattern);
  }
  if (field.kind === "list") {
    const items = `string_split(${column}, chr(31))`;
    return sql(`len(list_filter(${items}, item -> regexp_matches(item, ?))) > 0`, pattern);
  }
  return sql(`regexp_matches(${column}, ?)`, pattern);
}

function compileRegex(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "u");
  } catch {
    // The parser has refused such patterns already; a tree made by hand just matches nothing.
    return undefined;
  }
}

function globToRegex(glob: string): string {
  const body = glob
    .replace(/[.+^${}()|[\]\\/]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return `^${body}$`;
}

/** An address field lies in a network: a range over its two columns, which DuckDB prunes by. */
export function inNetwork(fieldName: string, network: Network): SqlCondition {
  const name = fieldName.replaceAll(".", "_");
  const [high, low] = [identifier(`${name}_hi`), identifier(`${name}_lo`)];
  const { words, prefixBits } = network;
  const [firstHigh, firstLow] = halves(words);
  if (prefixBits === 128) {
    return sql(`(${high} = ?::UBIGINT AND ${low} = ?::UBIGINT)`, firstHigh, firstLow);
  }
  if (prefixBits >= 64) {
    const lastLow = firstLow | ((1n << BigInt(128 - prefixBits)) - 1n);
    const text = `(${high} = ?::UBIGINT AND ${low} BETWEEN ?::UBIGINT AND ?::UBIGINT)`;
    return sql(text, firstHigh, firstLow, lastLow);
  }
  const lastHigh = firstHigh | ((1n << BigInt(64 - prefixBits)) - 1n);
  return sql(`(${high} BETWEEN ?::UBIGINT AND ?::UBIGINT)`, firstHigh, lastHigh);
}

function halves(words: AddressWords): [high: bigint, low: bigint] {
  return [
    (BigInt(words[0]) << 32n) | BigInt(words[1]),
    (BigInt(words[2]) << 32n) | BigInt(words[3]),
  ];
}

/** A time as the index stores it. */
export function toNanoseconds(time: { seconds: number; nanoseconds: number }): bigint {
  return BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds);
}
