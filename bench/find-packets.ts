import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operations } from "../src/api/index.ts";
import { ownerAuthority } from "../src/core/custody/index.ts";
import { createHandlers, createHome, WholeHome } from "../src/services/home/index.ts";
import { drawHosts } from "./captures.ts";

/**
 * One host's packets out of a sealed capture, inside a running home: `node bench/find-packets.ts FILE
 * [HOSTS]` prints p50, p99 and maximum in milliseconds. Each request is a ledger entry, an index
 * question, decryption of the chunks and the pcapng written out.
 */
const [file, count = "200"] = process.argv.slice(2);
const actor = { name: "bench", via: "bench" };
const signal = new AbortController().signal;
const directory = join(tmpdir(), `holdfast-bench-home-${process.pid}`);
await createHome({ directory, version: "bench", actor });
const home = await WholeHome.open({ directory, version: "bench" });
const handlers = createHandlers(home, ownerAuthority("bench"));
for await (const event of handlers.importFile(operations.importFile.input.parse({ path: file }), {
  actor,
  signal,
})) {
  if (event.type === "failed") throw new Error(event.message);
}
const milliseconds: number[] = [];
let packets = 0;
for (const host of drawHosts(file!, Number(count))) {
  const began = performance.now();
  const input = operations.packets.input.parse({ q: `host ${host}` });
  const answer = await handlers.packets(input, { actor, signal });
  for await (const _ of answer.bytes) {
    // Taken as fast as it comes: what is measured is finding and reading.
  }
  packets += answer.facts.candidates;
  milliseconds.push(performance.now() - began);
}
await home.close();
rmSync(directory, { recursive: true, force: true });
milliseconds.sort((a, b) => a - b);
const at = (share: number): number =>
  milliseconds[Math.min(milliseconds.length - 1, Math.floor(milliseconds.length * share))]!;
console.log(
  JSON.stringify({ hosts: milliseconds.length, packets, p50: at(0.5), p99: at(0.99), max: at(1) }),
);
