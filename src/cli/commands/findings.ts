import type { Command } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText } from "../text.ts";

const EXAMPLES = `
Examples:
  holdfast findings
  holdfast findings 'host 10.4.22.45' --case demonstration --json

Uploads to addresses never met before, notices, scans, programs that travelled, long connections, the
fullest moment and broken protocols; each with the command that shows it.`;

export function addFindingsCommand(program: Command): void {
  program
    .command("findings")
    .description("what is new and odd, in sentences, each with the query that shows it")
    .argument("[query...]", "what to look in; everything if left out")
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: QuestionOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.findings.input.parse(questionOf(words, own));
        const answer = await askWithQuery(input.q, () => handlers.findings(input, context));
        const { findings, coverage } = answer;
        if (options.json) for (const one of findings) console.log(jsonText(one));
        else {
          for (const { text, uid, log, query } of findings) {
            const command = uid === null ? `logs ${log} '${query}'` : `show ${uid}`;
            console.log(`${escapeText(text)}\n  holdfast ${escapeText(command)}`);
          }
          process.stderr.write(coverageText(coverage, `${findings.length} findings`));
        }
        return findings.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}
