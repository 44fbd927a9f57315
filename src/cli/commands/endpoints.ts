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

interface EndpointsOptions extends QuestionOptions {
  readonly kind: "ip" | "tcp" | "udp";
  readonly n: number;
}

type Answer = OutputOf<typeof operations.endpoints>;

const EXAMPLES = `
Examples:
  holdfast endpoints
  holdfast endpoints --kind tcp 'port 443' -n 20
  holdfast endpoints 'after 3h ago' --relative-to end --json

Packets are frames and bytes their length on the wire, link headers included, as in Wireshark's
Statistics > Endpoints: of the connections that answer the question, both ways.`;

export function addEndpointsCommand(program: Command): void {
  program
    .command("endpoints")
    .description("who talked at all: packets and bytes sent and received, most bytes first")
    .argument("[query...]", "what to look for; everything if left out")
    .addOption(kindOption("addresses"))
    .option("-n <count>", "so many", count(GROUPS_MAX), 100)
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: EndpointsOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.endpoints.input.parse({
          ...questionOf(words, own),
          kind: own.kind,
          limit: own.n,
        });
        const answer = await askWithQuery(input.q, () => handlers.endpoints(input, context));
        if (options.json) console.log(jsonText(answer));
        else {
          if (answer.endpoints.length > 0) console.log(endpointsText(answer));
          const found = `${answer.endpoints.length} of ${answer.total} endpoints`;
          process.stderr.write(coverageText(answer.coverage, found));
        }
        return answer.total === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

function endpointsText({ endpoints }: Answer): string {
  const head = ["address", "packets", "bytes", "sent packets", "sent bytes"];
  const more = ["received packets", "received bytes", "flows", "first", "seconds"];
  const rows = endpoints.map((one) => [
    endText(one.address, one.port),
    String(one.sent_packets + one.received_packets),
    String(one.sent_bytes + one.received_bytes),
    String(one.sent_packets),
    String(one.sent_bytes),
    String(one.received_packets),
    String(one.received_bytes),
    String(one.flows),
    ...spanTexts(one),
  ]);
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  return tableText([...head, ...more], rows, width);
}
