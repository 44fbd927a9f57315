import type { HoldfastError } from "../../core/base/index.ts";
import type { RandomAccessFile } from "../../platform/index.ts";
import {
  CHUNK_BYTES,
  CHUNK_PLAIN_BYTES,
  countChunks,
  NONCE_BYTES,
  openChunk,
  plainBytesOf,
} from "./age/stream.ts";

/** Where a payload lies, and what is thrown when it is not as it was sealed. */
export interface SealedPayloadOptions {
  readonly file: RandomAccessFile;
  readonly key: Uint8Array;
  /** Of the nonce that begins the payload, in the file. */
  readonly offset: number;
  readonly cutShort: () => HoldfastError;
  readonly chunkDamaged: (index: number) => HoldfastError;
  readonly unreadable: (cause: unknown) => HoldfastError;
}

/** What an age payload holds, by range: the chunks under it are decrypted and checked, no others. */
export class SealedPayload {
  readonly plainBytes: number;
  readonly chunks: number;
  chunksDecrypted = 0;
  readonly #options: SealedPayloadOptions;
  /** Neighbouring frames share a chunk. */
  #lastIndex = -1;
  #lastPlain: Uint8Array = new Uint8Array(0);

  constructor(options: SealedPayloadOptions) {
    const bytes = options.file.bytes - options.offset;
    const chunks = countChunks(bytes);
    if (chunks === undefined) throw options.cutShort();
    this.chunks = chunks;
    this.plainBytes = plainBytesOf(bytes, chunks);
    this.#options = options;
  }

  /** Bytes [start, end). Throws naming the chunk that is damaged. */
  read(start: number, end: number): Uint8Array {
    const first = Math.floor(start / CHUNK_PLAIN_BYTES);
    const last = Math.floor((end - 1) / CHUNK_PLAIN_BYTES);
    const skip = first === this.#lastIndex ? 1 : 0;
    const known = this.#lastPlain;
    const from = NONCE_BYTES + (first + skip) * CHUNK_BYTES;
    const sealed = this.#readSealed(from, (last - first - skip + 1) * CHUNK_BYTES);
    const out = Buffer.allocUnsafe(end - start);
    for (let index = first; index <= last; index++) {
      const at = (index - first - skip) * CHUNK_BYTES;
      const plain =
        index < first + skip ? known : this.#open(index, sealed.subarray(at, at + CHUNK_BYTES));
      const chunkStart = index * CHUNK_PLAIN_BYTES;
      const low = Math.max(start, chunkStart);
      const high = Math.min(end, chunkStart + plain.length);
      out.set(plain.subarray(low - chunkStart, high - chunkStart), low - start);
    }
    return out;
  }

  #readSealed(from: number, length: number): Uint8Array {
    const { file, offset, unreadable } = this.#options;
    try {
      // On this thread: a chunk in the page cache costs 5 µs so, and 60 through the thread pool.
      return length <= 0 ? new Uint8Array(0) : file.readSync(offset + from, length);
    } catch (error) {
      throw unreadable(error);
    }
  }

  #open(index: number, chunk: Uint8Array): Uint8Array {
    this.chunksDecrypted++;
    const isLast = index === this.chunks - 1;
    const plain = openChunk(this.#options.key, chunk, { index, isLast });
    if (plain === undefined) throw this.#options.chunkDamaged(index);
    this.#lastIndex = index;
    this.#lastPlain = plain;
    return plain;
  }
}
