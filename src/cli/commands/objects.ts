import { join } from "node:path";
import { type Command, Option } from "commander";
import {
  type CallContext,
  EXIT_CODES,
  type Handlers,
  type OutputOf,
  operations,
} from "../../api/index.ts";
import { HoldfastError, sizeText } from "../../core/base/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  count,
  ofCase,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import type { Row } from "../rows-text.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";
import { writeOutput } from "../write-output.ts";

interface ObjectsOptions extends QuestionOptions {
  readonly extract?: string;
  readonly all?: boolean;
  readonly seal?: boolean;
  readonly output?: string;
  readonly members?: boolean;
  readonly readings?: boolean;
  readonly limit: number;
  readonly purpose: string;
}

/** What a call of the command works with. */
interface Call {
  readonly q: string;
  readonly own: ObjectsOptions;
  readonly isJson: boolean;
  readonly handlers: Handlers;
  readonly context: CallContext;
}

const EXAMPLES = `
Examples:
  holdfast objects
  holdfast objects 'files.mime_type == application/x-dosexec'
  holdfast objects --members FsYBL81vZ9sj         what an archive says it holds, without unpacking it
  holdfast objects --readings 'uid == CHhAvVGS1DHFjwGM9'   other files that the same bytes can be
  holdfast objects --seal FsYBL81vZ9sj --purpose "dropper"      as an attachment of its case
  holdfast objects --seal 'host 10.4.22.45'                     all that match
  holdfast objects --extract FsYBL81vZ9sj -o sample.bin
  holdfast objects --all -o objects/ 'host 10.4.22.45'   each under its own id, never its own name

A file is taken out of its packets by replay, and that read is in the ledger first. It goes into sealed
storage (holdfast attachments), or with -o to a file, and its digest is checked against the one in the
log. Nothing is run, rendered or unpacked.`;

/** Objects that one call takes out. */
const OBJECTS_MAX = 10_000;
const FUID = /^F[A-Za-z0-9]{1,11}$/;

export function addObjectsCommand(program: Command): void {
  program
    .command("objects")
    .description(
      "files that travelled: list them, list what archives hold, seal them, take them out",
    )
    .argument("[query...]", "which files; all if left out. With --members or --seal also an id")
    .addOption(
      new Option("--seal", "seal what is named as attachments of its case").conflicts([
        "output",
        "members",
      ]),
    )
    .option("--extract <fuid>", "take this one out: sealed, or to the file of -o")
    .option("--all", "take all that match out: sealed, or into the folder of -o")
    .option("-o, --output <path>", "where to write; - is standard output")
    .option("--members", "what archives list as their content")
    .addOption(
      new Option(
        "--readings",
        "how the same bytes can be read otherwise: packed, unpacked, whole mails, as a strict reader does",
      ).conflicts(["members"]),
    )
    .option("--limit <n>", "at most so many", count(OBJECTS_MAX), 100)
    .option("--purpose <text>", "why they are read; stands in the ledger", "")
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: ObjectsOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const isJson = options.json === true;
        const call: Call = { q: words.join(" "), own, isJson, handlers, context };
        if (own.extract !== undefined) return await takeOut([own.extract], call);
        if (!own.members && (own.seal || own.all)) return await takeAll(call);
        return await list(call);
      });
    });
}

async function list(call: Call): Promise<number> {
  const { q, own, isJson } = call;
  const isId = own.members && FUID.test(q);
  const log = own.members ? "archive_members" : logOf(own);
  const answer = await findObjects(call, {
    q: isId ? `archive_members.fuid == ${q}` : q,
    log,
    limit: own.limit,
  });
  if (isJson) for (const row of answer.rows) console.log(jsonText(row));
  else if (answer.rows.length > 0)
    console.log(own.members ? membersText(answer.rows) : objectsText(answer.rows));
  process.stderr.write(
    coverageText(answer.coverage, `${answer.rows.length} of ${answer.total} objects`),
  );
  return answer.total === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
}

function logOf(own: ObjectsOptions): string {
  return own.readings ? "file_readings" : "files";
}

async function takeAll(call: Call): Promise<number> {
  const { q, own } = call;
  if (own.output === "-")
    throw new HoldfastError("request/bad-input", "several objects are not one output", {
      remedy: "name a folder with -o, or one object with --extract",
    });
  if (q === "" && !own.all)
    throw new HoldfastError("request/bad-input", "no object was named to be sealed", {
      remedy: "name its id or a query, or say --all",
    });
  if (FUID.test(q)) return await takeOut([q], call);
  const answer = await findObjects(call, { q, log: logOf(own), limit: OBJECTS_MAX });
  const fuids = answer.rows.map((row) => String(row["fuid"]));
  const code = await takeOut(fuids, call);
  process.stderr.write(coverageText(answer.coverage, `${fuids.length} of ${answer.total} objects`));
  return answer.total === 0 ? EXIT_CODES.nothing : code;
}

