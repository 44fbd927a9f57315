export { compileRows, type RowScope } from "./flow-sql.ts";
export { formatQuery } from "./format-query.ts";
export { compilePackets, type PacketPlan } from "./packet-plan.ts";
export { parseQuery, type QueryScope } from "./parse-query.ts";
export { type HelpCandidate, queryHelp } from "./query-help.ts";
export type {
  FieldReference,
  QueryError,
  QueryNode,
  QueryResult,
  QueryTime,
} from "./query-tree.ts";
export type { SqlCondition, SqlParameter } from "./sql-condition.ts";
