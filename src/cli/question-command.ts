import type { Command, Option } from "commander";
import {
  type CallContext,
  EXIT_CODES,
  type Handlers,
  type Operations,
  type OutputOf,
  operations,
} from "../api/index.ts";
import { coverageText } from "./coverage-text.ts";
import { askWithQuery } from "./query-errors.ts";
import {
  caseOption,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "./question-options.ts";
import { type CommonOptions, withHome } from "./session.ts";
import { jsonText } from "./text.ts";

/** Operations that are a question about connections, and nothing else. */
type QuestionName = "conversations" | "endpoints" | "findings" | "hierarchy";

/** A command that is one question: its words, what it may say besides, and how its answer is told. */
export interface QuestionCommand<Name extends QuestionName, Own> {
  readonly name: Name;
  readonly description: string;
  readonly examples: string;
  readonly options?: readonly Option[];
  /** What of its own options belongs to the question. */
  readonly input?: (own: Own) => object;
  /** Objects of which `--json` prints one a line. */
  readonly json: (answer: OutputOf<Operations[Name]>) => readonly object[];
  readonly text: (answer: OutputOf<Operations[Name]>) => string;
  readonly found: (answer: OutputOf<Operations[Name]>) => {
    readonly count: number;
    readonly text: string;
  };
}

export function addQuestionCommand<Name extends QuestionName, Own extends QuestionOptions>(
  program: Command,
  about: QuestionCommand<Name, Own>,
): void {
  const command = program
    .command(about.name)
    .description(about.description)
    .argument("[query...]", "what to look for; everything if left out");
  for (const option of about.options ?? []) command.addOption(option);
  command
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", about.examples)
    .action(async (words: string[], own: Own) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const question = { ...questionOf(words, own), ...about.input?.(own) };
        const answer = await ask(about.name, question, { handlers, context });
        const { count, text } = about.found(answer);
        if (options.json) for (const one of about.json(answer)) console.log(jsonText(one));
        else {
          const told = about.text(answer);
          if (told !== "") console.log(told);
          process.stderr.write(coverageText(answer.coverage, text));
        }
        return count === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

async function ask<Name extends QuestionName>(
  name: Name,
  question: object,
  { handlers, context }: { readonly handlers: Handlers; readonly context: CallContext },
): Promise<OutputOf<Operations[Name]>> {
  const input = operations[name].input.parse(question);
  // The compiler does not follow which operation it is.
  const call = handlers[name] as (input: unknown, context: CallContext) => Promise<unknown>;
  return (await askWithQuery(input.q, () => call(input, context))) as OutputOf<Operations[Name]>;
}
