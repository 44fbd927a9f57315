import type { Command } from "commander";
import type { OutputOf, operations } from "../../api/index.ts";
import { endText } from "../../core/base/index.ts";
import { addQuestionCommand } from "../question-command.ts";
import { endsInput, endsOptions } from "../question-options.ts";
import { spanTexts, tableText } from "../text.ts";

type Answer = OutputOf<typeof operations.conversations>;

const EXAMPLES = `
Examples:
  holdfast conversations
  holdfast conversations --kind tcp 'port 445' -n 20
  holdfast conversations 'net 10.0.0.0/8 and not net 10.4.0.0/16' --json

Packets are frames and bytes their length on the wire, link headers included, as in Wireshark's
Statistics > Conversations.`;

export function addConversationsCommand(program: Command): void {
  addQuestionCommand(program, {
    name: "conversations",
    description: "who talked with whom, both ways together, most bytes first",
    examples: EXAMPLES,
    options: endsOptions("pairs of addresses"),
    input: endsInput,
    json: (answer) => [answer],
    text: (answer) => (answer.conversations.length > 0 ? conversationsText(answer) : ""),
    found: ({ conversations, total }) => ({
      count: total,
      text: `${conversations.length} of ${total} conversations`,
    }),
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
