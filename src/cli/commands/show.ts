import type { Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";

export function addShowCommand(program: Command): void {
  program
    .command("show")
    .description("one connection: what it was, its row, where its packets lie")
    .argument("<uid>", "the connection")
    .addHelpText("after", "\nExample:\n  holdfast show CHhAvVGS1DHFjwGM9")
    .action(async (uid: string) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const shown = await handlers.show({ uid }, context);
        if (options.json) {
          console.log(jsonText(shown));
          return EXIT_CODES.ok;
        }
        const row = Object.entries(shown.row).filter(
          ([name, value]) => value !== null && !name.endsWith("_ns"),
        );
        console.log(
          `${escapeText(shown.sentence)}\n${shown.rhythm === null ? "" : `its originator ${shown.rhythm.says}\n`}`,
        );
        console.log(
          tableText(
            ["field", "value"],
            row.map(([name, value]) => [name, escapeText(String(value))]),
          ),
        );
        console.log(
          `\npackets: ${shown.packets.count}, ${shown.packets.state}: ${shown.packets.says}`,
        );
        const places = shown.packets.places.map((p) => [
          p.segment,
          String(p.packets),
          `${p.first_chunk}-${p.last_chunk}`,
        ]);
        console.log(tableText(["segment", "packets", "chunks"], places));
        return EXIT_CODES.ok;
      });
    });
}
