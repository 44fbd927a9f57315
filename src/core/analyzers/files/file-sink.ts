import type { FileStart } from "../shared/index.ts";

/** Takes files out as they come by. */
export interface FileSink {
  /** A file begins; the sink is given its bytes if this is true. */
  begin(fuid: string, start: FileStart): void;
  bytes(fuid: string, bytes: Uint8Array): void;
  /** It is over: whether all of it came, and its type. */
  end(fuid: string, facts: { isComplete: boolean; mimeType: string | undefined }): void;
}
