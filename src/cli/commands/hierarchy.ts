import type { Command } from "commander";
import { EXIT_CODES, type OutputOf, operations } from "../../api/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { jsonText, tableText } from "../text.ts";

type Answer = OutputOf<typeof operations.hierarchy>;

const EXAMPLES = `
Examples:
  holdfast hierarchy
  holdfast hierarchy 'host 10.4.22.45' --json

Counted are connections: a service's line has all packets of the connections in which it was
recognised, handshakes and acknowledgements too, where Wireshark's Protocol Hierarchy counts the
packets that the protocol's dissector saw. A connection with several services counts under the one
that carries the others. A packet in a tunnel counts in the connection inside and the one outside;
what is in no connection, such as ARP, is not counted.`;

export function addHierarchyCommand(program: Command): void {
  program
    .command("hierarchy")
    .description("what ran over what: connections, packets and bytes by protocol, as a tree")
    .argument("[query...]", "what to look for; everything if left out")
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: QuestionOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.hierarchy.input.parse(questionOf(words, own));
        const answer = await askWithQuery(input.q, () => handlers.hierarchy(input, context));
        if (options.json) console.log(jsonText(answer));
        else {
          if (answer.nodes.length > 0) console.log(hierarchyText(answer));
          process.stderr.write(coverageText(answer.coverage, `${answer.flows} connections`));
        }
        return answer.flows === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

function hierarchyText({ nodes }: Answer): string {
  const rows = nodes.map(({ path, flows, packets, bytes }) => [
    `${"  ".repeat(path.length - 1)}${path.at(-1)}`,
    String(flows),
    String(packets),
    String(bytes),
  ]);
  return tableText(["protocol", "flows", "packets", "bytes"], rows);
}
