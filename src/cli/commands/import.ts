import { resolve } from "node:path";
import type { Command } from "commander";
import {
  type CallContext,
  EXIT_CODES,
  exitCodeOf,
  type Handlers,
  type OutputOf,
  operations,
} from "../../api/index.ts";
import { durationText, HoldfastError, sizeText } from "../../core/base/index.ts";
import { readStandardInput } from "../../platform/index.ts";
import { Progress } from "../progress.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText } from "../text.ts";

interface ImportOptions {
  readonly case: string;
  readonly purpose: string;
  readonly follow?: boolean;
  readonly rest: string;
}

type ImportEvent = OutputOf<typeof operations.importFile>;

export function addImportCommand(program: Command): void {
  program
    .command("import")
    .description("seal capture files and index what is in them; - reads standard input")
    .argument("<file...>", "pcap or pcapng, plain, gzip or zstd")
    .option("--case <name>", "the case it belongs to", "scratch")
    .option("--purpose <text>", "why it is imported; stands in the ledger", "")
    .option("--follow", "the file still grows: read on until it rests")
    .option("--rest <seconds>", "with --follow, how long it must rest", "5")
    .addHelpText(
      "after",
      "\nExamples:\n  holdfast import capture.pcapng\n  holdfast import --case IR-2026-0412 --purpose 'upload at 2 a.m.' *.pcap.gz\n  tcpdump -w - | holdfast import -",
    )
    .action(async (files: string[], own: ImportOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        let worst: number = EXIT_CODES.ok;
        for (const file of files) {
          if (context.signal.aborted) return EXIT_CODES.interrupted;
          worst = Math.max(
            worst,
            await importOne(handlers, context, { file, own, json: options.json === true }),
          );
        }
        return worst;
      });
    });
}

async function importOne(
  handlers: Handlers,
  context: CallContext,
  { file, own, json }: { file: string; own: ImportOptions; json: boolean },
): Promise<number> {
  const began = performance.now();
  const progress = new Progress();
  const { case: caseName, purpose } = own;
  const events =
    file === "-"
      ? handlers.importUpload(
          { name: "standard input", case: caseName, purpose },
          { ...context, body: readStandardInput() },
        )
      : handlers.importFile(
          operations.importFile.input.parse({
            path: resolve(file),
            case: caseName,
            purpose,
            follow: own.follow === true,
            restSeconds: Number(own.rest),
          }),
          context,
        );
  let last: ImportEvent | undefined;
  try {
    for await (const event of events) {
      last = event;
      if (event.type === "progress") progress.show(event, escapeText(file));
      if (json) console.log(jsonText(event));
    }
  } finally {
    progress.end();
  }
  if (last?.type === "failed") {
    const error = new HoldfastError(
      last.code,
      `${file}: ${last.message}`,
      last.remedy === null ? {} : { remedy: last.remedy },
    );
    if (context.signal.aborted) return EXIT_CODES.interrupted;
    if (!json)
      console.error(
        `holdfast: ${escapeText(error.message)}${error.remedy ? `\n          ${escapeText(error.remedy)}` : ""}`,
      );
    return exitCodeOf(error.code);
  }
  if (last?.type === "done" && !json)
    console.log(doneText(escapeText(file), last, (performance.now() - began) / 1000));
  return EXIT_CODES.ok;
}

function doneText(
  file: string,
  { capture, duplicate_of }: Extract<ImportEvent, { type: "done" }>,
  seconds: number,
): string {
  if (duplicate_of !== null)
    return `${file}: the same bytes are sealed already as capture ${duplicate_of}; nothing was added`;
  const amount = `${capture.packets.toLocaleString("en")} packets, ${sizeText(capture.bytes ?? 0)}`;
  const fault = capture.fault === null ? "" : `\n  kept as it is, but ${capture.fault}`;
  return `${file}: ${amount} sealed in ${durationText(seconds)}, case ${capture.case}\n  sha256 ${capture.plaintext_sha256}${fault}`;
}
