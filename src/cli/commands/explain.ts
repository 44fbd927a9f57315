import type { Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, timeText } from "../text.ts";

const STEPS_SHOWN = 20;

export function addExplainCommand(program: Command): void {
  program
    .command("explain")
    .description("which bytes of which packets a field came from, by replay")
    .argument("<uid>", "the connection")
    .requiredOption("--field <name>", "log and field, such as conn.resp_bytes or http.uri")
    .option("--row <n>", "of several rows of that log in the connection, only this one", Number)
    .option("--purpose <text>", "why the packets are read; stands in the ledger", "")
    .option("--all", "every packet, not the first and last few")
    .addHelpText(
      "after",
      "\nExamples:\n  holdfast explain CHhAvVGS1DHFjwGM9 --field conn.resp_bytes\n  holdfast explain CHhAvVGS1DHFjwGM9 --field dns.query --row 2",
    )
    .action(
      async (uid: string, own: { field: string; row?: number; purpose: string; all?: boolean }) => {
        const options = program.opts<CommonOptions>();
        process.exitCode = await withHome(options, async (handlers, context) => {
          const explained = await handlers.explain(
            {
              uid,
              field: own.field,
              purpose: own.purpose,
              ...(own.row !== undefined && { row: own.row }),
            },
            context,
          );
          if (options.json) {
            console.log(jsonText(explained));
            return EXIT_CODES.ok;
          }
          console.log(
            `${explained.field} = ${escapeText(String(explained.value))}   ${explained.says}`,
          );
          if (explained.key_logs.length > 0) {
            console.log(`opened with ${explained.key_logs.map(escapeText).join(", ")}`);
          }
          const { steps } = explained;
          const isCut = !own.all && steps.length > STEPS_SHOWN;
          const shown = isCut
            ? [...steps.slice(0, STEPS_SHOWN / 2), ...steps.slice(-STEPS_SHOWN / 2)]
            : steps;
          shown.forEach((step, n) => {
            if (isCut && n === STEPS_SHOWN / 2)
              console.log(`  … ${steps.length - STEPS_SHOWN} packets more (--all)`);
            const said =
              step.row === undefined
                ? `${escapeText(String(step.before))} -> ${escapeText(String(step.after))}`
                : `row ${step.row}: ${escapeText(String(step.after))}`;
            console.log(
              `  packet ${step.packet}  ${timeText(step.ts_ns)}  ${step.segment} @ ${step.offset}: ${said}`,
            );
            for (const range of step.ranges) {
              const place = `bytes ${range.offset}-${range.offset + range.length - 1}`;
              console.log(`    ${range.name.padEnd(28)} ${place}  ${shownBytes(range.bytes)}`);
              if (range.opened !== undefined) {
                console.log(
                  `    ${"opened".padStart(28 + place.length + 1)}  ${shownBytes(range.opened)}`,
                );
              }
            }
          });
          return EXIT_CODES.ok;
        });
      },
    );
}

function shownBytes(hex: string): string {
  return `${hex.slice(0, 48)}${hex.length > 48 ? "…" : ""}  ${printable(hex)}`;
}

/** The characters among so many bytes, a dot for each other. */
function printable(hex: string): string {
  const text = Buffer.from(hex.slice(0, 96), "hex").toString("latin1");
  return text.replace(/[^\x20-\x7e]/g, ".");
}
