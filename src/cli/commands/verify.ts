import type { Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";
import { durationText, HoldfastError, sizeText } from "../../core/base/index.ts";
import { Progress } from "../progress.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { jsonText } from "../text.ts";

export function addVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description("check ledger and vault against each other, in both directions")
    .option("--quick", "ciphertext digests only; nothing is decrypted and no key is needed")
    .addHelpText(
      "after",
      "\nExamples:\n  holdfast verify\n  holdfast verify --quick --json\n\nExit code 5 when something is not what was sealed.",
    )
    .action(async (own: { quick?: boolean }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const progress = new Progress();
        for await (const event of handlers.verify({ quick: own.quick === true }, context)) {
          if (options.json) console.log(jsonText(event));
          if (event.type === "progress") progress.show(event);
          if (event.type === "finding" && !options.json) {
            progress.end();
            console.log(
              `${event.level === "bad" ? "DAMAGED" : "note"}  ${event.where}: ${event.message}`,
            );
          }
          if (event.type !== "result") continue;
          progress.end();
          const how = event.decrypted ? "every byte decrypted" : "ciphertext digests only";
          const { attachments } = event;
          const beside = attachments === 0 ? "" : ` ${attachments} attachments,`;
          if (!options.json) {
            console.log(
              `${event.ok ? "good" : "NOT GOOD"}: ${event.entries} entries, ${event.segments} segments,${beside} ${sizeText(event.bytes)}, ${how}, in ${durationText(event.seconds)}`,
            );
            console.log(`ledger root ${event.root}`);
          }
          return event.ok ? EXIT_CODES.ok : EXIT_CODES.tampered;
        }
        throw new HoldfastError(
          "cli/interrupted",
          "verification was interrupted: nothing can be said of the rest",
        );
      });
    });
}
