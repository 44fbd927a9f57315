import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { schemasByName } from "../src/core/analyzers/index.ts";
import { decodeColumnBatch, ZeekJsonWriter } from "../src/core/events/index.ts";

/** The thread that writes logs: takes encoded batches, and `undefined` once no more come. */
const { folder, written } = workerData as { folder: string; written: Int32Array };
const logs = new Map<string, { readonly writer: ZeekJsonWriter; readonly output: number }>();
let [rows, textBytes] = [0, 0];

parentPort!.on("message", (bytes: Uint8Array | undefined) => {
  if (bytes === undefined) {
    for (const { output } of logs.values()) closeSync(output);
    parentPort!.postMessage({ logs: logs.size, rows, textBytes });
    parentPort!.close();
    return;
  }
  const read = decodeColumnBatch(bytes, schemasByName);
  if (read.status !== "ok") throw new Error("a batch that was just written does not read");
  const batch = read.value;
  const { schema } = batch;
  let log = logs.get(schema.name);
  if (log === undefined) {
    const output = openSync(join(folder, `${schema.name}.json`), "w");
    log = { writer: new ZeekJsonWriter(schema), output };
    logs.set(schema.name, log);
  }
  const text = log.writer.rows(batch);
  rows += batch.rowCount;
  textBytes += text.length;
  writeSync(log.output, text);
  Atomics.add(written, 0, 1);
  Atomics.notify(written, 0);
});
