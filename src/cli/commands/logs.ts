import type { Command } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  count,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import type { Row } from "../rows-text.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, timeText } from "../text.ts";

interface LogsOptions extends QuestionOptions {
  readonly fields?: string;
  readonly follow?: boolean;
  readonly limit?: number;
}

const PAGE_ROWS = 5000;
const LOOK_MS = 500;

const EXAMPLES = `
Examples:
  holdfast logs                                             which logs there are, and how many rows
  holdfast logs dns --fields query,answers
  holdfast logs http --fields host,uri,method --follow      as rows come, until Ctrl-C
  holdfast logs ssl --fields id.resp_h,server_name 'not net 10.0.0.0/8'

Fields are parted by tabs, items of lists by commas, unset ones are empty: made for pipes. Rows come in
the order in which they were written, which is when their event ended.`;

export function addLogsCommand(program: Command): void {
  program
    .command("logs")
    .description("print fields of a log line by line, also while it grows")
    .argument("[log]", "which log; without it, all of them are counted")
    .argument("[query...]", "what to look for; everything if left out")
    .option("--fields <list>", "these fields, with commas; all if left out")
    .option("--follow", "go on as rows are written")
    .option("--limit <n>", "at most so many rows", count())
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", EXAMPLES)
    .action(async (log: string | undefined, words: string[], own: LogsOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        if (log === undefined) {
          const { logs } = await handlers.fields({}, context);
          for (const one of logs) {
            const question = questionOf([], own);
            const input = operations.query.input.parse({ ...question, log: one.log, limit: 1 });
            const { total } = await handlers.query(input, context);
            if (options.json) console.log(jsonText({ ...one, rows: total }));
            else console.log(`${String(total).padStart(10)}  ${one.log.padEnd(16)} ${one.says}`);
          }
          return EXIT_CODES.ok;
        }
        const question = questionOf(words, own);
        let printed = 0;
        while (true) {
          const left = (own.limit ?? Number.POSITIVE_INFINITY) - printed;
          const limit = Math.min(PAGE_ROWS, left);
          const input = operations.query.input.parse({
            ...question,
            log,
            limit,
            offset: printed,
            orderBy: "arrival",
          });
          const answer = await askWithQuery(question.q, () => handlers.query(input, context));
          const known = answer.fields.map(({ name }) => name);
          const names = own.fields?.split(",").map((name) => name.trim()) ?? known;
          checkNames(names, known, log);
          process.stdout.write(
            answer.rows.map((row) => `${lineText(row, names, options.json === true)}\n`).join(""),
          );
          printed += answer.rows.length;
          const isWhole = answer.rows.length < limit || left === limit;
          if (isWhole && (!own.follow || printed === own.limit)) {
            process.stderr.write(
              coverageText(answer.coverage, `${printed} of ${answer.total} rows`),
            );
            return answer.total === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
          }
          if (isWhole) await rest(context.signal);
          if (context.signal.aborted) return EXIT_CODES.interrupted;
        }
      });
    });
}

function checkNames(names: readonly string[], known: readonly string[], log: string): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new HoldfastError("query/unknown-field", `${log} has no field "${name}"`, {
      remedy: `fields: ${known.join(", ")}`,
    });
  }
}

function lineText(row: Row, names: readonly string[], isJson: boolean): string {
  if (isJson) return jsonText(Object.fromEntries(names.map((name) => [name, row[name]])));
  return names
    .map((name) => {
      const value = row[name];
      if (name === "ts") return timeText(row["ts_ns"] as string);
      if (value === null || value === undefined) return "";
      return escapeText(Array.isArray(value) ? value.join(",") : String(value));
    })
    .join("\t");
}

function rest(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, LOOK_MS);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
