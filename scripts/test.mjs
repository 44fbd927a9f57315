// `npm test`: installs what the tests need and runs all of them. The last line is
// `N passed, N failed, N skipped` over all suites.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  buildPage,
  environment,
  installDependencies,
  installTools,
  node24,
  root,
} from "./bootstrap.mjs";
import { checkText, runChecks } from "./check.mjs";

/** Programs the tests compare with, and the Debian packages they come in. */
const TOOLS = {
  tshark: "tshark",
  capinfos: "tshark",
  age: "age",
  zstd: "zstd",
  chromium: "chromium",
  setpriv: "util-linux",
};
/** What goes untested without a tool. */
const NEEDED_FOR = {
  tshark: "comparing the packets found with those another reader finds",
  capinfos: "having another reader open what was written",
  age: "opening sealed segments with stock tools",
  zstd: "opening sealed segments with stock tools",
  chromium: "the page's tests (all of test/web)",
  setpriv: "the read-only home as another user",
};
const SUITE_MINUTES_MAX = 25;
const FUZZ_COUNT = "2000";
const CRASH_COUNT = "6";

const began = Date.now();
const scratch = mkdtempSync(join(tmpdir(), "holdfast-results-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

installDependencies();
const { lacking, reason } = installTools(TOOLS);
for (const tool of lacking)
  console.log(`left out: ${NEEDED_FOR[tool]}: no ${tool} here, ${reason}`);
buildPage();

const env = { ...process.env, ...environment(), HOLDFAST_WITHOUT: lacking.join(",") };
const total = { passed: 0, failed: 0, skipped: 0 };

// Two suites at a time: each is a process of its own, with homes and ports of its own. The longest
// come first, so that neither core waits for the other at the end.
await runLanes([
  ["page", page],
  ["command line", () => vitest("test/cli/vitest.config.ts")],
  ["unit", () => vitest("vitest.config.ts")],
  [
    "crash sample",
    () => vitest("test/crash/vitest.config.ts", { HOLDFAST_CRASH_COUNT: CRASH_COUNT }),
  ],
  [
    "fuzz sample",
    () =>
      vitest("test/fuzz/vitest.config.ts", {
        HOLDFAST_FUZZ_COUNT: FUZZ_COUNT,
        HOLDFAST_FUZZ_TOTAL: FUZZ_COUNT,
      }),
  ],
  ["checks", checks],
]);
// By itself: it uses both cores, and its cases have a time limit.
await report("conformance", conformance);

console.log(`${((Date.now() - began) / 1000).toFixed(0)} s`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function runLanes(suites) {
  const lane = async () => {
    for (let suite = suites.shift(); suite; suite = suites.shift()) await report(...suite);
  };
  await Promise.all([lane(), lane()]);
}

/** Runs one suite, prints its line and what failed in it, and adds it to the total. */
async function report(name, runSuite) {
  const started = Date.now();
  const { passed, failed, skipped = 0, details = [] } = await runSuite();
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  console.log(`${failed === 0 ? "ok  " : "FAIL"} ${name.padEnd(13)} ${counts} (${seconds} s)`);
  for (const detail of details) console.log(detail);
}

async function checks() {
  const details = [];
  const counts = await runChecks((result) => {
    if (!result.ok) details.push(checkText(result));
  });
  return { ...counts, details };
}

async function page() {
  if (!existsSync(join(root, "test/web/vitest.config.ts"))) {
    return { passed: 0, failed: 1, details: ["     test/web is not here"] };
  }
  if (lacking.includes("chromium")) return { passed: 0, failed: 0, skipped: 1 };
  return await vitest("test/web/vitest.config.ts");
}

/** A vitest suite, counted by its JSON report; one that ends without a report is one failure. */
async function vitest(config, more = {}) {
  const outputFile = join(scratch, `${config.replaceAll("/", "-")}.json`);
  const program = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=json", `--outputFile=${outputFile}`];
  const run = await runNode([program, "run", "--config", config, ...reporters], more);
  if (!existsSync(outputFile)) return { passed: 0, failed: 1, details: [run.output] };
  const result = JSON.parse(readFileSync(outputFile, "utf8"));
  const details = [];
  let failed = 0;
  for (const file of result.testResults) {
    const bad = file.assertionResults.filter(({ status }) => status === "failed");
    // A file that cannot be read, or whose hooks fail, has no failed test and yet failed.
    const isBroken = file.status === "failed" && bad.length === 0;
    failed += bad.length + (isBroken ? 1 : 0);
    if (isBroken) details.push(`     ${file.name}\n${file.message}`);
    for (const { status, fullName } of file.assertionResults) {
      if (status !== "passed" && status !== "failed") details.push(`     left out: ${fullName}`);
    }
    for (const one of bad) {
      // vitest's name for a test that ran out of time, whose stack says nothing.
      const isLate = one.failureMessages[0]?.startsWith("Error: STACK_TRACE_ERROR");
      const why = isLate ? "it took longer than it may" : one.failureMessages.join("\n");
      details.push(`     ${file.name}: ${one.fullName}\n${why}`);
    }
  }
  // Errors outside any test make the run fail though every test passed.
  if (run.code !== 0 && failed === 0) {
    failed = 1;
    details.push(run.output);
  }
  const skipped = result.numPendingTests + result.numTodoTests;
  return { passed: result.numPassedTests, failed, skipped, details };
}

/** The committed table of conformance must hold; it needs the corpus, which is no part of the project. */
async function conformance() {
  const corpus = join(dirname(root), "shared", "corpus");
  if (!existsSync(corpus)) {
    const details = [`     left out: there is no conformance corpus at ${corpus}`];
    return { passed: 0, failed: 0, skipped: 1, details };
  }
  const { output } = await runNode(["test/conformance/run.ts", "--check"]);
  const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output);
  if (counts === null) return { passed: 0, failed: 1, details: [output] };
  const [passed, failed, skipped] = counts.slice(1).map(Number);
  return { passed, failed, skipped, details: failed === 0 ? [] : [output] };
}

/** Runs Node 24 to its end, or for so many minutes. */
function runNode(args, more = {}) {
  return new Promise((resolve) => {
    const child = spawn(node24(), args, {
      cwd: root,
      env: { ...env, NO_COLOR: "1", ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (data) => {
      output += data;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    const timer = setTimeout(() => {
      output += `ended after ${SUITE_MINUTES_MAX} minutes`;
      child.kill("SIGKILL");
    }, SUITE_MINUTES_MAX * 60_000);
    child.on("error", (error) => {
      output += error.message;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}
