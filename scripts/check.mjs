// `npm run check`: format, lint, types, boundaries, dead code; under a minute.
import { spawn } from "node:child_process";
import { environment, installDependencies, root } from "./bootstrap.mjs";

installDependencies();

/** Name, command; those of one row run side by side (two cores). */
const CHECKS = [
  ["format and lint", ["biome", "ci", "--error-on-warnings", "."]],
  ["types: core", ["tsc", "-p", "tsconfig.core.json"]],
  ["types: node", ["tsc", "-p", "tsconfig.node.json"]],
  ["types: web", ["tsc", "-p", "tsconfig.web.json"]],
  [
    "type-aware lint",
    ["oxlint", "--type-aware", "--deny-warnings", "src", "web", "test", "bench", "scripts"],
  ],
  ["boundaries", ["depcruise", "--config", ".dependency-cruiser.cjs", "src", "web"]],
  ["dead code", ["knip"]],
];

function runCheck([name, [command, ...args]]) {
  const began = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...environment() } });
    let output = "";
    child.stdout.on("data", (d) => (output += d));
    child.stderr.on("data", (d) => (output += d));
    child.on("error", (error) => resolve({ name, ok: false, output: error.message, seconds: 0 }));
    child.on("close", (code) => {
      // A cruiser that reads no module passes: seen with TypeScript 7.
      const empty = name === "boundaries" && !/\b[1-9]\d* modules/.test(output);
      resolve({ name, ok: code === 0 && !empty, output, seconds: (Date.now() - began) / 1000 });
    });
  });
}

let failed = 0;
const queue = [...CHECKS];
async function worker() {
  for (let check = queue.shift(); check; check = queue.shift()) {
    const { name, ok, output, seconds } = await runCheck(check);
    console.log(`${ok ? "ok  " : "FAIL"} ${name} (${seconds.toFixed(1)} s)`);
    if (!ok) {
      failed++;
      console.log(output);
    }
  }
}
await Promise.all([worker(), worker()]);
process.exit(failed === 0 ? 0 : 1);
