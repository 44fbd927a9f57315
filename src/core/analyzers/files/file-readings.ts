import { hexText, type LogWriter } from "../shared/index.ts";
import type { TrackedFile } from "./tracked-file.ts";

/** Writes what is known of another reading of a file. */
export function writeReading(log: LogWriter, file: TrackedFile): void {
  const { start } = file;
  const { sha256 } = digestTexts(file);
  for (const conversation of file.conversations) {
    log
      .row(file.startTime, conversation)
      .text("fuid", file.fuid)
      .text("reading", start.reading)
      .text("source", start.source)
      .text("mime_type", file.mimeType)
      .text("filename", file.filename)
      .text("origin", start.origin)
      .bool("is_orig", start.side === 0)
      .count("seen_bytes", file.seenBytes)
      .count("missing_bytes", file.missingBytes)
      .text("sha256", sha256)
      .bool("is_complete", file.isComplete);
  }
}

/** Digests of the whole file, in hex; none where bytes are missing or none came. To be asked once. */
export function digestTexts({ seenBytes, digests }: TrackedFile): DigestTexts {
  const known = seenBytes === 0 || digests === undefined ? [] : [...digests];
  return Object.fromEntries(known.map(([name, digest]) => [name, hexText(digest.digest())]));
}

type DigestTexts = { readonly [name in "md5" | "sha1" | "sha256"]?: string };
