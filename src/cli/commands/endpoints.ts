import type { Command } from "commander";
import type { OutputOf, operations } from "../../api/index.ts";
import { endText } from "../../core/base/index.ts";
import { addQuestionCommand } from "../question-command.ts";
import { endsInput, endsOptions } from "../question-options.ts";
import { spanTexts, tableText } from "../text.ts";

type Answer = OutputOf<typeof operations.endpoints>;

const EXAMPLES = `
Examples:
  holdfast endpoints
  holdfast endpoints --kind tcp 'port 443' -n 20
  holdfast endpoints 'after 3h ago' --relative-to end --json

Packets are frames and bytes their length on the wire, link headers included, as in Wireshark's
Statistics > Endpoints: of the connections that answer the question, both ways.`;

export function addEndpointsCommand(program: Command): void {
  addQuestionCommand(program, {
    name: "endpoints",
    description: "who talked at all: packets and bytes sent and received, most bytes first",
    examples: EXAMPLES,
    options: endsOptions("addresses"),
    input: endsInput,
    json: (answer) => [answer],
    text: (answer) => (answer.endpoints.length > 0 ? endpointsText(answer) : ""),
    found: ({ endpoints, total }) => ({
      count: total,
      text: `${endpoints.length} of ${total} endpoints`,
    }),
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
