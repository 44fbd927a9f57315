import { isMarkedAsUntransferable } from "node:worker_threads";
import { assert, HoldfastError, type SegmentId } from "../../core/base/index.ts";
import type { SealedFacts } from "../../core/custody/index.ts";
import type { FromWorker } from "./sealing-messages.ts";
import { SealingWorkers } from "./sealing-workers.ts";
import {
  createVault,
  publishSegment,
  removeStaged,
  segmentPaths,
  stagingDir,
} from "./vault-files.ts";
import { FRAME_BYTES } from "./zstd-frames.ts";

export interface SegmentWriterOptions {
  /** The vault; files are made in its `staging` folder. */
  readonly dir: string;
  readonly id: SegmentId;
  /** `age1…`; public, so that the writing process can open nothing. */
  readonly recipients: readonly string[];
  /** Threads to use and leave running; without them the writer starts its own and stops them. */
  readonly workers?: SealingWorkers;
  /** Plaintext under way before `write` waits. */
  readonly queueBytesMax?: number;
  readonly compressionLevel?: number;
}

/**
 * A mix of protocols is stored at 0.53 of its size by level 1, at 0.58 by level -3 and at 0.61 by -5;
 * the compressor takes about 1.9, 1.3 and 1.3 s of CPU a GB (on a busy machine). On two cores that time is the analysis's.
 */
const COMPRESSION_LEVEL = -3;
const QUEUE_BYTES_MAX = 8 << 20;

/** A segment whose files are whole and on the disk, under `staging` until published. */
export interface SealedSegment extends SealedFacts {
  readonly id: SegmentId;
  readonly events_sha256: string | null;
  readonly events_bytes: number;
  /** Moves the files to their final names, durably. */
  publish(): Promise<void>;
}

/** Starts a segment: its head is on the disk before the first byte of its body. */
export async function createSegmentWriter(options: SegmentWriterOptions): Promise<SegmentWriter> {
  assert(options.recipients.length > 0, "a segment has a recipient");
  await createVault(options.dir);
  return new SegmentWriter(options);
}

/**
 * Writes one segment. Digesting, compression, encryption and writing run on two other threads.
 * Calls must not overlap; after a failure every call throws that failure until `abandon`.
 */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #workers: SealingWorkers;
  readonly #queueBytesMax: number;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #queuedBytes = 0;
  #failure: HoldfastError | undefined;
  #sealed: (SealedFacts & Pick<SealedSegment, "events_sha256" | "events_bytes">) | undefined;
  #isAbandoned = false;
  /** Wakes whoever waits for a message of the workers. */
  #wake: (() => void) | undefined;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#workers = options.workers ?? new SealingWorkers();
    this.#queueBytesMax = options.queueBytesMax ?? QUEUE_BYTES_MAX;
    this.#workers.attach((message) => this.#receive(message));
    this.#workers.post({
      kind: "begin",
      paths: segmentPaths(stagingDir(options.dir), options.id),
      recipients: options.recipients,
      compressionLevel: options.compressionLevel ?? COMPRESSION_LEVEL,
    });
  }

  /** Plaintext handed over and not yet sealed. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Takes the bytes together with their ArrayBuffer, which is moved away (bytes in Node's shared
   * pool are copied instead). Resolves once the queue has room, with a spent buffer to fill again
   * if there is one: its whole ArrayBuffer, whatever part of it was written. Fastest with buffers
   * that hold whole frames of 64 KiB, 1 MiB at a time.
   */
  async write(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const own = (
      isMarkedAsUntransferable(bytes.buffer) || !(bytes.buffer instanceof ArrayBuffer)
        ? Uint8Array.from(bytes)
        : bytes
    ) as Uint8Array<ArrayBuffer>;
    if (this.#failure) throw this.#failure;
    this.#queuedBytes += own.length;
    this.#workers.post({ kind: "plain", bytes: own }, [own.buffer]);
    await this.#until(() => this.#queuedBytes <= this.#queueBytesMax);
    return this.#free.pop();
  }

  /** Adds to the segment's sealed events; the bytes are copied. */
  writeEvents(bytes: Uint8Array): void {
    if (this.#failure) throw this.#failure;
    this.#workers.post({ kind: "events", bytes: Uint8Array.from(bytes) });
  }

  /** Writes what is left; when it resolves, every byte is on the disk under `staging`. */
  async seal(): Promise<SealedSegment> {
    if (this.#failure) throw this.#failure;
    this.#workers.post({ kind: "finish" });
    await this.#until(() => this.#sealed !== undefined);
    await this.#letGo();
    const { dir, id } = this.#options;
    return { id, ...this.#sealed!, publish: () => publishSegment(dir, id) };
  }

  /** Gives up and removes what was written. */
  async abandon(): Promise<void> {
    this.#failure = undefined;
    this.#workers.post({ kind: "abandon" });
    // A worker that died cannot answer: its failure ends the wait as well.
    await this.#until(() => this.#isAbandoned).catch(() => {});
    await this.#letGo();
    await removeStaged(this.#options.dir, this.#options.id);
  }

  async #until(isReached: () => boolean): Promise<void> {
    while (!isReached()) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #letGo(): Promise<void> {
    if (this.#options.workers === undefined) await this.#workers.stop();
    else this.#workers.detach();
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case "release":
        this.#queuedBytes -= message.spent.length;
        this.#free.push(new Uint8Array(message.spent.buffer));
        break;
      case "sealed":
        this.#sealed = {
          ...message.facts,
          compression: "zstd-seekable",
          frame_bytes: FRAME_BYTES,
        };
        break;
      case "abandoned":
        this.#isAbandoned = true;
        break;
      case "failed": {
        const text = `segment ${this.#options.id}: ${message.message}`;
        const remedy = message.remedy === undefined ? {} : { remedy: message.remedy };
        this.#failure ??= new HoldfastError(message.code, text, remedy);
      }
    }
    this.#wake?.();
    this.#wake = undefined;
  }
}
