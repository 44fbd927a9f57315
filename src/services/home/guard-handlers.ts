import {
  type BytesAnswer,
  type Handlers,
  type Operation,
  type OperationName,
  operations,
} from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import { type Authority, coversCase } from "../../core/custody/index.ts";
import type { People } from "./people/index.ts";

type Input = Readonly<Record<string, unknown>>;
type Bytes = BytesAnswer<unknown>;
type Call = (input: Input, context: unknown) => unknown;

/** What an answer says of an id that is nobody's, or that is of a case beyond the authority. */
const UNKNOWN =
  /^home\/unknown-(?:case|connection|segment|capture|object|attachment|note|packet|saved-query|share)$/;
/** What names the thing that was asked for, the most particular first. */
const NAMES = [
  "fuid",
  "uid",
  "segment",
  "attachment",
  "note",
  "saved",
  "share",
  "case",
  "q",
] as const;

/**
 * The same handlers, each asked only by whoever may: without the operation's permission nothing is
 * called, and whatever of others is asked for by its id or case is refused on record.
 */
export function guardHandlers(people: People, authority: Authority, handlers: Handlers): Handlers {
  const names = Object.keys(operations) as OperationName[];
  return Object.fromEntries(
    names.map((name) => {
      const call = handlers[name] as Call;
      const guard = new Guard(people, authority, name);
      const isLines = operations[name].answer === "ndjson";
      return [name, isLines ? guard.lines(call) : guard.answer(call)];
    }),
  ) as unknown as Handlers;
}

class Guard {
  readonly #people: People;
  readonly #authority: Authority;
  readonly #name: OperationName;

  constructor(people: People, authority: Authority, name: OperationName) {
    this.#people = people;
    this.#authority = authority;
    this.#name = name;
  }

  answer(call: Call): Call {
    return async (input, context) => {
      await this.#open(input);
      try {
        const value = await call(input, context);
        const isBytes = operations[this.#name].answer === "bytes";
        return isBytes
          ? { ...(value as Bytes), bytes: this.#watched((value as Bytes).bytes) }
          : value;
      } catch (error) {
        throw await this.#recorded(error, input);
      }
    };
  }

  lines(call: Call): Call {
    const open = (input: Input) => this.#open(input);
    const watched = (values: AsyncIterable<unknown>) => this.#watched(values);
    const recorded = (error: unknown, input: Input) => this.#recorded(error, input);
    return async function* (input, context) {
      await open(input);
      try {
        yield* watched(call(input, context) as AsyncIterable<unknown>);
      } catch (error) {
        throw await recorded(error, input);
      }
    };
  }

  /** The same pieces until the authority they were asked under is changed or ends. */
  async *#watched<T>(values: AsyncIterable<T>): AsyncGenerator<T> {
    const stands = this.#people.watch(this.#authority);
    for await (const value of values) {
      if (!stands()) {
        throw new HoldfastError("access/denied", "what you may do has changed meanwhile", {
          remedy: "log in again",
        });
      }
      yield value;
    }
  }

  async #open(input: Input): Promise<void> {
    const operation: Operation = operations[this.#name];
    await this.#people.assertMay(this.#authority, this.#name, operation.needs);
    for (const [field, needs] of Object.entries(operation.needsWith ?? {})) {
      if (input[field] === true)
        await this.#people.assertMay(this.#authority, `${this.#name} with ${field}`, needs);
    }
    const name = input["case"];
    if (typeof name !== "string" || coversCase(this.#authority, name)) return;
    // Whether there is such a case is not looked at: the answer cannot tell.
    const unknown = new HoldfastError("home/unknown-case", `there is no case ${name}`);
    throw await this.#recorded(unknown, { case: name });
  }

  /** The error, after a miss of somebody whose cases are limited is on record. */
  async #recorded(error: unknown, input: Input): Promise<unknown> {
    if (this.#authority.cases === "*") return error;
    if (!(error instanceof HoldfastError) || !UNKNOWN.test(error.code)) return error;
    const named = NAMES.find((name) => typeof input[name] === "string");
    const about = named === undefined ? "" : String(input[named]);
    const reason = "not within their cases";
    await this.#people.deny(this.#authority, { operation: this.#name, about, reason });
    return error;
  }
}
