import type { Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, timeText } from "../text.ts";

const STEPS_SHOWN = 20;

export function addExplainCommand(program: Command): void {
  program
    .command("explain")
    .description("which bytes of which packets a field came from, by replay")
    .argument("<uid>", "the connection")
    .requiredOption("--field <name>", "the field, such as conn.resp_bytes")
    .option("--purpose <text>", "why the packets are read; stands in the ledger", "")
    .option("--all", "every packet, not the first and last few")
    .addHelpText(
      "after",
      "\nExample:\n  holdfast explain CHhAvVGS1DHFjwGM9 --field conn.resp_bytes",
    )
    .action(async (uid: string, own: { field: string; purpose: string; all?: boolean }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const explained = await handlers.explain(
          { uid, field: own.field, purpose: own.purpose },
          context,
        );
        if (options.json) {
          console.log(JSON.stringify(explained));
          return EXIT_CODES.ok;
        }
        console.log(
          `${explained.field} = ${escapeText(String(explained.value))}   ${explained.says}`,
        );
        const { steps } = explained;
        const isCut = !own.all && steps.length > STEPS_SHOWN;
        const shown = isCut
          ? [...steps.slice(0, STEPS_SHOWN / 2), ...steps.slice(-STEPS_SHOWN / 2)]
          : steps;
        shown.forEach((step, n) => {
          if (isCut && n === STEPS_SHOWN / 2)
            console.log(`  … ${steps.length - STEPS_SHOWN} packets more (--all)`);
          console.log(
            `  packet ${step.packet}  ${timeText(step.ts_ns)}  ${step.segment} @ ${step.offset}: ${escapeText(String(step.before))} -> ${escapeText(String(step.after))}`,
          );
          for (const range of step.ranges) {
            console.log(
              `    ${range.name.padEnd(28)} bytes ${range.offset}-${range.offset + range.length - 1}  ${range.bytes.slice(0, 48)}${range.bytes.length > 48 ? "…" : ""}`,
            );
          }
        });
        return EXIT_CODES.ok;
      });
    });
}
