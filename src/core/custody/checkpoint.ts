import { decodeBase64, encodeBase64, malformed, ok, type Parsed } from "../base/index.ts";

/** What a checkpoint says: which log, how many entries, and the root over all of them. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** Text of a C2SP tlog-checkpoint; sign it as a note. */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${encodeBase64(checkpoint.root)}\n`;
}

/** Reads a checkpoint's text; extension lines are allowed and passed over. */
export function parseCheckpoint(text: string): Parsed<Checkpoint> {
  const [origin, sizeText, rootText] = text.split("\n");
  if (!origin) return malformed("checkpoint has no origin", 0);
  const size = /^(0|[1-9][0-9]{0,15})$/.test(sizeText ?? "") ? Number(sizeText) : -1;
  if (!Number.isSafeInteger(size) || size < 0)
    return malformed("checkpoint has no size", origin.length + 1);
  const root = decodeBase64(rootText ?? "");
  if (root?.length !== 32) return malformed("checkpoint has no root hash", origin.length + 1);
  return ok({ origin, size, root }, text.length);
}
