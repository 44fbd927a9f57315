import type { RunningDigest } from "../../base/index.ts";
import type { Conversation, FileStart } from "../shared/index.ts";
import { FilePieces } from "./file-pieces.ts";
import type { FileReader } from "./file-readers.ts";
import { mimeTypeOf } from "./magic.ts";
import type { ZipBudget } from "./zip-budget.ts";

/** Nanoseconds without a byte after which a file is given up (Zeek's default_file_timeout_interval). */
export const FILE_TIMEOUT = 120e9;
/** Flows that one file is seen over; more of them add bytes but no rows. */
const FLOWS_MAX = 64;

/** What a file takes from whoever keeps it. */
export interface FileKeeper {
  createDigests(start: FileStart): FileDigests | undefined;
  /** Bytes of a file's beginning that its type is told from. */
  readonly headBytes: number;
  /** Readers for files of a type, made when the type is known. */
  readersFor(file: TrackedFile, mimeType: string): FileReader[];
  /** Every byte in order, for whoever takes files out. */
  readonly onBytes: ((fuid: string, bytes: Uint8Array) => void) | undefined;
  /** Called once when the file is over. */
  finished(file: TrackedFile): void;
}

/** By name: all three of a file, SHA-256 alone of another reading of one. */
export type FileDigests = ReadonlyMap<"md5" | "sha1" | "sha256", RunningDigest>;

/** One file on its way: counts, type, digests. */
export class TrackedFile {
  readonly fuid: string;
  readonly start: FileStart;
  readonly conversations: Conversation[] = [];
  readonly startTime: number;
  lastTime: number;
  filename: string | undefined;
  mimeType: string | undefined;
  totalBytes: number | undefined;
  seenBytes = 0;
  missingBytes = 0;
  overflowBytes = 0;
  isOver = false;
  hasTimedOut = false;
  /** Told when the type is known; of whoever opened the file last. */
  onType: ((mimeType: string) => void) | undefined;
  readers: readonly FileReader[] = [];
  digests: FileDigests | undefined;
  /** Of an archive's member: what may still be unpacked, and how many archives it lies in. */
  budget: ZipBudget | undefined;
  nesting = 0;
  readonly #keeper: FileKeeper;
  /** Bytes in order up to here, seen or missing. */
  #position = 0;
  #pieces: FilePieces | undefined;
  /** The first bytes, until the type is told from them. */
  #head: Uint8Array | undefined;
  #headBytes = 0;
  #isTypeDecided = false;
  #nextCheck: number;

  constructor(fuid: string, start: FileStart, about: { now: number; keeper: FileKeeper }) {
    this.fuid = fuid;
    this.start = start;
    this.startTime = about.now;
    this.lastTime = about.now;
    this.#nextCheck = about.now + FILE_TIMEOUT;
    this.filename = start.filename;
    this.totalBytes = start.totalBytes;
    this.onType = start.onType;
    this.#keeper = about.keeper;
    this.digests = about.keeper.createDigests(start);
    if (start.mimeType !== undefined) this.#decide(start.mimeType);
  }

  /** False for a flow that the file was seen over already. */
  seenOver(conversation: Conversation): boolean {
    if (this.conversations.includes(conversation)) return false;
    const isKnown = this.conversations.some(
      ({ uidHigh, uidLow }) => uidHigh === conversation.uidHigh && uidLow === conversation.uidLow,
    );
    if (isKnown) return false;
    if (this.conversations.length < FLOWS_MAX) this.conversations.push(conversation);
    return true;
  }

