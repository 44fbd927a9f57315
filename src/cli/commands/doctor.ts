import type { Command } from "commander";
import { EXIT_CODES } from "../../api/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { jsonText } from "../text.ts";

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("whether this home and machine are fit for evidence")
    .action(async () => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { ok, checks } = await handlers.doctor({}, context);
        if (options.json) console.log(jsonText({ ok, checks }));
        else {
          for (const { name, state, says, remedy } of checks) {
            console.log(
              `${state.padEnd(8)} ${name.padEnd(10)} ${says}${remedy === null ? "" : `\n${" ".repeat(20)}${remedy}`}`,
            );
          }
        }
        return ok ? EXIT_CODES.ok : EXIT_CODES.failed;
      });
    });
}
