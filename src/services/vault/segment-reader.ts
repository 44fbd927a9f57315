import { HoldfastError, type SegmentId } from "../../core/base/index.ts";
import type { SealedFacts } from "../../core/custody/index.ts";
import { CHUNK_PLAIN_BYTES } from "./age/stream.ts";
import { FrameCache } from "./frame-cache.ts";
import { scanFrames } from "./frame-scan.ts";
import { type OpenSegmentOptions, SegmentBody } from "./segment-body.ts";
import {
  decodeFrame,
  type FrameLengths,
  parseSeekTable,
  SEEK_FOOTER_BYTES,
  seekTableBytes,
} from "./zstd-frames.ts";

export interface ReadRange {
  readonly offset: number;
  readonly length: number;
}

/** Opens a sealed segment for reading; `cache` may be shared by any number of segments. */
export async function openSegment(
  options: OpenSegmentOptions & { cache?: FrameCache },
): Promise<SegmentReader> {
  const body = await SegmentBody.open(options);
  try {
    const { frames, loss } = await findFrames(body, options.facts);
    return new SegmentReader(body, { ...options, frames, ...(loss ? { loss } : {}) });
  } catch (error) {
    await body.close();
    throw error;
  }
}

/**
 * Reads a sealed segment's plaintext at any offset. Only the chunks under the frames asked for are
 * decrypted, each checked by its tag. All methods may run at once. A damaged chunk fails the reads
 * that need it, with `vault/chunk-damaged` naming it, and no others.
 */
export class SegmentReader {
  readonly id: SegmentId;
  /** Plaintext bytes. */
  readonly bytes: number;
  readonly #body: SegmentBody;
  readonly #cache: FrameCache;
  readonly #frameBytes: number;
  readonly #frames: readonly FrameLengths[];
  /** Where each frame begins in the compressed bytes. */
  readonly #starts: Float64Array;
  readonly #loss: HoldfastError | undefined;
  readonly #pending = new Map<number, Promise<Uint8Array>>();

  constructor(
    body: SegmentBody,
    options: OpenSegmentOptions & {
      cache?: FrameCache;
      frames: readonly FrameLengths[];
      /** Why frames after the last of `frames` cannot be found. */
      loss?: HoldfastError;
    },
  ) {
    this.#loss = options.loss;
    this.id = options.id;
    this.bytes = options.facts.plaintext_bytes;
    this.#body = body;
    this.#cache = options.cache ?? new FrameCache({ bytesMax: 4 << 20 });
    this.#frameBytes = options.facts.frame_bytes;
    this.#frames = options.frames;
    this.#starts = new Float64Array(options.frames.length + 1);
    options.frames.forEach((frame, index) => {
      this.#starts[index + 1] = this.#starts[index]! + frame.framedBytes;
    });
  }

  /** Chunks of the body, and how many were decrypted so far. */
  get chunks(): { total: number; decrypted: number } {
    return { total: this.#body.chunks, decrypted: this.#body.chunksDecrypted };
  }

  /** Plaintext at `offset`; fewer bytes than asked for only at the end. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.bytes);
    if (offset >= end) return new Uint8Array(0);
    const first = Math.floor(offset / this.#frameBytes);
    const last = Math.floor((end - 1) / this.#frameBytes);
    if (first === last) {
      const frame = await this.#frame(first);
      return frame.subarray(offset - first * this.#frameBytes, end - first * this.#frameBytes);
    }
    const out = Buffer.allocUnsafe(end - offset);
    for (let index = first; index <= last; index++) {
      const frame = await this.#frame(index);
      const start = index * this.#frameBytes;
      const from = Math.max(offset, start);
      out.set(frame.subarray(from - start, Math.min(end - start, frame.length)), from - offset);
    }
    return out;
  }

  /** The whole frame that holds an offset, and where it begins: what reading record by record works in. */
  async frameAt(offset: number): Promise<{ at: number; bytes: Uint8Array }> {
    const index = Math.floor(offset / this.#frameBytes);
    if (offset < 0 || index >= this.#frames.length) return { at: offset, bytes: new Uint8Array(0) };
    return { at: index * this.#frameBytes, bytes: await this.#frame(index) };
  }

  /** Number of the first encrypted chunk that holds the plaintext at an offset. */
  chunkAt(offset: number): number {
    const index = Math.min(Math.floor(offset / this.#frameBytes), this.#frames.length - 1);
    return Math.floor((this.#starts[index] ?? 0) / CHUNK_PLAIN_BYTES);
  }

  /** Reads many ranges in the order of their offsets, so that each frame is opened once. */
  async readMany(ranges: readonly ReadRange[]): Promise<Uint8Array[]> {
    const order = ranges.map((_, at) => at).sort((a, b) => ranges[a]!.offset - ranges[b]!.offset);
    const results: Uint8Array[] = new Array(ranges.length);
    for (const at of order) results[at] = await this.read(ranges[at]!.offset, ranges[at]!.length);
    return results;
  }

  /** The whole plaintext, or the part from `offset`, frame by frame, past the cache. */
  async *stream(options: { offset?: number } = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const offset = options.offset ?? 0;
    for (let index = Math.floor(offset / this.#frameBytes); index < this.#frames.length; index++) {
      const frame = await this.#openFrame(index);
      yield frame.subarray(Math.max(0, offset - index * this.#frameBytes));
    }
    if (this.#loss && this.#frames.length * this.#frameBytes < this.bytes) throw this.#loss;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#pending.values());
    await this.#body.close();
  }

  async #frame(index: number): Promise<Uint8Array> {
    const key = `${this.id}/${index}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const pending = this.#pending.get(index);
    if (pending !== undefined) return await pending;
    const opening = this.#openFrame(index);
    this.#pending.set(index, opening);
    try {
      const frame = await opening;
      this.#cache.set(key, frame);
      return frame;
    } finally {
      this.#pending.delete(index);
    }
  }

  async #openFrame(index: number): Promise<Uint8Array> {
    if (this.#loss && index >= this.#frames.length) throw this.#loss;
    const framed = await this.#body.read(this.#starts[index]!, this.#starts[index + 1]!);
    const plain = decodeFrame(framed, this.#frames[index]!.plainBytes);
    if (plain !== undefined) return plain;
    throw new HoldfastError("vault/frame-damaged", `segment ${this.id}: frame ${index} is damaged`);
  }
}

/** The seek table, or where its chunks are damaged the frames that can be found without it. */
async function findFrames(
  body: SegmentBody,
  facts: SealedFacts,
): Promise<{ frames: FrameLengths[]; loss?: HoldfastError }> {
  try {
    return { frames: await readSeekTable(body, facts.plaintext_bytes) };
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== "vault/chunk-damaged") throw error;
    return { frames: await scanFrames(body, facts), loss: error };
  }
}

async function readSeekTable(body: SegmentBody, plaintextBytes: number): Promise<FrameLengths[]> {
  const end = body.plainBytes;
  const tail = await body.read(Math.max(0, end - SEEK_FOOTER_BYTES), end);
  const bytes = seekTableBytes(tail) ?? 0;
  const isThere = bytes > 0 && bytes <= end;
  const table = isThere ? parseSeekTable(await body.read(end - bytes, end)) : undefined;
  if (table?.status === "ok") {
    const plain = table.value.reduce((sum, frame) => sum + frame.plainBytes, 0);
    const framed = table.value.reduce((sum, frame) => sum + frame.framedBytes, bytes);
    if (plain === plaintextBytes && framed === end) return table.value;
  }
  throw new HoldfastError("vault/frame-damaged", `segment ${body.id} has no whole seek table`);
}
