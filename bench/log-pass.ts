import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "../src/core/engine/index.ts";
import { type ColumnBatch, ZeekJsonWriter } from "../src/core/events/index.ts";
import { CaptureReader } from "../src/core/pcap/index.ts";
import { analysisPorts } from "../src/platform/index.ts";

/**
 * One pass over a capture with all analyzers, digests and decryption; every log that is shown goes into
 * the folder as JSON, one file each. Nothing is located, sealed or indexed.
 */
const [file, folder] = process.argv.slice(2);
if (file === undefined || folder === undefined) {
  console.error("usage: node bench/log-pass.ts FILE FOLDER");
  process.exit(2);
}
const logs = new Map<string, { readonly writer: ZeekJsonWriter; readonly output: number }>();
let rows = 0;
let textBytes = 0;

function write(batch: ColumnBatch): void {
  const { name, shown } = batch.schema;
  if (!shown) return;
  let log = logs.get(name);
  if (log === undefined) {
    log = {
      writer: new ZeekJsonWriter(batch.schema),
      output: openSync(join(folder!, `${name}.json`), "w"),
    };
    logs.set(name, log);
  }
  const text = log.writer.rows(batch);
  rows += batch.rowCount;
  textBytes += text.length;
  writeSync(log.output, text);
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
closeSync(input);
for (const { output } of logs.values()) closeSync(output);
const { packets, flows } = engine.counters;
console.log(JSON.stringify({ packets, flows, logs: logs.size, rows, textBytes }));
