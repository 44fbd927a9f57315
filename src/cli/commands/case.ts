import type { Command } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";

export function addCaseCommand(program: Command): void {
  const group = program
    .command("case")
    .description("cases: what captures, reads and exports belong to");
  group
    .command("list", { isDefault: true })
    .description("all cases")
    .action(async () => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { cases } = await handlers.cases({}, context);
        if (options.json) for (const one of cases) console.log(jsonText(one));
        else
          console.log(
            tableText(
              ["case", "opened", "captures", "purpose"],
              cases.map((c) => [c.case, c.opened_at, String(c.captures), escapeText(c.purpose)]),
            ),
          );
        return EXIT_CODES.ok;
      });
    });
  group
    .command("open")
    .description("open a case")
    .argument("<name>", "letters, digits, dot, dash, underscore")
    .option("--purpose <text>", "why; stands in the ledger", "")
    .addHelpText(
      "after",
      "\nExample:\n  holdfast case open IR-2026-0412 --purpose 'upload at 2 a.m.'",
    )
    .action(async (name: string, own: { purpose: string }) => {
      const options = program.opts<CommonOptions>();
      const input = operations.openCase.input.safeParse({ case: name, purpose: own.purpose });
      if (!input.success) {
        throw new HoldfastError("request/bad-input", `"${name}" cannot name a case`, {
          remedy: "use letters, digits, dot, dash and underscore, at most 64",
        });
      }
      process.exitCode = await withHome(options, async (handlers, context) => {
        const opened = await handlers.openCase(input.data, context);
        console.log(
          options.json ? jsonText(opened) : `case ${opened.case} is open, entry ${opened.seq}`,
        );
        return EXIT_CODES.ok;
      });
    });
}
