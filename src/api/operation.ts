import type { z } from "zod";
import type { Permission } from "../core/custody/index.ts";

/**
 * One thing a client may ask of a home: the same contract for page, program and command line. The
 * server makes a route of it, the command line a call, openapi.json a path.
 */
export interface Operation<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Answer extends "json" | "ndjson" | "bytes" = "json" | "ndjson" | "bytes",
> {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** What whoever asks must be allowed; of which cases is decided where they are read. */
  readonly needs: Permission;
  /** What must be allowed besides where an input of that name is true. */
  readonly needsWith?: Readonly<Record<string, Permission>>;
  readonly summary: string;
  readonly input: Input;
  /** The answer, or with `ndjson` each line of it; with `bytes` the `Holdfast-Facts` header. */
  readonly output: Output;
  readonly answer: Answer;
  /** Media type of a `bytes` answer. */
  readonly mediaType?: string;
  /** The request's body is a file, and `input` comes in the address. */
  readonly takesBody?: boolean;
}

export function operation<
  I extends z.ZodType,
  O extends z.ZodType,
  A extends "json" | "ndjson" | "bytes",
>(value: Operation<I, O, A>): Operation<I, O, A> {
  return value;
}

export type InputOf<T> = T extends Operation<infer I, z.ZodType> ? z.input<I> : never;
export type ParsedInputOf<T> = T extends Operation<infer I, z.ZodType> ? z.output<I> : never;
export type OutputOf<T> = T extends Operation<z.ZodType, infer O> ? z.output<O> : never;
