import { HoldfastError } from "../core/base/index.ts";

/** A request that is not what the contract says. */
export class RequestError extends HoldfastError {
  constructor(message: string) {
    super("request/bad-input", message);
  }
}
