import { QUERY_CHARACTERS_MAX, type QueryError } from "./query-tree.ts";

export interface Token {
  readonly kind: "word" | "string" | "operator" | "punctuation" | "end";
  readonly text: string;
  /** Counted from 1. */
  readonly column: number;
  readonly length: number;
}

const OPERATORS = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "~", "=", "!", "?"];
const PUNCTUATION = "(){},";
/** Addresses, times, globs, ranges and base64 are single words. */
const WORD = /[A-Za-z0-9_.:/+\-*%@$[\]]/;

/** Splits a query into tokens; the last is always `end`. */
export function tokenize(
  text: string,
):
  | { readonly status: "ok"; readonly tokens: Token[] }
  | { readonly status: "error"; readonly error: QueryError } {
  if (text.length > QUERY_CHARACTERS_MAX) {
    return fail(
      `the query is longer than ${QUERY_CHARACTERS_MAX} characters`,
      [0, 1],
      "ask for less at once",
    );
  }
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    const token = readToken(text, at);
    if (token === undefined) {
      if (character === '"') {
        return fail("the text is not closed", [at, text.length - at], 'close it with "');
      }
      return fail(`"${character}" means nothing here`, [at, 1], 'put text between quotes: "…"');
    }
    tokens.push(token);
    at += token.length;
  }
  tokens.push({ kind: "end", text: "", column: text.length + 1, length: 0 });
  return { status: "ok", tokens };
}

function readToken(text: string, at: number): Token | undefined {
  const column = at + 1;
  const character = text[at]!;
  if (character === '"') return readString(text, at);
  if (PUNCTUATION.includes(character)) {
    return { kind: "punctuation", text: character, column, length: 1 };
  }
  const operator = OPERATORS.find((one) => text.startsWith(one, at));
  if (operator !== undefined) {
    return { kind: "operator", text: operator, column, length: operator.length };
  }
  let end = at;
  while (end < text.length && WORD.test(text[end]!)) end++;
  if (end === at) return undefined;
  return { kind: "word", text: text.slice(at, end), column, length: end - at };
}

/** Between quotes a backslash only guards a quote or itself, so that patterns need no doubling. */
function readString(text: string, at: number): Token | undefined {
  let value = "";
  for (let n = at + 1; n < text.length; n++) {
    const character = text[n]!;
    if (character === '"') {
      return { kind: "string", text: value, column: at + 1, length: n + 1 - at };
    }
    const next = text[n + 1];
    if (character === "\\" && (next === '"' || next === "\\")) {
      value += next;
      n++;
    } else {
      value += character;
    }
  }
  return undefined;
}

function fail(message: string, [at, length]: readonly [number, number], hint: string) {
  return { status: "error", error: { message, column: at + 1, length, hint } } as const;
}