async function findObjects({ own, handlers, context }: Call, what: object) {
  const input = operations.query.input.parse({ ...questionOf([], own), ...what });
  return await askWithQuery(input.q, () => handlers.query(input, context));
}

/** Takes each out, sealed or to a file; tells by the exit code whether each is what the log says. */
async function takeOut(fuids: readonly string[], call: Call): Promise<number> {
  const { output, extract } = call.own;
  let isSame = true;
  for (const fuid of fuids) {
    const path = output === undefined || extract ? output : join(output, `${fuid}.bin`);
    const good = path === undefined ? await seal(fuid, call) : await write(fuid, path, call);
    isSame &&= good;
  }
  return isSame ? EXIT_CODES.ok : EXIT_CODES.tampered;
}

async function seal(fuid: string, { own, isJson, handlers, context }: Call): Promise<boolean> {
  const { purpose } = own;
  const input = operations.sealObject.input.parse({ fuid, purpose, ...ofCase(own) });
  const sealed = await handlers.sealObject(input, context);
  console.log(isJson ? jsonText(sealed) : sealedText(sealed));
  return sealed.log_sha256 === null || sealed.log_sha256 === sealed.sha256;
}

async function write(
  fuid: string,
  path: string,
  { own, isJson, handlers, context }: Call,
): Promise<boolean> {
  const { purpose } = own;
  const input = operations.object.input.parse({ fuid, purpose, ...ofCase(own) });
  const { facts, bytes } = await handlers.object(input, context);
  const written = await writeOutput(bytes, path);
  const isSame = facts.sha256 === null || facts.sha256 === written.sha256;
  const said = { ...facts, path, bytes: written.bytes, sha256_written: written.sha256 };
  process.stderr.write(
    isJson ? `${jsonText(said)}\n` : extractedText(facts, written, { path, isSame }),
  );
  return isSame;
}

function objectsText(rows: readonly Row[]): string {
  const head = ["fuid", "from", "size", "whole", "type", "sha256", "name"];
  const cells = rows.map((row) => [
    String(row["fuid"]),
    [row["source"], row["reading"]].filter((one) => typeof one === "string").join(" "),
    sizeText(Number(row["seen_bytes"])),
    row["is_complete"] === true ? "yes" : "no",
    shown(row["mime_type"]),
    shown(row["sha256"]).slice(0, 16),
    shown(row["filename"] ?? row["origin"]),
  ]);
  return tableText(head, cells, process.stdout.isTTY ? process.stdout.columns : undefined);
}

function membersText(rows: readonly Row[]): string {
  const head = ["fuid", "format", "size", "packed", "encrypted", "member"];
  const cells = rows.map((row) => [
    String(row["fuid"]),
    shown(row["format"]),
    shown(row["size"]),
    shown(row["compressed_size"]),
    row["encrypted"] === true ? "yes" : "no",
    shown(row["member"]),
  ]);
  return tableText(head, cells, process.stdout.isTTY ? process.stdout.columns : undefined);
}

function shown(value: unknown): string {
  return value === null || value === undefined ? "-" : escapeText(String(value));
}

function extractedText(
  facts: { fuid: string; seq: number; missing_bytes: number; filename: string | null },
  written: { bytes: number; sha256: string },
  { path, isSame }: { path: string; isSame: boolean },
): string {
  const name = facts.filename === null ? "" : ` (named ${escapeText(facts.filename)})`;
  const digest = isSame ? written.sha256 : `${written.sha256}: NOT the digest in the log`;
  return `${facts.fuid}${name}: ${sizeText(written.bytes)} to ${path}${missingText(facts)}, read on record as entry ${facts.seq}\n  sha256 ${digest}\n`;
}

function sealedText(facts: OutputOf<typeof operations.sealObject>): string {
  const { fuid, name, attachment, sha256, log_sha256: logged } = facts;
  const done = facts.sealed_before ? "was sealed before" : "is sealed";
  const digest = logged === null || logged === sha256 ? "" : ": NOT the digest in the log";
  return `${fuid} (named ${escapeText(name)}): ${sizeText(facts.bytes)}${missingText(facts)} ${done} as attachment ${attachment} of case ${facts.case}, entry ${facts.seq}\n  sha256 ${sha256}${digest}`;
}

function missingText({ missing_bytes: missing }: { readonly missing_bytes: number }): string {
  return missing > 0 ? `, ${missing} bytes never captured` : "";
}
