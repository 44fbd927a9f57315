/**
 * The result of every parser in `core`: malformed traffic is a value, never an exception.
 * `neededBytes` is how many more bytes would let the parser go on; `offset` is where the fault lies.
 */
export type Parsed<T> =
  | { readonly status: "ok"; readonly value: T; readonly consumed: number }
  | { readonly status: "incomplete"; readonly neededBytes: number }
  | { readonly status: "malformed"; readonly reason: string; readonly offset: number };

export function ok<T>(value: T, consumed: number): Parsed<T> {
  return { status: "ok", value, consumed };
}

export function incomplete<T>(neededBytes: number): Parsed<T> {
  return { status: "incomplete", neededBytes };
}

export function malformed<T>(reason: string, offset: number): Parsed<T> {
  return { status: "malformed", reason, offset };
}
