import type { Command } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  count,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import {
  csvText,
  defaultColumns,
  type Row,
  rowsTable,
  type ShownField,
  zeekHead,
  zeekText,
} from "../rows-text.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { jsonText } from "../text.ts";

interface QueryOptions extends QuestionOptions {
  readonly log: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly sort: string;
  readonly desc?: boolean;
  readonly columns?: string;
  readonly csv?: boolean;
  readonly zeek?: boolean;
}

/** Rows asked for at once with --all. */
const PAGE_ROWS = 10_000;

export function addQueryCommand(program: Command): void {
  program
    .command("query")
    .description("list rows of a log")
    .argument("[query...]", "what to look for; everything if left out")
    .option("--log <name>", "which log", "conn")
    .option("--limit <n>", "at most so many rows", count(), 100)
    .option("--all", "every row")
    .option("--sort <field>", "sort by this field", "ts")
    .option("--desc", "largest or latest first")
    .option("--columns <list>", "these columns, with commas")
    .option("--csv", "comma-separated values")
    .option("--zeek", "Zeek's tab-separated log, for zeek-cut and RITA")
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText(
      "after",
      "\nExamples:\n  holdfast query 'host 10.4.22.45 and port 443'\n  holdfast query 'conn.orig_bytes > 10MB' --sort orig_bytes --desc\n  holdfast query 'net 10.0.0.0/8 and after 3h ago' --relative-to end --json\n\nThe language: holdfast help query",
    )
    .action(async (words: string[], own: QueryOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const print = printer(own, options.json === true);
        let printed = 0;
        while (true) {
          const limit = own.all ? PAGE_ROWS : Math.min(PAGE_ROWS, own.limit - printed);
          const input = operations.query.input.parse({
            ...questionOf(words, own),
            log: own.log,
            limit,
            offset: printed,
            orderBy: own.sort,
            descending: own.desc === true,
          });
          const answer = await askWithQuery(input.q, () => handlers.query(input, context));
          print(answer.log, answer.fields, answer.rows, printed === 0);
          printed += answer.rows.length;
          if (answer.rows.length < limit || (!own.all && printed >= own.limit)) {
            process.stderr.write(
              coverageText(answer.coverage, `${printed} of ${answer.total} rows`),
            );
            return answer.total === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
          }
        }
      });
    });
}

type Print = (
  log: string,
  fields: readonly ShownField[],
  rows: readonly Row[],
  isFirst: boolean,
) => void;

function printer(own: QueryOptions, json: boolean): Print {
  return (log, fields, rows, isFirst) => {
    const columns =
      own.columns?.split(",") ??
      (own.csv ? fields.map(({ name }) => name) : defaultColumns(fields));
    if (json) process.stdout.write(rows.map((row) => `${jsonText(row)}\n`).join(""));
    else if (own.zeek)
      process.stdout.write((isFirst ? zeekHead(log, fields) : "") + zeekText(rows, fields));
    else if (own.csv)
      process.stdout.write((isFirst ? `${columns.join(",")}\r\n` : "") + csvText(rows, columns));
    else if (rows.length > 0) console.log(rowsTable(rows, columns));
  };
}
