import { type Command, Option } from "commander";
import {
  type CallContext,
  EXIT_CODES,
  type Handlers,
  type OutputOf,
  operations,
} from "../../api/index.ts";
import { HoldfastError, sizeText } from "../../core/base/index.ts";
import { caseOption, ofCase } from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";
import { writeOutput } from "../write-output.ts";

interface AttachmentsOptions {
  readonly kind?: "tls-key-log" | "object";
  readonly case?: string;
  readonly output?: string;
  readonly purpose: string;
}

type Attachment = OutputOf<typeof operations.attachments>["attachments"][number];

const EXAMPLES = `
Examples:
  holdfast attachments
  holdfast attachments --kind object --case IR-2026-0412
  holdfast attachments ATTACHMENT                     where it came from, and its digests
  holdfast attachments ATTACHMENT -o sample.bin --purpose "for the laboratory"

Attachments are sealed with the case's key and exist by their ledger entry: files that travelled
(holdfast objects --seal) and TLS key logs (holdfast keys). A file is taken out only on record. Key logs
are not handed out: imports and replays use them where they lie.`;

export function addAttachmentsCommand(program: Command): void {
  program
    .command("attachments")
    .description("what is sealed beside the captures of a case: list it, take an object out")
    .argument("[attachment]", "one attachment; all if left out")
    .addOption(new Option("--kind <kind>", "one kind only").choices(["object", "tls-key-log"]))
    .addOption(caseOption())
    .option("-o, --output <file>", "take it out to this file; - is standard output")
    .option("--purpose <text>", "why it is taken out; stands in the ledger", "")
    .addHelpText("after", EXAMPLES)
    .action(async (attachment: string | undefined, own: AttachmentsOptions) => {
      const options = program.opts<CommonOptions>();
      const isJson = options.json === true;
      process.exitCode = await withHome(options, async (handlers, context) => {
        if (own.output !== undefined)
          return await takeOut(attachment, own.output, { own, isJson, handlers, context });
        const input = { ...ofCase(own), ...(own.kind !== undefined && { kind: own.kind }) };
        const { attachments } = await handlers.attachments(input, context);
        const chosen = attachments.filter(
          (one) => attachment === undefined || one.attachment === attachment,
        );
        if (attachment !== undefined && chosen.length === 0) throw unknown(attachment);
        if (isJson) for (const one of chosen) console.log(jsonText(one));
        else if (attachment !== undefined) console.log(factsText(chosen[0]!));
        else if (chosen.length > 0) console.log(listText(chosen));
        return chosen.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

interface Call {
  readonly own: AttachmentsOptions;
  readonly isJson: boolean;
  readonly handlers: Handlers;
  readonly context: CallContext;
}

async function takeOut(
  attachment: string | undefined,
  path: string,
  { own, isJson, handlers, context }: Call,
): Promise<number> {
  if (attachment === undefined) throw namedNone();
  const { purpose } = own;
  const input = operations.attachment.input.parse({ attachment, purpose, ...ofCase(own) });
  const { facts, bytes } = await handlers.attachment(input, context);
  const written = await writeOutput(bytes, path);
  const isSame = written.sha256 === facts.sha256;
  const said = { ...facts, path, sha256_written: written.sha256 };
  const digest = `${written.sha256}${isSame ? "" : ": NOT the digest that was sealed"}`;
  const text = `${facts.attachment} (named ${escapeText(facts.name)}): ${sizeText(written.bytes)} to ${path}, read on record as entry ${facts.seq}\n  sha256 ${digest}`;
  process.stderr.write(`${isJson ? jsonText(said) : text}\n`);
  return isSame ? EXIT_CODES.ok : EXIT_CODES.tampered;
}

function listText(attachments: readonly Attachment[]): string {
  const head = ["attachment", "case", "kind", "size", "sha256", "sealed", "name", "purpose"];
  const rows = attachments.map((one) => [
    one.attachment,
    one.case,
    one.kind,
    sizeText(one.bytes),
    one.sha256.slice(0, 16),
    one.at.slice(0, 19).replace("T", " "),
    escapeText(one.name),
    escapeText(one.purpose),
  ]);
  return tableText(head, rows, process.stdout.isTTY ? process.stdout.columns : undefined);
}

function factsText({ object, ...one }: Attachment): string {
  const facts: [string, unknown][] = [
    ["attachment", `${one.attachment}, ${one.kind} of case ${one.case}`],
    ["name", one.name],
    ["purpose", one.purpose],
    ["sealed", `${one.at} by ${one.by}, entry ${one.seq}`],
    ["bytes", one.bytes],
    ["sha256", one.sha256],
    [
      "file",
      `attachments/${one.attachment}.age, ${one.sealed_bytes} bytes, sha256 ${one.sealed_sha256}`,
    ],
  ];
  if (object !== null) {
    facts.push(
      ["object", `${object.fuid} over ${object.source}, read as entry ${object.read_seq}`],
      ["connection", `${object.uid} of capture ${object.capture}`],
      ["type", object.mime_type],
      ["missing", `${object.missing_bytes} bytes`],
      ["in the log", object.sha256],
      ["md5", object.md5],
      ["sha1", object.sha1],
    );
  }
  return facts
    .map(([name, value]) => `${name.padEnd(11)} ${escapeText(String(value ?? "-"))}`)
    .join("\n");
}

function namedNone(): HoldfastError {
  return new HoldfastError("request/bad-input", "no attachment was named to be taken out", {
    remedy: "holdfast attachments lists them",
  });
}

function unknown(attachment: string): HoldfastError {
  return new HoldfastError("home/unknown-attachment", `there is no attachment ${attachment} here`, {
    remedy: "holdfast attachments lists them",
  });
}
