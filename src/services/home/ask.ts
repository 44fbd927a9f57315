import { HoldfastError, parseUid } from "../../core/base/index.ts";
import { parseQuery, type QueryNode } from "../../core/query/index.ts";
import type { Scope } from "../index/index.ts";
import { coverageOf } from "./coverage.ts";
import type { Home } from "./home.ts";

export interface Question {
  readonly q: string;
  readonly case?: string | undefined;
  readonly log?: string | undefined;
  readonly relativeTo: "now" | "end";
}

/** A query as read, and where it is to be put. */
export interface Ask {
  readonly query: QueryNode;
  readonly scope: Scope;
  readonly text: string;
}

/** A query that does not read, with the column a person should look at. */
export class QueryError extends HoldfastError {
  readonly column: number;
  readonly length: number;
  readonly hint: string | null;

  constructor(error: {
    message: string;
    column: number;
    length: number;
    hint?: string | undefined;
  }) {
    super(
      "query/bad-query",
      `${error.message} (column ${error.column})`,
      error.hint ? { remedy: error.hint } : {},
    );
    this.column = error.column;
    this.length = error.length;
    this.hint = error.hint ?? null;
  }
}

/** Reads a question's text; relative times count from the clock or from the end of what was recorded. */
export function readQuestion(home: Home, question: Question, nowMs: number): Ask {
  const scope = question.case === undefined ? {} : { case: question.case };
  // The contract: empty matches everything. To the parser an empty text is a condition missing.
  if (question.q.trim() === "")
    return { query: { op: "and", children: [] }, scope, text: question.q };
  const now = question.relativeTo === "end" ? endOfRecord(home, question.case) : undefined;
  const parsed = parseQuery(question.q, {
    logs: home.index.logs,
    asked: question.log,
    now: now ?? { seconds: Math.floor(nowMs / 1000), nanoseconds: (nowMs % 1000) * 1e6 },
  });
  if (parsed.status !== "ok") throw new QueryError(parsed.error);
  return { query: parsed.query, scope, text: question.q };
}

export function readUid(text: string): bigint {
  const uid = parseUid(text);
  if (uid !== undefined) return uid;
  throw new HoldfastError("home/unknown-connection", `"${text}" is not a connection's uid`, {
    remedy: "a uid looks like C2Yq5vXo1ab; see the uid column of holdfast query",
  });
}

function endOfRecord(
  home: Home,
  caseName: string | undefined,
): { seconds: number; nanoseconds: number } | undefined {
  const end = coverageOf(home.projection, caseName, false).to_ns;
  if (end === null) return undefined;
  const ns = BigInt(end);
  return { seconds: Number(ns / 1_000_000_000n), nanoseconds: Number(ns % 1_000_000_000n) };
}
