import { parentPort, workerData } from "node:worker_threads";
import { toStorageError } from "../../platform/index.ts";
import { BodySealer } from "./body-sealer.ts";
import type { FromWorker, ToSealWorker, WorkerStart } from "./sealing-messages.ts";
import { compressFrame, FRAME_BYTES } from "./zstd-frames.ts";

/*
 * Second of a segment writer's two threads: encrypts frames in their order, digests the ciphertext
 * and writes it. It compresses too when it would otherwise wait.
 */

const { port, progress } = workerData as WorkerStart;
let sealer: BodySealer | undefined;
let compressionLevel = 1;

async function receive(message: ToSealWorker): Promise<void> {
  switch (message.kind) {
    case "begin":
      compressionLevel = message.compressionLevel;
      sealer = await BodySealer.begin(message.paths, message.recipients);
      return;
    case "plain":
      for (let at = 0; sealer && at < message.bytes.length; at += FRAME_BYTES) {
        const plain = message.bytes.subarray(at, at + FRAME_BYTES);
        const framed = compressFrame(plain, compressionLevel);
        if (framed) sealer.addFrame(framed, plain.length);
        else sealer.addRawFrame(plain);
      }
      return;
    case "framed": {
      let at = 0;
      for (const { framedBytes, plainBytes, rawAt } of message.places) {
        if (rawAt >= 0) sealer?.addRawFrame(message.spent!.subarray(rawAt, rawAt + plainBytes));
        else sealer?.addFrame(message.framed.subarray(at, at + framedBytes), plainBytes);
        at += framedBytes;
      }
      return;
    }
    case "finish": {
      if (sealer === undefined) return; // failed before, and said so
      const body = await sealer.finish();
      sealer = undefined;
      post({ kind: "sealed", facts: { ...message.facts, ...body } });
      return;
    }
    case "abandon":
      await sealer?.abandon();
      sealer = undefined;
      post({ kind: "abandoned" });
  }
}

/** Counts the message as done and gives its plaintext buffer back. */
function release(message: ToSealWorker): void {
  if (message.kind !== "plain" && message.kind !== "framed") return;
  Atomics.add(progress, 0, 1);
  const spent = message.kind === "plain" ? message.bytes : message.spent;
  if (spent && (message.kind === "plain" || message.isLent))
    post({ kind: "release", spent }, [spent.buffer]);
}

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transfer);
}

let last: Promise<void> = Promise.resolve();
port.on("message", (message: ToSealWorker) => {
  last = last
    .then(() => receive(message))
    .catch(async (cause: unknown) => {
      const broken = sealer;
      sealer = undefined;
      const {
        code,
        message: text,
        remedy,
      } = toStorageError("vault", "cannot seal a segment", cause);
      post({ kind: "failed", code, message: text, remedy });
      await broken?.abandon().catch(() => {}); // the first failure has been reported
    })
    .then(() => release(message));
});
