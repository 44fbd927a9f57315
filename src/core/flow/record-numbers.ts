import type { Limit } from "../base/index.ts";

/**
 * Numbers for what few flows need and keep beside their own record, from 1 up; those given back are
 * taken first. 0 stands for none, and for a limit that is reached.
 */
export class RecordNumbers {
  readonly #limit: Limit;
  readonly #free: number[] = [];
  #used = 1;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  take(): number {
    const number = this.#free.pop();
    if (number !== undefined) return number;
    if (this.#used > this.#limit.maximum) {
      this.#limit.reached++;
      return 0;
    }
    return this.#used++;
  }

  /** Gives a number back; giving 0 back is allowed. */
  release(number: number): void {
    if (number !== 0) this.#free.push(number);
  }
}
