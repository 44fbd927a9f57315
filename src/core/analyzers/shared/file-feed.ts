import type { WholeCoding } from "../../base/index.ts";
import type { Conversation } from "./conversation.ts";
import type { Side } from "./side.ts";

/**
 * How bytes were read that can be read in several ways: a body `packed` as it travelled, or `unpacked`
 * where the log has it packed (br, zstd), a mail as one
 * `message`, a body where a reader that keeps to the letter (`strict`) sees another one than who goes on
 * behind a fault, and what stands `behind` a message and begins no other.
 */
export type FileReading = "packed" | "unpacked" | "message" | "strict" | "behind";

/** A file that begins to travel over a flow. */
export interface FileStart {
  /** Zeek's name of what carries it: `HTTP`, `SMB`, `SMTP`, `FTP_DATA`, `SSL`, `TFTP`. */
  readonly source: string;
  /** Who sends it. */
  readonly side: Side;
  /** Zeek's `depth`: of a MIME entity inside a message. */
  readonly depth?: number;
  readonly filename?: string;
  /** Where it came from in words: a URL, a command, a mail's subject. */
  readonly origin?: string | undefined;
  /** As the protocol declares it; the content decides what the log says. */
  readonly declaredType?: string;
  readonly totalBytes?: number;
  /** Zeek's fuid of the file it lies in. */
  readonly parent?: string;
  /** Content type known for sure (certificates): no look at the bytes. */
  readonly mimeType?: string;
  /** Its content is packed in a way that the log does not undo. */
  readonly coding?: WholeCoding;
  /** Another reading of bytes that the log of files has in its own way: it has a log of its own. */
  readonly reading?: FileReading;
  /** Same text, same file: parts of it may come over several flows and messages (ranges). */
  readonly handle?: string;
  /** Told once, when the content has shown the type. */
  readonly onType?: (mimeType: string) => void;
}

/** Takes a file's bytes. */
export interface FileFeed {
  readonly fuid: string;
  /** MIME type by content, once enough came; undefined before, or when it is not known. */
  readonly mimeType: string | undefined;
  readonly filename: string | undefined;
  /** False when the file of this handle was opened on this flow before. */
  readonly isFirstHere?: boolean;
  /** The next bytes, or bytes at a place where the protocol reads at random (SMB). */
  data(bytes: Uint8Array, offset?: number): void;
  gap(length: number): void;
  rename(filename: string): void;
  expect(totalBytes: number): void;
  /** The file is whole, or as whole as it will be. */
  end(): void;
}

/** Follows files of all protocols: types, digests, the `files` log. */
export interface FileAnalysis {
  open(conversation: Conversation, start: FileStart): FileFeed;
  /** The capture is over: files that nobody ended stood still. */
  end?(): void;
}
