import { assert, malformed, ok, type Parsed } from "../base/index.ts";
import type { CustodyEntry, EntryBody } from "./entry-types.ts";

/** Anything larger is an attachment in the vault with its digest in the entry (DESIGN §3). */
export const ENTRY_BYTES_MAX = 48 * 1024;

/** The note text of an entry: one JSON line, the envelope first so that a reader sees it first. */
export function encodeEntry(body: EntryBody, envelope: { seq: number; at: string }): string {
  const { type, actor, ...rest } = body;
  const line = JSON.stringify({ v: 1, seq: envelope.seq, type, at: envelope.at, actor, ...rest });
  assert(!line.includes("\n"), "an entry is one line");
  return `${line}\n`;
}

/** Reads an entry's line. Types of later versions pass; a broken envelope does not. */
export function parseEntry(text: string): Parsed<CustodyEntry> {
  if (text.length > ENTRY_BYTES_MAX) return malformed("entry is larger than 48 KiB", 0);
  if (text.indexOf("\n") !== text.length - 1) return malformed("entry is not one line", 0);
  const value = parseJson(text);
  if (typeof value !== "object" || value === null)
    return malformed("entry is not a JSON object", 0);
  const entry = value as Record<string, unknown>;
  if (entry.v !== 1) return malformed("entry has an unknown version", 0);
  if (!Number.isSafeInteger(entry.seq) || (entry.seq as number) < 0) {
    return malformed("entry has no sequence number", 0);
  }
  if (typeof entry.type !== "string" || !/^[a-z]+(\.[a-z]+)+$/.test(entry.type)) {
    return malformed("entry has no type", 0);
  }
  if (typeof entry.at !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(entry.at)) {
    return malformed("entry has no time", 0);
  }
  const actor = entry.actor as Record<string, unknown> | null | undefined;
  if (typeof actor?.name !== "string" || typeof actor.via !== "string") {
    return malformed("entry has no actor", 0);
  }
  return ok(value as CustodyEntry, text.length);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller turns it into a malformed entry
  }
}
