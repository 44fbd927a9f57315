import { parentPort, workerData } from "node:worker_threads";
import { RunningSha256, toStorageError } from "../../platform/index.ts";
import { SealedFileWriter } from "./sealed-file.ts";
import type { BeginMessage, FromWorker, ToFrameWorker, WorkerStart } from "./sealing-messages.ts";
import { encodeFrame, FRAME_BYTES } from "./zstd-frames.ts";

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
    const frames: [framed: Uint8Array, plainBytes: number][] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#partialBytes === 0 && bytes.length - at >= FRAME_BYTES) {
        frames.push(this.#encode(bytes.subarray(at, at + FRAME_BYTES)));
        at += FRAME_BYTES;
        continue;
      }
      const length = Math.min(bytes.length - at, FRAME_BYTES - this.#partialBytes);
      this.#partial.set(bytes.subarray(at, at + length), this.#partialBytes);
      this.#partialBytes += length;
      at += length;
      if (this.#partialBytes === FRAME_BYTES) frames.push(this.#endPartial());
    }
    postFrames(frames, bytes);
  }

  addEvents(bytes: Uint8Array): void {
    const { paths, recipients, compressionLevel } = this.#begin;
    this.#events ??= new SealedFileWriter({ path: paths.events, recipients, compressionLevel });
    this.#events.write(bytes);
  }

  async finish(): Promise<void> {
    if (this.#partialBytes > 0) postFrames([this.#endPartial()], undefined);
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

  #endPartial(): [framed: Uint8Array, plainBytes: number] {
    const frame = this.#encode(this.#partial.subarray(0, this.#partialBytes));
    this.#partialBytes = 0;
    return frame;
  }

  #encode(plain: Uint8Array): [framed: Uint8Array, plainBytes: number] {
    return [encodeFrame(plain, this.#begin.compressionLevel), plain.length];
  }
}

let stage: FrameStage | undefined;
let sent = 0;

function isSealerIdle(): boolean {
  return ((sent - Atomics.load(progress, 0)) | 0) === 0;
}

function postFrames(
  frames: readonly [framed: Uint8Array, plainBytes: number][],
  spent: Uint8Array<ArrayBuffer> | undefined,
): void {
  // One buffer of their own: small outputs of zlib lie in a pool that cannot be transferred.
  const framed = new Uint8Array(frames.reduce((sum, [bytes]) => sum + bytes.length, 0));
  let at = 0;
  for (const [bytes] of frames) {
    framed.set(bytes, at);
    at += bytes.length;
  }
  const lengths = frames.map(([bytes, plainBytes]) => [bytes.length, plainBytes]);
  const transfer = spent ? [framed.buffer, spent.buffer] : [framed.buffer];
  sent++;
  port.postMessage({ kind: "framed", framed, lengths, spent }, transfer);
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
      stage?.addEvents(message.bytes);
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
      const { code, message: text, remedy } = toStorageError("vault", "cannot seal a segment", cause);
      parentPort!.postMessage({ kind: "failed", code, message: text, remedy } satisfies FromWorker);
      if (message.kind === "plain") postFrames([], message.bytes);
    });
});
