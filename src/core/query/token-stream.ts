import type { QueryError } from "./query-tree.ts";
import type { Token } from "./tokens.ts";

/** An error on its way out of the parser. */
export interface QueryFault {
  readonly error: QueryError;
}

const FIELD_OPERATORS: ReadonlySet<string> = new Set([
  "==",
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "~",
  "?",
]);

/** The tokens of a query and the place the parser has reached. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    return this.#tokens[this.#at]!;
  }

  /** The token here, stepping past it; `end` is never passed. */
  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** True when the word here is followed by an operator that only a field can have. */
  isFieldAhead(): boolean {
    const after = this.#tokens[this.#at + 1];
    if (after === undefined) return false;
    if (after.kind === "operator") return FIELD_OPERATORS.has(after.text);
    return after.kind === "word" && after.text === "in";
  }

  fault(message: string, hint: string): QueryFault {
    return this.faultAt(this.peek(), message, hint);
  }

  faultAt(token: Token, message: string, hint: string): QueryFault {
    const { column, length } = token;
    return { error: { message, column, length: Math.max(1, length), hint } };
  }
}
