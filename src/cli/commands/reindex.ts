import type { Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";
import { durationText } from "../../core/base/index.ts";
import { Progress } from "../progress.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { jsonText } from "../text.ts";

export function addReindexCommand(program: Command): void {
  program
    .command("reindex")
    .description(
      "rebuild the index from vault and ledger: it is a cache, and nothing is lost with it",
    )
    .action(async () => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const progress = new Progress();
        for await (const event of handlers.reindex({}, context)) {
          if (options.json) console.log(jsonText(event));
          if (event.type === "progress") progress.show(event);
          else {
            progress.end();
            if (!options.json)
              console.log(`${event.segments} segments indexed in ${durationText(event.seconds)}`);
          }
        }
        return EXIT_CODES.ok;
      });
    });
}
