import { type Command, InvalidArgumentError } from "commander";
import { type CallContext, EXIT_CODES, type Handlers, operations } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import { caseOption, count, timeNs } from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";

const ADD_EXAMPLES = `
Examples:
  holdfast note "the archive leaves here" --uid CHhAvVGS1DHFjwGM9 --tag exfiltration
  holdfast note "first bytes of the zip" --uid CHhAvVGS1DHFjwGM9 --packet 7
  holdfast note "handed to legal on Friday" --case IR-2026-0412
  holdfast note "backup window" --case IR-2026-0412 --from 2026-03-10T01:00:00Z --to 2026-03-10T03:00:00Z

A note is an entry of the ledger: everybody of the case sees it, and a note on a packet goes out with it
as a pcapng comment. Finding packet N of a connection is a read, and entered as one.`;

const LIST_EXAMPLES = `
Examples:
  holdfast notes
  holdfast notes CHhAvVGS1DHFjwGM9 --json
  holdfast notes --tag exfiltration
  holdfast notes --withdraw 01KAKT… --reason "meant another connection"`;

interface AddOptions {
  readonly case?: string;
  readonly uid?: string;
  readonly packet?: number;
  readonly from?: string;
  readonly to?: string;
  readonly tag: readonly string[];
}

export function addNoteCommands(program: Command): void {
  program
    .command("note")
    .description("put a note on a connection, one of its packets, or a case")
    .argument("<text>", "what was seen")
    .option("--uid <uid>", "on this connection; left out, the note is on the case")
    .option("--packet <n>", "on this packet of the connection, from 1", count())
    .option("--from <time>", "on a stretch of time that begins here, UTC", timeNs)
    .option("--to <time>", "and ends here", timeNs)
    .option("--tag <word>", "a tag; may be given again", collect, [])
    .addOption(caseOption())
    .addHelpText("after", ADD_EXAMPLES)
    .action(async (text: string, own: AddOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { uid } = own;
        const packet = await placeOfPacket(handlers, own, context);
        const given = operations.addNote.input.safeParse({
          text,
          tags: own.tag,
          ...(uid !== undefined && { uid }),
          ...packet,
          ...(own.case !== undefined && { case: own.case }),
          ...timesOf(own),
        });
        if (!given.success) {
          const message = given.error.issues.map((issue) => issue.message).join("; ");
          throw new HoldfastError("request/bad-input", message);
        }
        const answer = await handlers.addNote(given.data, context);
        if (options.json) console.log(jsonText(answer));
        else console.log(`note ${answer.note} in case ${answer.case}, entry ${answer.seq}`);
        return EXIT_CODES.ok;
      });
    });
  program
    .command("notes")
    .description("what people noted, and taking a note back")
    .argument("[uid]", "on this connection only")
    .option("--tag <word>", "with this tag only")
    .option("--withdraw <note>", "take this note back; it stays in the ledger")
    .option("--reason <text>", "why it is taken back", "")
    .addOption(caseOption())
    .addHelpText("after", LIST_EXAMPLES)
    .action(async (uid: string | undefined, own: ListOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, (handlers, context) =>
        own.withdraw === undefined
          ? list(handlers, { ...own, uid, json: options.json === true }, context)
          : withdraw(
              handlers,
              { ...own, note: own.withdraw, json: options.json === true },
              context,
            ),
      );
    });
}

/** A stretch of time: with one end only it is a moment. */
function timesOf({ from, to, packet }: AddOptions) {
  if (from === undefined && to === undefined) return {};
  if (packet !== undefined) {
    throw new HoldfastError(
      "request/bad-input",
      "a packet has its own time: leave out --from and --to",
    );
  }
  const times = { from_ns: from ?? to, to_ns: to ?? from };
  if (BigInt(times.from_ns!) <= BigInt(times.to_ns!)) return times;
  throw new HoldfastError("request/bad-input", "--to comes before --from");
}

interface ListOptions {
  readonly tag?: string;
  readonly case?: string;
  readonly withdraw?: string;
  readonly reason: string;
}

async function list(
  handlers: Handlers,
  own: ListOptions & { readonly uid: string | undefined; readonly json: boolean },
  context: CallContext,
): Promise<number> {
  const input = {
    ...(own.uid !== undefined && { uid: own.uid }),
    ...(own.tag !== undefined && { tag: own.tag }),
    ...(own.case !== undefined && { case: own.case }),
  };
  const { notes } = await handlers.notes(input, context);
  if (own.json) for (const one of notes) console.log(jsonText(one));
  else if (notes.length > 0) {
    const rows = notes.map((one) => [
      one.note,
      one.at,
      one.by,
      one.uid ?? one.case,
      [one.text, ...one.tags.map((tag) => `#${tag}`)].map(escapeText).join(" "),
    ]);
    console.log(tableText(["note", "at", "by", "about", "text"], rows));
  }
  return notes.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
}

async function withdraw(
  handlers: Handlers,
  { note, reason, json }: { note: string; reason: string; json: boolean },
  context: CallContext,
): Promise<number> {
  const answer = await handlers.withdrawNote({ note, reason }, context);
  console.log(json ? jsonText(answer) : `note ${note} is taken back, entry ${answer.seq}`);
  return EXIT_CODES.ok;
}

async function placeOfPacket(
  handlers: Handlers,
  { uid, packet }: AddOptions,
  context: CallContext,
) {
  if (packet === undefined) return undefined;
  if (uid === undefined) {
    throw new HoldfastError("request/bad-input", "--packet needs the connection: --uid C…");
  }
  const purpose = `note on packet ${packet}`;
  const asked = operations.packetList.input.parse({ uid, purpose, offset: packet - 1, limit: 1 });
  const { packets, total } = await handlers.packetList(asked, context);
  const [found] = packets;
  if (found !== undefined) {
    const { segment, offset, ts_ns } = found;
    return { packet: { segment, offset }, from_ns: ts_ns, to_ns: ts_ns };
  }
  throw new HoldfastError("home/unknown-packet", `${uid} has ${total} packets`);
}

function collect(word: string, words: readonly string[]): string[] {
  if (word.trim() === "") throw new InvalidArgumentError("a tag is a word");
  return [...words, word];
}
