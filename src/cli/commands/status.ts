import type { Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";
import { sizeText } from "../../core/base/index.ts";
import { caseOption, ofCase } from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText, timeText } from "../text.ts";

export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("what this home holds, and the one thing most worth looking at")
    .addOption(caseOption())
    .action(async (own: { case?: string }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const status = await handlers.status(ofCase(own), context);
        if (options.json) {
          console.log(jsonText(status));
          return EXIT_CODES.ok;
        }
        if (status.headline !== null)
          console.log(
            `${escapeText(status.headline.text)}\n  holdfast show ${status.headline.uid}\n`,
          );
        const verified =
          status.verified_at === null
            ? "never"
            : `${status.verified_at}, ${status.verified_ok ? "good" : "NOT GOOD"}`;
        console.log(
          tableText(
            ["fact", "value"],
            [
              ["recorded", `${timeText(status.first_ns)} to ${timeText(status.last_ns)}`],
              [
                "captures",
                `${status.captures}, ${status.packets.toLocaleString("en")} packets, ${sizeText(status.bytes)}, ${sizeText(status.stored_bytes)} stored`,
              ],
              ["gaps", String(status.gaps)],
              ["lost", status.lost === null ? "the captures do not say" : String(status.lost)],
              ["verified", verified],
              ["key", status.key],
              ["ledger", `${status.ledger_size} entries`],
              ["home", status.home],
            ],
          ),
        );
        return EXIT_CODES.ok;
      });
    });
}