  /** True once it stood still too long; looked at as a timer would that runs every two minutes. */
  isStale(now: number): boolean {
    while (this.#nextCheck <= now) {
      if (this.#nextCheck - this.lastTime >= FILE_TIMEOUT) return true;
      // As many turns as went by, at once: the clock may have jumped by years.
      const turns = Math.max(1, Math.floor((this.lastTime - this.#nextCheck) / FILE_TIMEOUT));
      this.#nextCheck += turns * FILE_TIMEOUT;
    }
    return false;
  }

  expect(totalBytes: number): void {
    if (this.isOver) return;
    this.totalBytes = totalBytes;
    this.#endIfWhole();
  }

  data(bytes: Uint8Array, offset: number | undefined, now: number): void {
    if (this.isOver) return;
    this.lastTime = now;
    if (this.#pieces === undefined && (offset === undefined || offset === this.#position)) {
      this.#ordered(bytes);
    } else {
      const pieces = this.#assemble();
      if (pieces.isFull) this.overflowBytes += pieces.flush();
      pieces.add(bytes, offset ?? this.#position);
    }
    this.#endIfWhole();
  }

  gap(length: number, now: number): void {
    if (this.isOver) return;
    this.lastTime = now;
    if (this.#pieces === undefined) this.#missing(length);
    else this.#pieces.flushTo(this.#position + length);
  }

  end(): void {
    if (this.isOver) return;
    this.#pieces?.flush();
    this.#decideByHead();
    this.isOver = true;
    for (const reader of this.readers) reader.end();
    this.#keeper.finished(this);
  }

  /** All bytes that it is said to have came, none was missed. */
  get isComplete(): boolean {
    if (this.missingBytes > 0 || this.hasTimedOut) return false;
    return this.totalBytes === undefined || this.seenBytes >= this.totalBytes;
  }

  #assemble(): FilePieces {
    this.#pieces ??= new FilePieces(this.#position, {
      bytes: (bytes) => this.#ordered(bytes),
      missing: (length) => this.#missing(length),
    });
    return this.#pieces;
  }

  #endIfWhole(): void {
    if (this.totalBytes !== undefined && this.#position >= this.totalBytes) this.end();
  }

  #ordered(bytes: Uint8Array): void {
    if (!this.#isTypeDecided) this.#keepHead(bytes);
    this.#position += bytes.length;
    this.seenBytes += bytes.length;
    if (this.digests !== undefined) for (const one of this.digests.values()) one.update(bytes);
    for (const reader of this.readers) reader.data(bytes, this.#position - bytes.length);
    this.#keeper.onBytes?.(this.fuid, bytes);
  }

  #missing(length: number): void {
    this.#decideByHead();
    this.digests = undefined;
    for (const reader of this.readers) reader.gap(length);
    this.#position += length;
    this.missingBytes += length;
  }

  #keepHead(bytes: Uint8Array): void {
    if (this.#headBytes === 0 && bytes.length >= this.#keeper.headBytes) {
      this.#decide(mimeTypeOf(bytes, this.#keeper.headBytes));
      return;
    }
    const head = this.#roomForHead(bytes.length);
    const taken = Math.min(bytes.length, this.#keeper.headBytes - this.#headBytes);
    head.set(bytes.subarray(0, taken), this.#headBytes);
    this.#headBytes += taken;
    // The rest of this piece comes behind the head: readers made now get the head as first bytes.
    if (this.#headBytes >= this.#keeper.headBytes) {
      const before = this.#headBytes - taken;
      this.#decide(mimeTypeOf(head, this.#keeper.headBytes), head.subarray(0, before));
    }
  }

  #roomForHead(length: number): Uint8Array {
    const needed = Math.min(this.#keeper.headBytes, this.#headBytes + length);
    const old = this.#head;
    if (old !== undefined && old.length >= needed) return old;
    const head = new Uint8Array(Math.min(this.#keeper.headBytes, Math.max(256, needed * 2)));
    if (old !== undefined) head.set(old.subarray(0, this.#headBytes));
    this.#head = head;
    return head;
  }

  /** No more comes in order: what is there must do. */
  #decideByHead(): void {
    if (this.#isTypeDecided) return;
    const head = this.#head?.subarray(0, this.#headBytes);
    if (head === undefined || head.length === 0) this.#isTypeDecided = true;
    else this.#decide(mimeTypeOf(head, this.#keeper.headBytes), head);
  }

  #decide(mimeType: string | undefined, before?: Uint8Array): void {
    this.#isTypeDecided = true;
    this.#head = undefined;
    if (mimeType === undefined) return;
    this.mimeType = mimeType;
    this.readers = this.#keeper.readersFor(this, mimeType);
    if (before !== undefined && before.length > 0) {
      for (const reader of this.readers) reader.data(before, 0);
    }
    this.onType?.(mimeType);
  }
}
