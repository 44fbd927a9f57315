import type { Command } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import { CaptureReader } from "../../core/pcap/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { jsonText } from "../text.ts";
import { writeOutput } from "../write-output.ts";

interface PacketsOptions extends QuestionOptions {
  readonly uid?: string;
  readonly purpose: string;
  readonly output: string;
  readonly secrets?: boolean;
}

export function addPacketsCommand(program: Command): void {
  program
    .command("packets")
    .description("write exactly the matching packets as pcapng, in time order")
    .argument("[query...]", "what to look for")
    .option("--uid <uid>", "the packets of this connection")
    .option("--purpose <text>", "why they are read; stands in the ledger", "")
    .option("--secrets", "with the TLS secrets of the case that open these packets, and no others")
    .option("-o, --output <file>", "where to write; - is standard output", "-")
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText(
      "after",
      "\nExamples:\n  holdfast packets 'host 10.4.22.45 and after 2h ago' > out.pcapng\n  holdfast packets --uid CHhAvVGS1DHFjwGM9 -o out.pcapng\n  holdfast packets 'port 53' | tshark -r -\n\nThe read is in the ledger before the first byte leaves. What was searched is said on stderr.",
    )
    .action(async (words: string[], own: PacketsOptions) => {
      const options = program.opts<CommonOptions>();
      if (own.output === "-" && process.stdout.isTTY) {
        throw new HoldfastError("request/bad-input", "packets are not for a terminal", {
          remedy: "write them to a file with -o FILE, or into a pipe",
        });
      }
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.packets.input.parse({
          ...questionOf(words, own),
          purpose: own.purpose,
          ...(own.uid !== undefined && { uid: own.uid }),
          secrets: own.secrets === true,
        });
        const { facts, bytes } = await askWithQuery(input.q, () =>
          handlers.packets(input, context),
        );
        const packets = await write(bytes, own.output);
        if (options.json) process.stderr.write(`${jsonText({ ...facts, packets })}\n`);
        else
          process.stderr.write(
            coverageText(
              facts.coverage,
              `${packets} packets, read on record as entry ${facts.seq}`,
            ),
          );
        return packets === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

/** Writes the stream and counts its packets with our own reader. */
async function write(bytes: AsyncIterable<Uint8Array>, output: string): Promise<number> {
  let packets = 0;
  const reader = new CaptureReader({
    onPacket: () => {
      packets++;
    },
  });
  await writeOutput(bytes, output, (piece) => reader.push(piece));
  return packets;
}
