import { schemasByName } from "../../../core/analyzers/index.ts";
import type { QueryNode } from "../../../core/query/index.ts";
import { compileRows, parseQuery } from "../../../core/query/index.ts";
import type { Group, IndexStore, Row, Scope } from "../../index/index.ts";

/** Something that a person may want to look at first. */
export interface Finding {
  readonly kind: "notice" | "upload" | "scan" | "long-connection" | "program" | "burst" | "damage";
  /** What was seen, in one sentence. */
  readonly text: string;
  /** Log and query that show it. */
  readonly log: string;
  readonly query: string;
  /** The one connection that it is about, if it is one. */
  readonly uid: string | null;
  readonly count: number;
}

/** The question that findings are looked for in, put to the index log by log. */
export interface Asking {
  rows(
    log: string,
    query: string,
    more?: { readonly orderBy?: string; readonly limit?: number },
  ): Promise<Row[]>;
  groups(
    log: string,
    query: string,
    by: readonly string[],
    limit: number,
  ): Promise<{ groups: readonly Group[]; total: number }>;
}

/** Asks the index about rows that match the person's question and a finder's own. */
export function askingOf(
  index: IndexStore,
  { query, scope }: { readonly query: QueryNode; readonly scope: Scope },
  signal: AbortSignal,
): Asking {
  const where = (name: string, text: string) => {
    const log = schemasByName.get(name)!;
    const now = { seconds: 0, nanoseconds: 0 };
    const parsed =
      text === "" ? undefined : parseQuery(text, { logs: index.logs, asked: name, now });
    if (parsed?.status === "error") throw new Error(`${text}: ${parsed.error.message}`);
    const children = parsed?.status === "ok" ? [query, parsed.query] : [query];
    const condition = compileRows({ op: "and", children }, { log, logs: index.logs });
    return { scope, log: name, condition };
  };
  return {
    rows: (log, text, { orderBy, limit = 1 } = {}) => {
      const order = orderBy === undefined ? {} : { orderBy, descending: true };
      return index.rows({ ...where(log, text), ...order, limit, offset: 0 }, signal);
    },
    groups: (log, text, by, limit) =>
      index.groups({ ...where(log, text), by, measure: "rows", limit }, signal),
  };
}

/** `1 thing`, or `2,000 things`. */
export function amount(n: number, noun: string, plural = `${noun}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? noun : plural}`;
}

export function durationText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(seconds < 36_000 ? 1 : 0)} h`;
}
