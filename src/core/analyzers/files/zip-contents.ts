import { Inflate } from "../shared/http-content/index.ts";
import { DESCRIPTOR_BYTES, DescriptorSearch } from "./descriptor-search.ts";
import type { FileReader } from "./file-readers.ts";
import type { ZipBudget } from "./zip-budget.ts";
import { type LocalHeader, parseLocalHeader, recordBytes, SIGNATURE_BYTES } from "./zip-headers.ts";

/** Takes a member's bytes. */
export interface MemberSink {
  data(bytes: Uint8Array): void;
  gap(length: number): void;
  end(): void;
}

/** Opens a member as a file; its size where the archive states it before the content. */
export type OpenMember = (name: string | undefined, size: number | undefined) => MemberSink;

/** Longest record with its texts: a directory's has three of 64 KiB. */
const RECORD_BYTES_MAX = 46 + 3 * 65_535;

type State = "record" | "skip" | "content" | "search" | "descriptor" | "over";

/** Unpacks the members of a zip archive (APPNOTE 6.3.10) as it comes by. */
export class ZipContents implements FileReader {
  readonly #open: OpenMember;
  readonly #budget: ZipBudget;
  /** The budget is counted in bytes of the outermost archive. */
  readonly #isOutermost: boolean;
  #state: State = "record";
  #held: Uint8Array = new Uint8Array(64);
  #heldBytes = 0;
  #wanted = SIGNATURE_BYTES;
  /** Bytes of the member left, where its size is known. */
  #left = 0;
  #isOpenEnded = false;
  #member: MemberSink | undefined;
  #inflate: Inflate | undefined;
  #search: DescriptorSearch | undefined;

  constructor(open: OpenMember, about: { budget: ZipBudget; isOutermost: boolean }) {
    this.#open = open;
    this.#budget = about.budget;
    this.#isOutermost = about.isOutermost;
  }

