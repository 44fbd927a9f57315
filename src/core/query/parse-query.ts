import type { LogSchema } from "../events/index.ts";
import { nearest } from "./fields.ts";
import { formatQuery } from "./format-query.ts";
import { parseFieldTest } from "./parse-field-test.ts";
import { isPrimitive, PRIMITIVES, parsePrimitive } from "./parse-primitive.ts";
import {
  QUERY_DEPTH_MAX,
  QUERY_LEAVES_MAX,
  type QueryNode,
  type QueryResult,
  type QueryTime,
} from "./query-tree.ts";
import { type QueryFault, TokenStream } from "./token-stream.ts";
import { type Token, tokenize } from "./tokens.ts";

/** What a query is read against: the logs whose fields may be named, and the moment "now". */
export interface QueryScope {
  readonly logs: readonly LogSchema[];
  /** The log that rows are asked of: a short name that others have too means its field. */
  readonly asked?: string | undefined;
  readonly now: QueryTime;
}

type Parsed = QueryNode | QueryFault;

/** Reads a query; never throws, and an error says where it is and what would be right. */
export function parseQuery(text: string, scope: QueryScope): QueryResult {
  const split = tokenize(text);
  if (split.status === "error") return split;
  const stream = new TokenStream(split.tokens);
  if (stream.peek().kind === "end") {
    return {
      status: "error",
      error: stream.fault("the query is empty", "try host 10.0.0.1").error,
    };
  }
  // What is no log to a person cannot be named either, nor make a short name ambiguous.
  const logs = scope.logs.filter((log) => log.shown);
  const parser = new QueryParser(stream, { ...scope, logs });
  const node = parser.sequence(0);
  if ("error" in node) return { status: "error", error: node.error };
  const rest = stream.peek();
  if (rest.kind !== "end") {
    const isClose = rest.text === ")";
    const message = isClose
      ? "nothing is open to be closed here"
      : "two conditions without a word between";
    const hint = isClose ? "take the ) away" : `write and or or before "${rest.text}"`;
    return { status: "error", error: stream.fault(message, hint).error };
  }
  return { status: "ok", query: node };
}

class QueryParser {
  readonly #stream: TokenStream;
  readonly #scope: QueryScope;
  #leaves = 0;

  constructor(stream: TokenStream, scope: QueryScope) {
    this.#stream = stream;
    this.#scope = scope;
  }

  /** Conditions joined by and, or by or, never by both. */
  sequence(depth: number): Parsed {
    const nodes: QueryNode[] = [];
    const joins: { readonly op: "and" | "or"; readonly token: Token }[] = [];
    for (;;) {
      const node = this.#condition(depth);
      if ("error" in node) return node;
      nodes.push(node);
      const token = this.#stream.peek();
      const op = joinOf(token);
      if (op === undefined) break;
      joins.push({ op, token });
      this.#stream.next();
    }
    const [first] = joins;
    if (first === undefined) return nodes[0]!;
    const odd = joins.find((join) => join.op !== first.op);
    if (odd === undefined) return { op: first.op, children: nodes };
    const ops = joins.map((join) => join.op);
    const readings = (["and", "or"] as const).map((tight) => formatQuery(group(nodes, ops, tight)));
    return this.#stream.faultAt(
      odd.token,
      "and and or are mixed, which can be read in two ways",
      `write ${readings.join("  or  ")}`,
    );
  }

  #condition(depth: number): Parsed {
    const stream = this.#stream;
    if (depth > QUERY_DEPTH_MAX) {
      return stream.fault(`the query is nested deeper than ${QUERY_DEPTH_MAX}`, "make it simpler");
    }
    const token = stream.peek();
    if (token.kind === "word" && token.text === "not" && !stream.isFieldAhead()) {
      stream.next();
      return negated(this.#condition(depth + 1));
    }
    if (token.kind === "operator" && token.text === "!") {
      stream.next();
      return negated(this.#condition(depth + 1));
    }
    if (token.kind === "punctuation" && token.text === "(") {
      stream.next();
      const inner = this.sequence(depth + 1);
      if ("error" in inner) return inner;
      if (stream.peek().text !== ")") {
        return stream.fault(
          "a parenthesis is not closed",
          `close the ( of column ${token.column} with )`,
        );
      }
      stream.next();
      return inner;
    }
    if (++this.#leaves > QUERY_LEAVES_MAX) {
      return stream.fault(`more than ${QUERY_LEAVES_MAX} conditions`, "use in {…} for many values");
    }
    return this.#leaf(token);
  }

  #leaf(token: Token): Parsed {
    const stream = this.#stream;
    if (token.kind !== "word") {
      return stream.fault("a condition is missing here", "write for example host 10.0.0.1");
    }
    if (isPrimitive(token.text) && !stream.isFieldAhead()) {
      return parsePrimitive(stream, this.#scope.now);
    }
    const isFieldTest = token.text === "has" || stream.isFieldAhead() || token.text.includes(".");
    const meant = isFieldTest ? undefined : nearest(token.text, PRIMITIVES);
    if (meant !== undefined) {
      return stream.fault(
        `"${token.text}" is not a word of the query language`,
        `did you mean ${meant}?`,
      );
    }
    return parseFieldTest(stream, this.#scope);
  }
}

function joinOf(token: Token): "and" | "or" | undefined {
  if (token.kind === "string") return undefined;
  if (token.text === "and" || token.text === "&&") return "and";
  return token.text === "or" || token.text === "||" ? "or" : undefined;
}

function negated(node: Parsed): Parsed {
  return "error" in node ? node : { op: "not", child: node };
}

/** The reading in which one of the two words binds tighter. */
function group(
  nodes: readonly QueryNode[],
  ops: readonly ("and" | "or")[],
  tight: "and" | "or",
): QueryNode {
  const groups: QueryNode[][] = [[nodes[0]!]];
  ops.forEach((op, n) => {
    const node = nodes[n + 1]!;
    if (op === tight) groups.at(-1)!.push(node);
    else groups.push([node]);
  });
  const children = groups.map(
    (members): QueryNode => (members.length === 1 ? members[0]! : { op: tight, children: members }),
  );
  return { op: tight === "and" ? "or" : "and", children };
}
