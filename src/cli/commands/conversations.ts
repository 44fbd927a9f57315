import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES, type OutputOf, operations } from "../../api/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { tableText, timeText } from "../text.ts";

interface ConversationsOptions {
  readonly kind: "ip" | "tcp" | "udp";
  readonly n: number;
  readonly case?: string;
  readonly relativeTo: "now" | "end";
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
    .addOption(
      new Option("--kind <kind>", "pairs of addresses, or with ports of one transport")
        .choices(["ip", "tcp", "udp"])
        .default("ip"),
    )
    .option("-n <count>", "so many", count, 100)
    .option("--case <name>", "one case only")
    .option(
      "--relative-to <now|end>",
      "what 3h ago counts from: the clock or the end of the record",
      "now",
    )
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: ConversationsOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.conversations.input.parse({
          q: words.join(" "),
          kind: own.kind,
          limit: own.n,
          relativeTo: own.relativeTo,
          ...(own.case !== undefined && { case: own.case }),
        });
        const answer = await askWithQuery(input.q, () => handlers.conversations(input, context));
        if (options.json) console.log(JSON.stringify(answer));
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
    timeText(one.first_ns).slice(0, 19).replace("T", " "),
    (Number(BigInt(one.last_ns) - BigInt(one.first_ns)) / 1e9).toFixed(3),
  ]);
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  return tableText([...head, "first", "seconds"], rows, width);
}

function endText(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > 10_000)
    throw new InvalidArgumentError("a whole number from 1 to 10000 is meant");
  return value;
}
