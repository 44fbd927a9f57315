import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { HoldfastError, sizeText } from "../../core/base/index.ts";
import { openWriteStream, toStorageError, writeAll } from "../../platform/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import type { Row } from "../rows-text.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, tableText } from "../text.ts";

interface ObjectsOptions {
  readonly extract?: string;
  readonly all?: boolean;
  readonly output?: string;
  readonly members?: boolean;
  readonly limit: number;
  readonly purpose: string;
  readonly case?: string;
}

const EXAMPLES = `
Examples:
  holdfast objects
  holdfast objects 'files.mime_type == application/x-dosexec'
  holdfast objects --members FsYBL81vZ9sj         what an archive says it holds, without unpacking it
  holdfast objects --extract FsYBL81vZ9sj -o sample.bin
  holdfast objects --all -o objects/ 'host 10.4.22.45'   each under its own id, never its own name

A file is taken out of its packets by replay, and that read is in the ledger first. Its digest is checked
against the one in the log. Nothing is run, rendered or unpacked.`;

/** Objects that one call writes. */
const OBJECTS_MAX = 10_000;

export function addObjectsCommand(program: Command): void {
  program
    .command("objects")
    .description("files that travelled: list them, list what archives hold, take them out")
    .argument("[query...]", "which files; all if left out. With --members: the archive's id")
    .option("--extract <fuid>", "take this one out, to the file of -o")
    .option("--all", "take all that match out, into the folder of -o")
    .option("-o, --output <path>", "where to write; - is standard output")
    .option("--members", "what archives list as their content")
    .option("--limit <n>", "at most so many", wholeNumber, 100)
    .option("--purpose <text>", "why they are read; stands in the ledger", "")
    .option("--case <name>", "one case only")
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: ObjectsOptions) => {
      const options = program.opts<CommonOptions>();
      const q = words.join(" ");
      process.exitCode = await withHome(options, async (handlers, context) => {
        const extract = async (fuid: string, path: string): Promise<boolean> => {
          const input = operations.object.input.parse({ fuid, purpose: own.purpose });
          const { facts, bytes } = await handlers.object(input, context);
          const written = await write(bytes, path);
          const isSame = facts.sha256 === null || facts.sha256 === written.sha256;
          const said = { ...facts, path, bytes: written.bytes, sha256_written: written.sha256 };
          if (options.json) process.stderr.write(`${JSON.stringify(said)}\n`);
          else process.stderr.write(extractedText(facts, written, { path, isSame }));
          return isSame;
        };
        if (own.extract !== undefined) {
          const path = own.output ?? `${own.extract}.bin`;
          return (await extract(own.extract, path)) ? EXIT_CODES.ok : EXIT_CODES.tampered;
        }
        const log = own.members ? "archive_members" : "files";
        const isId = own.members && /^F[A-Za-z0-9]{1,11}$/.test(q);
        const input = operations.query.input.parse({
          q: isId ? `archive_members.fuid == ${q}` : q,
          log,
          limit: own.all ? OBJECTS_MAX : own.limit,
          ...(own.case !== undefined && { case: own.case }),
        });
        const answer = await askWithQuery(input.q, () => handlers.query(input, context));
        if (own.all && !own.members) {
          if (own.output === undefined || own.output === "-")
            throw new HoldfastError("request/bad-input", "--all needs a folder to write to", {
              remedy: "name it with -o",
            });
          let isSame = true;
          for (const row of answer.rows) {
            const fuid = String(row["fuid"]);
            isSame = (await extract(fuid, join(own.output, `${fuid}.bin`))) && isSame;
          }
          return isSame ? EXIT_CODES.ok : EXIT_CODES.tampered;
        }
        if (options.json) for (const row of answer.rows) console.log(JSON.stringify(row));
        else if (answer.rows.length > 0)
          console.log(own.members ? membersText(answer.rows) : objectsText(answer.rows));
        process.stderr.write(
          coverageText(answer.coverage, `${answer.rows.length} of ${answer.total} objects`),
        );
        return answer.total === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

function objectsText(rows: readonly Row[]): string {
  const head = ["fuid", "from", "size", "whole", "type", "sha256", "name"];
  const cells = rows.map((row) => [
    String(row["fuid"]),
    String(row["source"]),
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
  const missing = facts.missing_bytes > 0 ? `, ${facts.missing_bytes} bytes never captured` : "";
  const digest = isSame ? written.sha256 : `${written.sha256}: NOT the digest in the log`;
  return `${facts.fuid}${name}: ${sizeText(written.bytes)} to ${path}${missing}, read on record as entry ${facts.seq}\n  sha256 ${digest}\n`;
}

async function write(
  bytes: AsyncIterable<Uint8Array>,
  output: string,
): Promise<{ bytes: number; sha256: string }> {
  const digest = createHash("sha256");
  let count = 0;
  const target = output === "-" ? process.stdout : openWriteStream(output, { replace: true });
  try {
    for await (const piece of bytes) {
      digest.update(piece);
      count += piece.length;
      await writeAll(target, piece);
    }
    if (output !== "-") await new Promise<void>((resolve) => target.end(resolve));
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    throw toStorageError("output", `cannot write ${output}`, error);
  }
  return { bytes: count, sha256: digest.digest("hex") };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > OBJECTS_MAX)
    throw new InvalidArgumentError(`a whole number from 1 to ${OBJECTS_MAX} is meant`);
  return value;
}
