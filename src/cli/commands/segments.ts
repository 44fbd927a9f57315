import { Argument, type Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";
import { HoldfastError, sizeText } from "../../core/base/index.ts";
import { writeAll } from "../../platform/index.ts";
import { caseOption, ofCase } from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText, timeText } from "../text.ts";

type Part = "head" | "body" | "events";

export function addSegmentsCommand(program: Command): void {
  program
    .command("segments")
    .description(
      "sealed segments: a list, one segment's digests, or its parts as they lie in the vault",
    )
    .argument("[segment]", "one segment; all if left out")
    .addArgument(
      new Argument("[part]", "what of it").choices(["digests", "head", "body", "events"]),
    )
    .addOption(caseOption())
    .addHelpText(
      "after",
      "\nExamples:\n  holdfast segments\n  holdfast segments SEGMENT digests\n  (holdfast segments S head; holdfast segments S body) | age -d -i ~/.holdfast/keys/vault.identity | zstd -d | sha256sum",
    )
    .action(
      async (segment: string | undefined, part: string | undefined, own: { case?: string }) => {
        const options = program.opts<CommonOptions>();
        process.exitCode = await withHome(options, async (handlers, context) => {
          if (segment !== undefined && part !== undefined && part !== "digests") {
            const { bytes } = await handlers.segmentPart({ segment, part: part as Part }, context);
            for await (const piece of bytes) await writeAll(process.stdout, piece);
            return EXIT_CODES.ok;
          }
          const { segments } = await handlers.segments(ofCase(own), context);
          const chosen = segments.filter((s) => segment === undefined || s.segment === segment);
          if (segment !== undefined && chosen.length === 0) {
            throw new HoldfastError("home/unknown-segment", `there is no segment ${segment}`, {
              remedy: "see holdfast segments",
            });
          }
          if (options.json) for (const one of chosen) console.log(jsonText(one));
          else if (segment !== undefined) {
            console.log(
              tableText(
                ["fact", "value"],
                Object.entries(chosen[0]!).map(([name, value]) => [
                  name,
                  escapeText(String(value ?? "-")),
                ]),
              ),
            );
          } else {
            const rows = chosen.map((s) => [
              s.segment,
              s.case,
              s.kind,
              escapeText(s.name),
              String(s.packets),
              sizeText(s.plaintext_bytes),
              sizeText(s.body_bytes),
              timeText(s.first_ns),
              s.complete ? "whole" : "damaged",
            ]);
            console.log(
              tableText(
                ["segment", "case", "kind", "file", "packets", "bytes", "stored", "from", "state"],
                rows,
              ),
            );
          }
          return EXIT_CODES.ok;
        });
      },
    );
}
