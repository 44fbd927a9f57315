import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { connSchema } from "../src/core/analyzers/index.ts";
import { Engine } from "../src/core/engine/index.ts";
import { ZeekTsvWriter } from "../src/core/events/index.ts";
import { CaptureReader } from "../src/core/pcap/index.ts";

/**
 * One pass over a capture: decode, verify checksums, flows; `--text` writes conn.log to /dev/null,
 * `--locate` keeps packet locations. Prints counts and the CPU time of the whole process,
 * of which `startCpuSeconds` went before the first byte was read (node, and the types stripped).
 */
const flags = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const file = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
if (file === undefined) {
  console.error("usage: node bench/flow-pass.ts [--text] [--locate] [--ignore-checksums] FILE");
  process.exit(2);
}
const writer = flags.includes("--text") ? new ZeekTsvWriter(connSchema) : undefined;
const output = openSync("/dev/null", "w");
let textBytes = 0;
let postingBytes = 0;
const engine = new Engine(
  {
    captureId: "aaaaaaaaaaaaaaaaaaaaaaaaaa",
    checksums: flags.includes("--ignore-checksums") ? "ignore" : "verify",
    locate: flags.includes("--locate"),
  },
  {
    batch(batch) {
      if (writer === undefined || batch.schema !== connSchema) return;
      const text = writer.rows(batch);
      textBytes += text.length;
      writeSync(output, text);
    },
    postings(bytes) {
      postingBytes += bytes.length;
    },
  },
);
const reader = new CaptureReader({ onPacket: engine.onPacket });
const input = openSync(file, "r");
const chunk = new Uint8Array(1 << 20);
const start = process.cpuUsage();
for (let length = readSync(input, chunk); length > 0; length = readSync(input, chunk)) {
  reader.push(chunk.subarray(0, length));
}
reader.end();
engine.end();
closeSync(input);
closeSync(output);
const { packets, flows, checksumErrors, liveFlowsPeak, limits } = engine.counters;
const usage = process.resourceUsage();
console.log(
  JSON.stringify({
    packets,
    flows,
    userCpuSeconds: usage.userCPUTime / 1e6,
    systemCpuSeconds: usage.systemCPUTime / 1e6,
    startCpuSeconds: (start.user + start.system) / 1e6,
    peakMiB: Math.round(usage.maxRSS / 1024),
    microsecondsPerPacket: (usage.userCPUTime + usage.systemCPUTime) / packets,
    liveFlowsPeak,
    textBytes,
    postingBytes,
    checksumErrors,
    limitsReached: limits.filter((limit) => limit.reached > 0),
  }),
);
