import type { Command } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText } from "../text.ts";

export function addLedgerCommand(program: Command): void {
  program
    .command("ledger")
    .description("entries of the custody ledger: who did what, when, to which digest")
    .option("--from <n>", "first entry")
    .option("--limit <n>", "at most so many", "100")
    .option("--type <type>", "entries of one type, such as read.packets")
    .option("--checkpoint", "print the signed checkpoint only")
    .addHelpText(
      "after",
      "\nExamples:\n  holdfast ledger\n  holdfast ledger --type read.packets --json\n  holdfast ledger --checkpoint > checkpoint.txt   (keep it elsewhere: it proves that nothing was cut off)",
    )
    .action(async (own: { from?: string; limit: string; type?: string; checkpoint?: boolean }) => {
      const options = program.opts<CommonOptions>();
      const { checkpoint: checkpointOnly, ...asked } = own;
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { checkpoint, entries } = await handlers.ledger(
          operations.ledger.input.parse(asked),
          context,
        );
        if (checkpointOnly) process.stdout.write(checkpoint);
        else if (options.json) for (const entry of entries) console.log(jsonText(entry));
        else for (const entry of entries) console.log(entryText(entry));
        return entries.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

/** One line an entry: number, time, type, actor, and what tells it from others of its type. */
function entryText(entry: Record<string, unknown>): string {
  const { v: _, seq, at, type, actor, ...rest } = entry;
  const { name, via } = actor as { name: string; via: string };
  const facts = Object.entries(rest)
    .filter(([, value]) => typeof value === "string" || typeof value === "number")
    .map(([key, value]) => `${key}=${String(value).slice(0, 80)}`);
  return escapeText(
    `${String(seq).padStart(6)}  ${String(at)}  ${String(type).padEnd(15)} ${name}/${via}  ${facts.join(" ")}`,
  );
}
