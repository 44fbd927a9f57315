import type { Command } from "commander";
import { EXIT_CODES, type OutputOf, operations } from "../../api/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  count,
  GROUPS_MAX,
  kindOption,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { endText, jsonText, spanTexts, tableText } from "../text.ts";

interface ConversationsOptions extends QuestionOptions {
  readonly kind: "ip" | "tcp" | "udp";
  readonly n: number;
}

type Answer = OutputOf<typeof operations.conversations>;

const EXAMPLES = `
Examples:
  holdfast conversations
  holdfast conversations --kind tcp 'port 445' -n 20
  holdfast conversations 'net 10.0.0.0/8 and not net 10.4.0.0/16' --json

Packets are frames and bytes their length on the wire, link headers included, as in Wireshark's
Statistics > Conversations.`;

export function addConversationsCommand(program: Command): void {
  program
    .command("conversations")
    .description("who talked with whom, both ways together, most bytes first")
    .argument("[query...]", "what to look for; everything if left out")
    .addOption(kindOption("pairs of addresses"))
    .option("-n <count>", "so many", count(GROUPS_MAX), 100)
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: ConversationsOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.conversations.input.parse({
          ...questionOf(words, own),
          kind: own.kind,
          limit: own.n,
        });
        const answer = await askWithQuery(input.q, () => handlers.conversations(input, context));
        if (options.json) console.log(jsonText(answer));
        else {
          if (answer.conversations.length > 0) console.log(conversationsText(answer));
          const found = `${answer.conversations.length} of ${answer.total} conversations`;
          process.stderr.write(coverageText(answer.coverage, found));
        }
        return answer.total === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

function conversationsText({ conversations }: Answer): string {
  const head = ["A", "B", "A>B packets", "A>B bytes", "B>A packets", "B>A bytes", "bytes", "flows"];
  const rows = conversations.map((one) => [
    endText(one.a, one.a_port),
    endText(one.b, one.b_port),
    String(one.a_packets),
    String(one.a_bytes),
    String(one.b_packets),
    String(one.b_bytes),
    String(one.a_bytes + one.b_bytes),
    String(one.flows),
    ...spanTexts(one),
  ]);
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  return tableText([...head, "first", "seconds"], rows, width);
}
