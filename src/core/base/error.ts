/**
 * The one class for operating errors. `code` is `unit/reason` from the unit's closed union, the
 * message is one lower-case sentence without full stop that names the thing, `remedy` says what to do.
 */
export class HoldfastError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, options: { cause?: unknown; remedy?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HoldfastError";
    this.code = code;
    this.remedy = options.remedy;
  }
}

/** For programmer errors only: never asserted on anything that came from the network or a file. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}
