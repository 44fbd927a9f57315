import { basename } from "node:path";
import type { Command } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { openReadStream, readStandardInput } from "../../platform/index.ts";
import { caseOption, ofCase } from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";

const EXAMPLES = `
Examples:
  holdfast keys add sslkeys.log --case IR-2026-0412 --purpose "workstation under investigation"
  holdfast import capture.pcapng --case IR-2026-0412        what the keys open is in its logs
  holdfast keys list

A key log opens every session that it names: it is sealed in the vault at once and never written in
clear. Imports, explain, objects and stream --decrypted of the same case use it, each use on record.
Secrets inside a pcapng file are used as it is imported. Captures sealed before keep their logs.
What was opened and what not, and why, is in the column secrets of the ssl log.`;

export function addKeysCommand(program: Command): void {
  const keys = program
    .command("keys")
    .description("TLS key logs of a case: sealed, used by imports and replays, every use on record")
    .addHelpText("after", EXAMPLES);
  keys
    .command("add")
    .description("seal a key log (SSLKEYLOGFILE) as an attachment of a case; - is standard input")
    .argument("<file>", "the key log")
    .option("--case <name>", "the case", "scratch")
    .option("--purpose <text>", "why it may be used; stands in the ledger", "")
    .action(async (file: string, own: { case: string; purpose: string }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.attachKeyLog.input.parse({
          name: file === "-" ? "standard input" : basename(file),
          case: own.case,
          purpose: own.purpose,
        });
        const body =
          file === "-" ? readStandardInput() : (openReadStream(file) as AsyncIterable<Uint8Array>);
        const answer = await handlers.attachKeyLog(input, { ...context, body });
        if (options.json) console.log(jsonText(answer));
        else
          console.log(
            `${escapeText(input.name)} ${answer.sealed_before ? "was sealed before" : "is sealed"} as attachment ${answer.attachment} of case ${input.case}, entry ${answer.seq}: ${countsText(answer)}`,
          );
        return EXIT_CODES.ok;
      });
    });
  keys
    .command("list")
    .description("key logs and what they are for; never their secrets")
    .addOption(caseOption())
    .action(async (own: { case?: string }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { key_logs } = await handlers.keyLogs(ofCase(own), context);
        if (options.json) for (const one of key_logs) console.log(jsonText(one));
        else if (key_logs.length > 0) {
          const head = ["attachment", "case", "name", "bytes", "sealed", "purpose"];
          const rows = key_logs.map((one) => [
            one.attachment,
            one.case,
            escapeText(one.name),
            String(one.bytes),
            one.at,
            escapeText(one.purpose),
          ]);
          console.log(tableText(head, rows));
        }
        return key_logs.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

function countsText(counts: {
  readonly secrets: number;
  readonly sessions: number;
  readonly ignored_lines: number;
}): string {
  const { secrets, sessions, ignored_lines: ignored } = counts;
  const of = `${secrets} secret${secrets === 1 ? "" : "s"} of ${sessions} session${sessions === 1 ? "" : "s"}`;
  return ignored === 0 ? of : `${of}; ${ignored} line${ignored === 1 ? " is" : "s are"} no secret`;
}
