import { openSync, readSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { Engine } from "../src/core/engine/index.ts";
import { type ColumnBatch, encodeColumnBatch } from "../src/core/events/index.ts";
import { CaptureReader } from "../src/core/pcap/index.ts";
import { analysisPorts } from "../src/platform/index.ts";

/**
 * One pass over a capture with all analyzers, digests and decryption; every log that is shown goes into
 * the folder as JSON, one file each, written by a thread of its own. Nothing is located, sealed or indexed.
 */
const [file, folder] = process.argv.slice(2);
if (file === undefined || folder === undefined) {
  console.error("usage: node bench/log-pass.ts FILE FOLDER");
  process.exit(2);
}
/** Batches that may wait to be written: the pass does not run away from its writer. */
const WAITING_MAX = 64;
const written = new Int32Array(new SharedArrayBuffer(4));
const writer = new Worker(new URL("log-writer.ts", import.meta.url), {
  workerData: { folder, written },
});
let sent = 0;

function write(batch: ColumnBatch): void {
  if (!batch.schema.shown) return;
  for (let done = Atomics.load(written, 0); sent - done > WAITING_MAX; ) {
    Atomics.wait(written, 0, done);
    done = Atomics.load(written, 0);
  }
  sent++;
  const bytes = encodeColumnBatch(batch);
  writer.postMessage(bytes, [bytes.buffer as ArrayBuffer]);
}

const engine = new Engine(
  {
    captureId: "aaaaaaaaaaaaaaaaaaaaaaaaaa",
    checksums: "verify",
    locate: false,
    ...analysisPorts,
  },
  { batch: write, postings() {} },
);
const reader = new CaptureReader({ onPacket: engine.onPacket });
const input = openSync(file, "r");
const chunk = new Uint8Array(1 << 20);
for (let length = readSync(input, chunk); length > 0; length = readSync(input, chunk)) {
  reader.push(chunk.subarray(0, length));
}
reader.end();
engine.end();
writer.postMessage(undefined);
writer.once("message", (facts: object) => {
  const { packets, flows } = engine.counters;
  console.log(JSON.stringify({ packets, flows, ...facts }));
});
