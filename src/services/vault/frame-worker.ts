import { parentPort, workerData } from "node:worker_threads";
import { RunningSha256, toStorageError } from "../../platform/index.ts";
import { SealedFileWriter } from "./sealed-file.ts";
import type {
  BeginMessage,
  FramedMessage,
  FramePlace,
  FromWorker,
  ToFrameWorker,
  WorkerStart,
} from "./sealing-messages.ts";
import { compressFrame, FRAME_BYTES } from "./zstd-frames.ts";

/*
 * First of a segment writer's two threads: digests the plaintext, cuts it into frames, compresses
 * them and hands them on. When the second thread has nothing to do it gets whole buffers
 * uncompressed, so that both cores stay busy whatever the traffic compresses to.
 */

const { port, progress } = workerData as WorkerStart;

/** The segment under way. */
class FrameStage {
  readonly #begin: BeginMessage;
  readonly #hash = new RunningSha256();
  readonly #partial = new Uint8Array(FRAME_BYTES);
  #partialBytes = 0;
  #plainBytes = 0;
  #events: SealedFileWriter | undefined;

  constructor(begin: BeginMessage) {
    this.#begin = begin;
  }

  addPlain(bytes: Uint8Array<ArrayBuffer>): void {
    this.#hash.update(bytes);
    this.#plainBytes += bytes.length;
    const isWhole = this.#partialBytes === 0 && bytes.length % FRAME_BYTES === 0;
    if (isWhole && isSealerIdle()) {
      sent++;
      port.postMessage({ kind: "plain", bytes }, [bytes.buffer]);
      return;
    }
    const frames: Frame[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#partialBytes === 0 && bytes.length - at >= FRAME_BYTES) {
        const framed = this.#compress(bytes.subarray(at, at + FRAME_BYTES));
        frames.push({ framed, plainBytes: FRAME_BYTES, rawAt: framed ? -1 : at });
        at += FRAME_BYTES;
        continue;
      }
      const length = Math.min(bytes.length - at, FRAME_BYTES - this.#partialBytes);
      this.#partial.set(bytes.subarray(at, at + length), this.#partialBytes);
      this.#partialBytes += length;
      at += length;
      if (this.#partialBytes < FRAME_BYTES) break;
      // A partial frame is open only where a buffer begins, so no frame of this one waits before it.
      this.#endPartial();
    }
    postFrames(frames, bytes);
  }

  async addEvents(bytes: Uint8Array): Promise<void> {
    const { paths, recipients, compressionLevel } = this.#begin;
    const options = { path: paths.events, recipients, compressionLevel };
    this.#events ??= await SealedFileWriter.create(options);
    this.#events.write(bytes);
  }

  async finish(): Promise<void> {
    if (this.#partialBytes > 0) this.#endPartial();
    const events = await this.#events?.finish();
    const facts = {
      plaintext_sha256: this.#hash.digestHex(),
      plaintext_bytes: this.#plainBytes,
      events_sha256: events?.sha256 ?? null,
      events_bytes: events?.bytes ?? 0,
    };
    port.postMessage({ kind: "finish", facts });
  }

  async abandon(): Promise<void> {
    await this.#events?.abandon();
  }

  #endPartial(): void {
    const plain = this.#partial.subarray(0, this.#partialBytes);
    const framed = this.#compress(plain);
    const frame = { framed, plainBytes: plain.length, rawAt: framed ? -1 : 0 };
    postFrames([frame], framed ? undefined : plain.slice(), { isOwn: true });
    this.#partialBytes = 0;
  }

  #compress(plain: Uint8Array): Uint8Array | undefined {
    return compressFrame(plain, this.#begin.compressionLevel);
  }
}

/** A frame to be posted: compressed, or where it lies in the plaintext that goes along. */
interface Frame {
  readonly framed: Uint8Array | undefined;
  readonly plainBytes: number;
  readonly rawAt: number;
}

let stage: FrameStage | undefined;
let sent = 0;

function isSealerIdle(): boolean {
  return ((sent - Atomics.load(progress, 0)) | 0) === 0;
}

function postFrames(
  frames: readonly Frame[],
  spent: Uint8Array<ArrayBuffer> | undefined,
  options: { isOwn?: boolean } = {},
): void {
  if (frames.length === 0 && spent === undefined) return;
  const lengthOf = (frame: Frame) => frame.framed?.length ?? 0;
  // One buffer of their own: small outputs of zlib lie in a pool that cannot be transferred.
  const framed = new Uint8Array(frames.reduce((sum, frame) => sum + lengthOf(frame), 0));
  const places: FramePlace[] = [];
  let at = 0;
  for (const frame of frames) {
    if (frame.framed) framed.set(frame.framed, at);
    at += lengthOf(frame);
    const { plainBytes, rawAt } = frame;
    places.push({ framedBytes: lengthOf(frame), plainBytes, rawAt });
  }
  const transfer = spent ? [framed.buffer, spent.buffer] : [framed.buffer];
  sent++;
  const isLent = spent !== undefined && !options.isOwn;
  port.postMessage(
    { kind: "framed", framed, places, spent, isLent } satisfies FramedMessage,
    transfer,
  );
}

async function receive(message: ToFrameWorker): Promise<void> {
  switch (message.kind) {
    case "begin":
      stage = new FrameStage(message);
      port.postMessage(message);
      return;
    case "plain":
      if (stage) stage.addPlain(message.bytes);
      else postFrames([], message.bytes);
      return;
    case "events":
      await stage?.addEvents(message.bytes);
      return;
    case "finish":
      await stage?.finish();
      stage = undefined;
      return;
    case "abandon":
      await stage?.abandon();
      stage = undefined;
      port.postMessage(message);
  }
}

let last: Promise<void> = Promise.resolve();
parentPort!.on("message", (message: ToFrameWorker) => {
  last = last
    .then(() => receive(message))
    .catch((cause: unknown) => {
      stage = undefined;
      const {
        code,
        message: text,
        remedy,
      } = toStorageError("vault", "cannot seal a segment", cause);
      parentPort!.postMessage({ kind: "failed", code, message: text, remedy } satisfies FromWorker);
      if (message.kind === "plain") postFrames([], message.bytes);
    });
});
