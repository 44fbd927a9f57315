import type { Command } from "commander";
import type { OutputOf, operations } from "../../api/index.ts";
import { addQuestionCommand } from "../question-command.ts";
import { escapeText } from "../text.ts";

type Answer = OutputOf<typeof operations.findings>;

const EXAMPLES = `
Examples:
  holdfast findings
  holdfast findings 'host 10.4.22.45' --case demonstration --json

Uploads to addresses never met before, notices, scans, programs that travelled, long connections, the
fullest moment and broken protocols; each with the command that shows it.`;

export function addFindingsCommand(program: Command): void {
  addQuestionCommand(program, {
    name: "findings",
    description: "what is new and odd, in sentences, each with the query that shows it",
    examples: EXAMPLES,
    json: ({ findings }) => findings,
    text: ({ findings }) => findings.map(findingText).join("\n"),
    found: ({ findings: { length } }) => ({ count: length, text: `${length} findings` }),
  });
}

function findingText({ text, uid, log, query }: Answer["findings"][number]): string {
  const command = uid === null ? `logs ${log} '${query}'` : `show ${uid}`;
  return `${escapeText(text)}\n  holdfast ${escapeText(command)}`;
}
