import { MessageChannel, Worker } from "node:worker_threads";
import type { FromWorker, ToFrameWorker } from "./sealing-messages.ts";

/**
 * The two threads behind a segment writer. They serve one segment at a time and may be kept for the
 * next one: starting them costs about 60 ms.
 */
export class SealingWorkers {
  readonly #frameWorker: Worker;
  readonly #sealWorker: Worker;
  #listener: ((message: FromWorker) => void) | undefined;

  constructor() {
    const channel = new MessageChannel();
    const progress = new Int32Array(new SharedArrayBuffer(4));
    this.#frameWorker = new Worker(new URL("./frame-worker.ts", import.meta.url), {
      workerData: { port: channel.port1, progress },
      transferList: [channel.port1],
    });
    this.#sealWorker = new Worker(new URL("./seal-worker.ts", import.meta.url), {
      workerData: { port: channel.port2, progress },
      transferList: [channel.port2],
    });
    for (const worker of [this.#frameWorker, this.#sealWorker]) {
      worker.on("message", (message: FromWorker) => this.#listener?.(message));
      worker.on("error", (error) => this.#fail(error));
      worker.unref();
    }
  }

  /** Takes the workers for one segment; they keep the process alive until `detach`. */
  attach(listener: (message: FromWorker) => void): void {
    this.#listener = listener;
    this.#frameWorker.ref();
    this.#sealWorker.ref();
  }

  detach(): void {
    this.#listener = undefined;
    this.#frameWorker.unref();
    this.#sealWorker.unref();
  }

  post(message: ToFrameWorker, transfer: ArrayBuffer[] = []): void {
    this.#frameWorker.postMessage(message, transfer);
  }

  async stop(): Promise<void> {
    this.detach();
    await Promise.all([this.#frameWorker.terminate(), this.#sealWorker.terminate()]);
  }

  #fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const message = `a sealing thread ended: ${text}`;
    this.#listener?.({ kind: "failed", code: "vault/io", message, remedy: undefined });
  }
}
