// `node scripts/write-bug-captures.ts FOLDER`: writes the captures of docs/parser-bugs.md as pcap files, so
// that other readers can be tried on them. With a number behind it the floods are so many times as long.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pcap } from "../test/fuzz/crafted-captures.ts";
import { BUG_CAPTURES } from "../test/support/bug-captures/index.ts";

const [folder, factor = "1"] = process.argv.slice(2);
const times = Number(factor);
if (folder === undefined || !Number.isInteger(times) || times < 1) {
  console.error("usage: node scripts/write-bug-captures.ts FOLDER [TIMES]");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const { name, packets, size } of BUG_CAPTURES) {
  writeFileSync(join(folder, `${name}.pcap`), pcap("little", packets(size * times)));
}
console.log(`${BUG_CAPTURES.length} captures in ${folder}`);
