import type { Command } from "commander";
import { EXIT_CODES, type Operations, type OutputOf, operations } from "../../api/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { jsonText, tableText, timeText } from "../text.ts";

const EXAMPLES = `
Examples:
  holdfast verdict CHhAvVGS1DHFjwGM9
  holdfast verdict CHhAvVGS1DHFjwGM9 --json
  holdfast query 'conn.response_time > 1s' --json
  holdfast packets --uid CHhAvVGS1DHFjwGM9 -o proof.pcapng

The first line is a sentence for a ticket: network, client, server, nobody, or unknown with what is
missing. Each reason names packets by their number in the connection, time and place in the vault.
Before and behind are seen from the capture point: data that come by twice were lost behind it, data
that come only after a hole were lost before it. Where the capture itself lost packets or holds one
direction only, nothing is claimed. The read is in the ledger before any packet is read.`;

export function addVerdictCommand(program: Command): void {
  program
    .command("verdict")
    .description(
      "whether a slow or broken TCP connection was the network's, client's or server's doing",
    )
    .argument("<uid>", "the connection")
    .option("--purpose <text>", "why it is read; stands in the ledger", "")
    .addHelpText("after", EXAMPLES)
    .action(async (uid: string, own: { purpose: string }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.verdict.input.parse({ uid, purpose: own.purpose });
        const answer = await handlers.verdict(input, context);
        const text = options.json ? jsonText(answer) : verdictText(answer);
        process.stdout.write(`${text}\n`);
        return EXIT_CODES.ok;
      });
    });
}

type Verdict = OutputOf<Operations["verdict"]>;

function verdictText(answer: Verdict): string {
  const lines = [answer.sentence];
  if (answer.reasons.length > 0) lines.push("", "Reasons:");
  for (const { party, says, packets } of answer.reasons) {
    lines.push(`  ${party === "none" ? "note" : party}: ${says}`);
    for (const { number, ts_ns, segment, offset } of packets) {
      lines.push(`    packet ${number}  ${timeText(ts_ns)}  ${segment} @ ${offset}`);
    }
  }
  if (answer.missing.length > 0) lines.push("", "Missing:");
  for (const missing of answer.missing) lines.push(`  ${missing}`);
  return [...lines, "", numbersText(answer)].join("\n");
}

function numbersText({ numbers, client, server }: Verdict): string {
  const { orig, resp } = numbers;
  const milliseconds = (seconds: number | null): string =>
    seconds === null ? "-" : (seconds * 1000).toFixed(3);
  const rows = ([title, key]: readonly [string, keyof typeof orig]): string[] => {
    const isTime = key === "round_trip" || key === "closed_time" || key === "pause_time";
    const cell = (value: number | null): string => (isTime ? milliseconds(value) : String(value));
    return [title, cell(orig[key]), cell(resp[key])];
  };
  return tableText(["", `client ${client}`, `server ${server}`], NUMBERS.map(rows));
}

const NUMBERS = [
  ["packets", "packets"],
  ["segments with data", "segments"],
  ["round trip to it, ms", "round_trip"],
  ["lost before the capture point", "lost_before"],
  ["lost behind the capture point", "lost_behind"],
  ["sent again needlessly", "needless"],
  ["out of order", "reordered"],
  ["duplicate ACKs", "duplicate_acks"],
  ["zero windows", "zero_windows"],
  ["window closed, ms", "closed_time"],
  ["paused, ms", "pause_time"],
  ["bytes missed by the capture", "missed_bytes"],
  ["captured twice", "copies"],
] as const;
