import type { Limit } from "../../base/index.ts";

/** Stands for the command that the server's greeting answers. */
const GREETING = ">";

/** Commands that wait for their replies: clients send several at once (RFC 2920). */
export class ReplyQueue {
  /** The command that the reply at hand belongs to; empty when nobody knows. */
  replied = "";
  readonly #limit: Limit;
  #first: string | undefined = GREETING;
  #waiting: string[] = [];

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** False when so many wait that all but the first were forgotten. */
  add(command: string): boolean {
    if (this.#first === undefined) {
      this.#first = command;
      return true;
    }
    const isFull = this.#waiting.length >= this.#limit.maximum;
    if (isFull) {
      this.#limit.reached++;
      this.#waiting = [];
    }
    this.#waiting.push(command);
    return !isFull;
  }

  /** A reply begins: takes the command that it answers. */
  take(): string {
    this.replied = this.#first ?? "";
    this.#first = this.#waiting.shift();
    return this.replied;
  }

  /** Bytes are missing: what is answered cannot be told. */
  clear(): void {
    this.#first = undefined;
    this.#waiting = [];
    this.replied = "";
  }
}
