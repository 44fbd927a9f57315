import { HoldfastError } from "../core/base/index.ts";

/** Keeps the query's text on an error that points at its column, so that the mark can be drawn. */
export async function askWithQuery<T>(query: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HoldfastError && error.code === "query/bad-query")
      Object.assign(error, { query });
    throw error;
  }
}
