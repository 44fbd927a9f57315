import { resolve } from "node:path";
import { readFileBytes } from "./files.ts";

/** Where a secret is found that no setting may hold: the first line of a file, or the environment. */
export type SecretPlace = { readonly file: string } | { readonly env: string };

/** A secret; undefined where there is none. Relative paths begin at `directory`. */
export async function readSecret(
  place: SecretPlace,
  directory: string,
): Promise<string | undefined> {
  if ("env" in place) return process.env[place.env] || undefined;
  try {
    const bytes = await readFileBytes(resolve(directory, place.file));
    return new TextDecoder().decode(bytes).split(/\r?\n/)[0] || undefined;
  } catch {
    return undefined; // missing and unreadable are told alike: what to do is the same
  }
}
