import type { z } from "zod";
import type { Actor } from "../core/custody/index.ts";
import type { Operation } from "./operation.ts";
import type { Operations } from "./operations.ts";

/** Who asks, until when, and what came in the request's body. */
export interface CallContext {
  readonly actor: Actor;
  readonly signal: AbortSignal;
  readonly body?: AsyncIterable<Uint8Array>;
}

/** A `bytes` answer: the facts are complete before the first byte. */
export interface BytesAnswer<Facts> {
  readonly facts: Facts;
  readonly bytes: AsyncIterable<Uint8Array>;
}

type AnswerOf<T> =
  T extends Operation<z.ZodType, infer O, infer A>
    ? A extends "json"
      ? Promise<z.output<O>>
      : A extends "ndjson"
        ? AsyncIterable<z.output<O>>
        : Promise<BytesAnswer<z.output<O>>>
    : never;

type InputTo<T> = T extends Operation<infer I, z.ZodType> ? z.output<I> : never;

/**
 * What answers the operations: a home opened in this process, or a client of one that runs. Input is
 * validated before it comes here; failures are `HoldfastError`s.
 */
export type Handlers = {
  readonly [K in keyof Operations]: (
    input: InputTo<Operations[K]>,
    context: CallContext,
  ) => AnswerOf<Operations[K]>;
};
