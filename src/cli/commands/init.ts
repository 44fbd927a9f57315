import type { Command } from "commander";
import { type CommonOptions, homeDirectory, homeOptions } from "../session.ts";
import { jsonText } from "../text.ts";

export function addInitCommand(program: Command): void {
  program
    .command("init")
    .description("make a home: keys, ledger, vault and index in one folder")
    .addHelpText(
      "after",
      "\nExamples:\n  holdfast init\n  holdfast --home /srv/evidence --passphrase-file pass.txt init\n\nWithout a passphrase the vault's key lies on the disk that it protects; the evidence strip says so.",
    )
    .action(async () => {
      const options = program.opts<CommonOptions>();
      const { createHome } = await import("../../services/home/index.ts");
      await createHome({ ...homeOptions(options), actor: { name: "owner", via: "cli" } });
      const home = homeDirectory(options);
      console.log(options.json ? jsonText({ home }) : `home made in ${home}`);
    });
}
