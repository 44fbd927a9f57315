// `npm run check`: format, lint, types, boundaries, dead code; under a minute.
import { spawn } from "node:child_process";
import { resolve as resolvePath } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, installDependencies, root } from "./bootstrap.mjs";

/** Name and command, the longest first: two run side by side. */
const CHECKS = [
  ["types: node", ["tsc", "-p", "tsconfig.node.json"]],
  ["types: core", ["tsc", "-p", "tsconfig.core.json"]],
  ["types: web", ["tsc", "-p", "tsconfig.web.json"]],
  ["type-aware lint", ["oxlint", "--type-aware", "src", "web", "test", "bench", "scripts"]],
  ["boundaries", ["depcruise", "--config", ".dependency-cruiser.cjs", "src", "web"]],
  ["dead code", ["knip", "--no-config-hints"]],
  ["format and lint", ["biome", "ci", "--error-on-warnings", "--colors=off", "."]],
];
const LANES = 2;

/** Runs all checks; `onResult` hears of each as it ends. Resolves with how many failed. */
export async function runChecks(onResult) {
  const queue = [...CHECKS];
  let failed = 0;
  const lane = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const result = await runCheck(check);
      if (!result.ok) failed++;
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { passed: CHECKS.length - failed, failed };
}

function runCheck([name, [command, ...args]]) {
  const began = Date.now();
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment(), NO_COLOR: "1" };
    const child = spawn(command, args, { cwd: root, env });
    let output = "";
    const collect = (data) => {
      output += data;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ name, ok: false, output: error.message, seconds: 0 }));
    child.on("close", (code) => {
      // A cruiser that reads no module passes: seen with TypeScript 7.
      const isEmpty = name === "boundaries" && !/\b[1-9]\d* modules/.test(output);
      const seconds = (Date.now() - began) / 1000;
      resolve({ name, ok: code === 0 && !isEmpty, output, seconds });
    });
  });
}

/** One line, and the tool's own words where it found something. */
export function checkText({ name, ok, output, seconds }) {
  const line = `${ok ? "ok  " : "FAIL"} ${name} (${seconds.toFixed(1)} s)`;
  return ok ? line : `${line}\n${output}`;
}

if (resolvePath(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
  installDependencies();
  const { failed } = await runChecks((result) => console.log(checkText(result)));
  process.exit(failed === 0 ? 0 : 1);
}