  data(bytes: Uint8Array): void {
    if (this.#isOutermost) this.#budget.packedBytes += bytes.length;
    let at = 0;
    while (at < bytes.length && this.#state !== "over") {
      if (this.#budget.isSpent) {
        this.#stop();
        return;
      }
      at = this.#step(bytes, at);
    }
  }

  gap(length: number): void {
    const isInside = this.#state === "content" && !this.#isOpenEnded && length <= this.#left;
    if (this.#state === "skip" && length <= this.#left) this.#pass(length);
    else if (isInside && this.#inflate === undefined) {
      this.#member?.gap(length);
      this.#pass(length);
    } else this.#stop();
  }

  end(): void {
    this.#stop();
  }

  #step(bytes: Uint8Array, at: number): number {
    switch (this.#state) {
      case "record":
        return this.#collect(bytes, at, () => this.#record());
      case "descriptor":
        return this.#collect(bytes, at, () => this.#descriptor());
      case "skip": {
        const length = Math.min(this.#left, bytes.length - at);
        this.#pass(length);
        return at + length;
      }
      case "content":
        return this.#inflate === undefined
          ? this.#stored(bytes, at)
          : this.#deflated(this.#inflate, bytes, at);
      case "search": {
        const end = this.#search!.push(bytes, at);
        if (end < 0) return bytes.length;
        this.#close();
        this.#want(SIGNATURE_BYTES, "record");
        return end;
      }
      case "over":
        return bytes.length;
    }
  }

  /** Fills what is held up to what is wanted, then calls `done`. */
  #collect(bytes: Uint8Array, at: number, done: () => void): number {
    const taken = Math.min(this.#wanted - this.#heldBytes, bytes.length - at);
    if (this.#heldBytes + taken > this.#held.length) {
      const held = new Uint8Array((this.#heldBytes + taken) * 2);
      held.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = held;
    }
    this.#held.set(bytes.subarray(at, at + taken), this.#heldBytes);
    this.#heldBytes += taken;
    if (this.#heldBytes === this.#wanted) done();
    return at + taken;
  }

  #record(): void {
    const record = this.#held.subarray(0, this.#heldBytes);
    const length = recordBytes(record);
    if (length === undefined || length > RECORD_BYTES_MAX) {
      this.#stop();
      return;
    }
    if (length > record.length) {
      this.#wanted = length;
      return;
    }
    const header = parseLocalHeader(record);
    if (header === "zip64") this.#stop();
    else if (header === undefined) this.#want(SIGNATURE_BYTES, "record");
    else this.#begin(header);
  }

  #begin(header: LocalHeader): void {
    const isOpenEnded = header.hasDescriptor && header.packedBytes === 0;
    this.#isOpenEnded = isOpenEnded;
    this.#left = header.packedBytes;
    this.#inflate = undefined;
    if (!header.isReadable) {
      // Where an unreadable member of unknown length ends, nobody can tell.
      if (isOpenEnded) this.#stop();
      else this.#afterHeader("skip", header);
      return;
    }
    if (!this.#budget.addMember()) {
      this.#stop();
      return;
    }
    // A member without content has no name, as with Zeek.
    const isEmpty = header.size === 0 && !isOpenEnded;
    const size = isOpenEnded ? undefined : header.size;
    this.#member = this.#open(isEmpty ? undefined : header.name, size);
    if (header.isDeflated) this.#inflate = new Inflate((bytes) => this.#give(bytes));
    else if (isOpenEnded) {
      this.#search = new DescriptorSearch((bytes) => this.#give(bytes));
      this.#want(0, "search");
      return;
    }
    this.#afterHeader("content", header);
  }

  #afterHeader(state: "content" | "skip", header: LocalHeader): void {
    this.#want(0, state);
    if (header.packedBytes === 0 && !this.#isOpenEnded) this.#afterMember();
  }

  #stored(bytes: Uint8Array, at: number): number {
    const length = Math.min(this.#left, bytes.length - at);
    this.#give(bytes.subarray(at, at + length));
    this.#pass(length);
    return at + length;
  }

  #deflated(inflate: Inflate, bytes: Uint8Array, at: number): number {
    const end = this.#isOpenEnded ? bytes.length : Math.min(bytes.length, at + this.#left);
    inflate.push(bytes.subarray(at, end));
    if (this.#budget.isSpent) {
      this.#stop();
      return bytes.length;
    }
    if (!this.#isOpenEnded) {
      // What lies behind the end of the deflate stream is passed over.
      if (inflate.isOver) {
        this.#close();
        this.#inflate = undefined;
        this.#state = "skip";
      }
      this.#pass(end - at);
      return end;
    }
    if (!inflate.isOver) return end;
    if (inflate.isBroken) {
      this.#stop();
      return bytes.length;
    }
    this.#close();
    this.#want(SIGNATURE_BYTES, "descriptor");
    return end - inflate.restBytes;
  }

  /** A descriptor's signature may be missing (APPNOTE 4.3.9.3): then these were its checksum. */
  #descriptor(): void {
    if (this.#heldBytes === SIGNATURE_BYTES) {
      const hasSignature = this.#held[0] === 0x50 && this.#held[1] === 0x4b;
      this.#wanted = hasSignature ? DESCRIPTOR_BYTES : DESCRIPTOR_BYTES - SIGNATURE_BYTES;
    } else this.#want(SIGNATURE_BYTES, "record");
  }

  #give(bytes: Uint8Array): void {
    if (this.#budget.addBytes(bytes.length)) this.#member?.data(bytes);
  }

  /** So many bytes of the member, of known size, are behind. */
  #pass(length: number): void {
    this.#left -= length;
    if (this.#left === 0) this.#afterMember();
  }

  #afterMember(): void {
    this.#close();
    this.#want(SIGNATURE_BYTES, "record");
  }

  #want(length: number, state: State): void {
    this.#heldBytes = 0;
    this.#wanted = length;
    this.#state = state;
  }

  #close(): void {
    this.#member?.end();
    this.#member = undefined;
    this.#search = undefined;
  }

  #stop(): void {
    this.#state = "over";
    this.#close();
    this.#inflate = undefined;
    this.#held = NOTHING;
  }
}

const NOTHING = new Uint8Array(0);
