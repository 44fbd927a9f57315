import { Command, CommanderError } from "commander";
import { EXIT_CODES, exitCodeOf } from "../api/index.ts";
import { HoldfastError } from "../core/base/index.ts";
import { addAttachmentsCommand } from "./commands/attachments.ts";
import { addBurstsCommand } from "./commands/bursts.ts";
import { addCaseCommand } from "./commands/case.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addConversationsCommand } from "./commands/conversations.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEndpointsCommand } from "./commands/endpoints.ts";
import { addExplainCommand } from "./commands/explain.ts";
import { addFindingsCommand } from "./commands/findings.ts";
import { addHelpTopics } from "./commands/help-topics.ts";
import { addHierarchyCommand } from "./commands/hierarchy.ts";
import { addImportCommand } from "./commands/import.ts";
import { addInitCommand } from "./commands/init.ts";
import { addIoCommand } from "./commands/io.ts";
import { addKeysCommand } from "./commands/keys.ts";
import { addLedgerCommand } from "./commands/ledger.ts";
import { addLogsCommand } from "./commands/logs.ts";
import { addNoteCommands } from "./commands/notes.ts";
import { addObjectsCommand } from "./commands/objects.ts";
import { addPacketsCommand } from "./commands/packets.ts";
import { addPeopleCommand } from "./commands/people.ts";
import { addQueryCommand } from "./commands/query.ts";
import { addReindexCommand } from "./commands/reindex.ts";
import { addSegmentsCommand } from "./commands/segments.ts";
import { addServeCommand } from "./commands/serve.ts";
import { addSharesCommands } from "./commands/shares.ts";
import { addShowCommand } from "./commands/show.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addStreamCommand } from "./commands/stream.ts";
import { addTokensCommand } from "./commands/tokens.ts";
import { addTopCommand } from "./commands/top.ts";
import { addVerdictCommand } from "./commands/verdict.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { escapeText, jsonText } from "./text.ts";
import { VERSION } from "./version.ts";

/** A command tells its exit code by setting `process.exitCode`. */
async function main(args: readonly string[]): Promise<void> {
  const program = new Command("holdfast")
    .description(
      "Packet evidence you can stand on: import a capture, find its packets, prove nothing was changed.",
    )
    .version(VERSION, "-V, --version")
    .option("--home <folder>", "the home to use (HOLDFAST_HOME; default ~/.holdfast)")
    .option(
      "--passphrase-file <file>",
      "file whose first line opens the vault's key (HOLDFAST_PASSPHRASE)",
    )
    .option("--json", "print JSON")
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  for (const add of [
    addInitCommand,
    addImportCommand,
    addQueryCommand,
    addLogsCommand,
    addObjectsCommand,
    addAttachmentsCommand,
    addTopCommand,
    addConversationsCommand,
    addEndpointsCommand,
    addHierarchyCommand,
    addFindingsCommand,
    addNoteCommands,
    addSharesCommands,
    addPacketsCommand,
    addShowCommand,
    addExplainCommand,
    addStreamCommand,
    addVerdictCommand,
    addIoCommand,
    addBurstsCommand,
    addSegmentsCommand,
    addVerifyCommand,
    addReindexCommand,
    addCaseCommand,
    addKeysCommand,
    addLedgerCommand,
    addDoctorCommand,
    addStatusCommand,
    addPeopleCommand,
    addTokensCommand,
    addServeCommand,
    addCompletionCommand,
    addHelpTopics,
  ]) {
    add(program);
  }
  program
    .command("version")
    .description("print the version")
    .action(() => {
      console.log(
        program.opts()["json"]
          ? JSON.stringify({ version: VERSION, node: process.version })
          : `holdfast ${VERSION}`,
      );
    });
  program.addHelpText("after", EXIT_HELP);
  await program.parseAsync(args, { from: "user" });
}

const EXIT_HELP = `
Exit codes: 0 done · 1 failed · 2 wrong command line · 3 bad input (not a capture, a query that does not read)
            4 nothing found · 5 verify found damage · 6 home missing, in use, locked or not writable · 130 interrupted

Three steps:
  holdfast import capture.pcapng
  holdfast query 'conn.orig_bytes > 10MB'
  holdfast packets --uid UID -o out.pcapng

More: holdfast help query, holdfast help evidence`;

/** The reader of the output has seen enough: work at hand is ended as by Ctrl-C, without a word. */
let isCut = false;

try {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (isCut) return;
    isCut = true;
    if (!process.emit("SIGTERM")) process.exit(EXIT_CODES.ok);
  });
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = isCut ? EXIT_CODES.ok : report(error);
}
if (isCut) process.exitCode = EXIT_CODES.ok;

function report(error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  if (!(error instanceof HoldfastError)) {
    console.error(
      `holdfast: something went wrong here: ${linesText((error as Error).stack ?? String(error))}`,
    );
    return EXIT_CODES.failed;
  }
  if (process.argv.includes("--json")) {
    const { column, length } = error as { column?: number; length?: number };
    console.error(
      jsonText({
        code: error.code,
        message: error.message,
        remedy: error.remedy ?? null,
        column,
        length,
      }),
    );
  } else {
    console.error(`holdfast: ${escapeText(error.message)}`);
    pointAtColumn(error);
    if (error.remedy !== undefined) console.error(`          ${linesText(error.remedy)}`);
  }
  return error.code === "cli/interrupted" || error.code.endsWith("/cancelled")
    ? EXIT_CODES.interrupted
    : exitCodeOf(error.code);
}

/** A text of several lines of ours, each safe. */
function linesText(text: string): string {
  return text.split("\n").map(escapeText).join("\n");
}

/** Shows the query with a mark under the place that does not read. */
function pointAtColumn(error: HoldfastError): void {
  const { column, length, query } = error as { column?: number; length?: number; query?: string };
  if (column === undefined || query === undefined) return;
  const before = escapeText(query.slice(0, column - 1));
  const mark = escapeText(query.slice(column - 1, column - 1 + (length ?? 1)));
  console.error(
    `  ${escapeText(query)}\n  ${" ".repeat(before.length)}${"^".repeat(Math.max(1, mark.length))}`,
  );
}
