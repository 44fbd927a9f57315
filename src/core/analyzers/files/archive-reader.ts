import type { Limit } from "../../base/index.ts";
import { bytesToText } from "../shared/index.ts";
import type { FileReader } from "./file-readers.ts";

/** A member as its archive lists it. */
export interface ArchiveMember {
  readonly name: string | undefined;
  size: number | undefined;
  compressedSize: number | undefined;
  readonly method: string | undefined;
  readonly isEncrypted: boolean;
}

export type ArchiveFormat = "zip" | "tar" | "gzip";

/** Longest header with its name that is held; names are at most 64 KiB in zip. */
const HEADER_BYTES_MAX = 30 + 2 * 65_535;

/** What the walk over an archive wants next. */
export type Step =
  /** A header of so many bytes. */
  | { readonly kind: "header"; readonly length: number }
  /** To pass over so many bytes. */
  | { readonly kind: "skip"; readonly length: number }
  /** To look for the next header. */
  | { readonly kind: "search" }
  | { readonly kind: "stop" };

/** Knows one format: is given headers and says what comes behind them. */
export interface ArchiveWalk {
  readonly first: Step;
  /** The bytes asked for; may ask for more of the same header. */
  header(bytes: Uint8Array): Step;
  /** Called with every byte passed over; for what lies at the end. */
  readonly members: ArchiveMember[];
  finish(lastBytes: Uint8Array): void;
}

/** Walks over an archive as it comes by: headers are read, contents passed over, nothing is unpacked. */
export class ArchiveReader implements FileReader {
  readonly #walk: ArchiveWalk;
  readonly #write: (members: readonly ArchiveMember[]) => void;
  readonly #limit: Limit;
  #step: Step;
  #held: Uint8Array = new Uint8Array(64);
  #heldBytes = 0;
  /** Of what was passed over: how many bytes of `PK` were just seen, and the last four bytes. */
  readonly #last = new Uint8Array(4);
  #isOver = false;

  constructor(walk: ArchiveWalk, limit: Limit, write: (members: readonly ArchiveMember[]) => void) {
    this.#walk = walk;
    this.#limit = limit;
    this.#write = write;
    this.#step = walk.first;
  }

  data(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#keepLast(bytes);
    let at = 0;
    while (at < bytes.length && this.#step.kind !== "stop") {
      if (this.#walk.members.length >= this.#limit.maximum) {
        this.#limit.reached++;
        this.#step = { kind: "stop" };
      } else if (this.#step.kind === "skip") at = this.#skip(at, bytes.length, this.#step.length);
      else if (this.#step.kind === "search") at = this.#search(bytes, at);
      else at = this.#header(bytes, at, this.#step.length);
    }
  }

  gap(length: number): void {
    if (this.#step.kind === "skip" && this.#step.length >= length) {
      this.#step = { kind: "skip", length: this.#step.length - length };
    } else this.#step = { kind: "stop" };
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#walk.finish(this.#last);
    this.#write(this.#walk.members);
  }

  #skip(at: number, end: number, length: number): number {
    const taken = Math.min(length, end - at);
    this.#step =
      taken === length ? this.#walk.header(NOTHING) : { kind: "skip", length: length - taken };
    return at + taken;
  }

  #header(bytes: Uint8Array, at: number, length: number): number {
    if (length > HEADER_BYTES_MAX) {
      this.#step = { kind: "stop" };
      return at;
    }
    const taken = Math.min(length - this.#heldBytes, bytes.length - at);
    if (this.#heldBytes + taken > this.#held.length) {
      const held = new Uint8Array(Math.min(HEADER_BYTES_MAX, (this.#heldBytes + taken) * 2));
      held.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = held;
    }
    this.#held.set(bytes.subarray(at, at + taken), this.#heldBytes);
    this.#heldBytes += taken;
    if (this.#heldBytes < length) return at + taken;
    this.#step = this.#walk.header(this.#held.subarray(0, length));
    // The same header with its name was asked for: what is held stays.
    const wantsMore = this.#step.kind === "header" && this.#step.length > length;
    if (!wantsMore) this.#heldBytes = 0;
    return at + taken;
  }

  /** Looks for `PK` and a number: the next header behind a member of unknown length. */
  #search(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (!this.#continuesSignature(byte)) this.#heldBytes = 0;
      if (this.#heldBytes > 0 || byte === SIGNATURE[0]) this.#held[this.#heldBytes++] = byte;
      if (this.#heldBytes < 4) continue;
      this.#step = this.#walk.first;
      return at + 1;
    }
    return bytes.length;
  }

  /** A local header's is 3 and 4, the directory's 1 and 2 (APPNOTE 4.3). */
  #continuesSignature(byte: number): boolean {
    switch (this.#heldBytes) {
      case 1:
        return byte === SIGNATURE[1];
      case 2:
        return byte === 1 || byte === 3;
      case 3:
        return byte === this.#held[2]! + 1;
      default:
        return byte === SIGNATURE[0];
    }
  }

  #keepLast(bytes: Uint8Array): void {
    const last = this.#last;
    const taken = Math.min(4, bytes.length);
    last.copyWithin(0, taken);
    last.set(bytes.subarray(bytes.length - taken), 4 - taken);
  }
}

const NOTHING = new Uint8Array(0);
const SIGNATURE = Uint8Array.of(0x50, 0x4b);

/** A member's name for the log. */
export function memberName(bytes: Uint8Array): string {
  return bytesToText(bytes);
}
