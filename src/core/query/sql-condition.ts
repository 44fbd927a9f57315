export type SqlParameter = bigint | number | string;

/** A boolean SQL expression; every value is bound in order at a `?`, none is spliced into the text. */
export interface SqlCondition {
  readonly text: string;
  readonly parameters: readonly SqlParameter[];
}

export const ALWAYS: SqlCondition = { text: "true", parameters: [] };
export const NEVER: SqlCondition = { text: "false", parameters: [] };

export function sql(text: string, ...parameters: readonly SqlParameter[]): SqlCondition {
  return { text, parameters };
}

export function allOf(conditions: readonly SqlCondition[]): SqlCondition {
  if (conditions.some((one) => one.text === NEVER.text)) return NEVER;
  return join(
    conditions.filter((one) => one.text !== ALWAYS.text),
    " AND ",
    ALWAYS,
  );
}

export function anyOf(conditions: readonly SqlCondition[]): SqlCondition {
  if (conditions.some((one) => one.text === ALWAYS.text)) return ALWAYS;
  return join(
    conditions.filter((one) => one.text !== NEVER.text),
    " OR ",
    NEVER,
  );
}

/**
 * The opposite, where null counts as false: an unset field satisfies no comparison. Only here and in
 * `known` is null made false: around every comparison it would keep DuckDB from pruning by them, and
 * below `AND` and `OR` alone null selects what false selects.
 */
export function notOf(condition: SqlCondition): SqlCondition {
  if (condition.text === ALWAYS.text) return NEVER;
  if (condition.text === NEVER.text) return ALWAYS;
  return { text: `(NOT coalesce(${condition.text}, false))`, parameters: condition.parameters };
}

/** The same as a value to select: true or false, never null. */
export function known(condition: SqlCondition): SqlCondition {
  if (condition.text === ALWAYS.text || condition.text === NEVER.text) return condition;
  return { text: `coalesce(${condition.text}, false)`, parameters: condition.parameters };
}

/** An identifier in quotes; names come from schemas only. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function join(
  conditions: readonly SqlCondition[],
  separator: string,
  empty: SqlCondition,
): SqlCondition {
  const [first] = conditions;
  if (first === undefined) return empty;
  if (conditions.length === 1) return first;
  return {
    text: `(${conditions.map((one) => one.text).join(separator)})`,
    parameters: conditions.flatMap((one) => one.parameters),
  };
}
