import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkAgainstTable, writeTable } from "./check.ts";
import { listCases } from "./corpus.ts";
import { renderCases, renderMarkdown, renderTable } from "./report.ts";
import { summarise } from "./summary.ts";
import { type Job, runJobs } from "./worker-pool.ts";

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));
const WORKERS_MAX = 2;

const { values } = parseArgs({
  options: {
    corpus: { type: "string", default: resolve(projectRoot, "../shared/corpus") },
    area: { type: "string" },
    case: { type: "string" },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
  },
});

const only = {
  ...(values.area === undefined ? {} : { area: values.area }),
  ...(values.case === undefined ? {} : { id: values.case }),
};
const isNarrow = values.area !== undefined || values.case !== undefined;
if (isNarrow && (values.check || values.write)) {
  console.error("--check and --write are for the whole corpus: leave --area and --case out");
  process.exit(2);
}
const cases = listCases(values.corpus, only);
if (cases === undefined) {
  console.error(
    `There is no corpus at ${values.corpus}, so no case was run; name one with --corpus.`,
  );
}

const jobs: Job[] = [];
for (const one of cases ?? []) {
  jobs.push({ case: one, part: "kind" });
  if (one.hasCapture) jobs.push({ case: one, part: "robustness" });
}
const started = performance.now();
const report = summarise(await runJobs(jobs, Math.min(WORKERS_MAX, availableParallelism())));

if (values.check && cases === undefined) {
  console.log("0 passed, 0 failed, 1 skipped");
} else if (values.check) {
  const { passed, failures } = checkAgainstTable(report);
  for (const failure of failures) console.log(failure);
  console.log(`${passed} passed, ${failures.length} failed, 0 skipped`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} else if (values.json) {
  console.log(JSON.stringify(report));
} else {
  if (isNarrow) console.log(renderCases(report));
  console.log(renderTable(report));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${report.cases.length} cases in ${seconds} s`);
}
if (values.write && cases !== undefined) {
  writeFileSync(resolve(projectRoot, "docs/conformance.md"), renderMarkdown(report));
  writeTable(report);
}
