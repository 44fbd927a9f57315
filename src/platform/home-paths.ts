import { join } from "node:path";

/** Home paths, said once. */
export function pathsOf(directory: string) {
  return {
    config: join(directory, "config.yaml"),
    keys: join(directory, "keys"),
    ledger: join(directory, "ledger"),
    vault: join(directory, "vault"),
    index: join(directory, "index"),
    socket: join(directory, "holdfast.sock"),
    verifiedFile: join(directory, "verified.json"),
  };
}
