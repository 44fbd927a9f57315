import { HoldfastError, type SegmentId } from "../../core/base/index.ts";
import type { SealedFacts } from "../../core/custody/index.ts";
import {
  openRandomAccess,
  type RandomAccessFile,
  readFileBytes,
  sha256Hex,
  toStorageError,
} from "../../platform/index.ts";
import { parseHeader } from "./age/header.ts";
import { createX25519Identity, openHeader } from "./age/recipients.ts";
import { NONCE_BYTES, payloadKey } from "./age/stream.ts";
import { SealedPayload } from "./sealed-payload.ts";
import { segmentPaths } from "./vault-files.ts";

/** What is needed to find and open a segment. */
export interface OpenSegmentOptions {
  readonly dir: string;
  readonly id: SegmentId;
  /** From the segment's seal entry. */
  readonly facts: SealedFacts;
  /** `AGE-SECRET-KEY-1…` */
  readonly identity: string;
}

/** A body open for decryption: compressed bytes by range, touching only the chunks they need. */
export class SegmentBody {
  readonly id: SegmentId;
  readonly #file: RandomAccessFile;
  readonly #payload: SealedPayload;

  private constructor(id: SegmentId, file: RandomAccessFile, key: Uint8Array) {
    this.id = id;
    this.#file = file;
    this.#payload = new SealedPayload({
      file,
      key,
      offset: 0,
      cutShort: () => damaged(id, "is cut short", "body"),
      chunkDamaged: (index) => chunkDamaged(id, index),
      unreadable: (cause) => toStorageError("vault", `cannot read segment ${id}`, cause),
    });
  }

  get plainBytes(): number {
    return this.#payload.plainBytes;
  }

  get chunks(): number {
    return this.#payload.chunks;
  }

  get chunksDecrypted(): number {
    return this.#payload.chunksDecrypted;
  }

  static async open(options: OpenSegmentOptions): Promise<SegmentBody> {
    const { dir, id, facts } = options;
    const paths = segmentPaths(dir, id);
    try {
      const head = await readFileBytes(paths.head);
      if (sha256Hex(head) !== facts.head_sha256) throw damaged(id, "is not the one sealed", "head");
      const header = parseHeader(head);
      if (header.status !== "ok") throw damaged(id, "cannot be read", "head");
      const fileKey = openHeader(header.value, [createX25519Identity(options.identity)]);
      const file = await openRandomAccess(paths.body);
      try {
        const nonce = await file.read(0, NONCE_BYTES);
        return new SegmentBody(id, file, payloadKey(fileKey, nonce));
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw toStorageError("vault", `cannot open segment ${id}`, error);
    }
  }

  /** Bytes [start, end) of what the age payload holds. Throws naming the chunk that is damaged. */
  async read(start: number, end: number): Promise<Uint8Array> {
    return this.#payload.read(start, end);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function chunkDamaged(id: SegmentId, index: number): HoldfastError {
  return new HoldfastError("vault/chunk-damaged", `segment ${id}: chunk ${index} is damaged`, {
    remedy:
      "the rest of the segment can still be read; restore this one from a copy if there is one",
  });
}

function damaged(id: SegmentId, what: string, part: "head" | "body"): HoldfastError {
  return new HoldfastError(`vault/${part}-damaged`, `segment ${id}: its ${part} ${what}`);
}
