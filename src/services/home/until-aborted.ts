import { HoldfastError } from "../../core/base/index.ts";

/** The same items until the caller goes away; then the read is an error. */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  for await (const item of source) {
    if (signal.aborted) throw new HoldfastError("index/cancelled", "the read was cancelled");
    yield item;
  }
}
