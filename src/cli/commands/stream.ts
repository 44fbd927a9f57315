import type { Writable } from "node:stream";
import { type Command, Option } from "commander";
import {
  type CallContext,
  EXIT_CODES,
  type Handlers,
  type Operations,
  type OutputOf,
  operations,
} from "../../api/index.ts";
import { openWriteStream, toStorageError, writeAll } from "../../platform/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { ConversationText, hexLines } from "../stream-text.ts";
import { escapeText, jsonText, timeText } from "../text.ts";

interface StreamOptions {
  readonly policy: string;
  readonly decrypted?: boolean;
  readonly diff?: boolean;
  readonly side?: Side;
  readonly out: string;
  readonly purpose: string;
}

const EXAMPLES = `
Examples:
  holdfast stream CHhAvVGS1DHFjwGM9
  holdfast stream CHhAvVGS1DHFjwGM9 --side resp --out answer.bin
  holdfast stream CHhAvVGS1DHFjwGM9 --side orig | grep -a Host:
  holdfast stream CHhAvVGS1DHFjwGM9 --policy windows
  holdfast stream CHhAvVGS1DHFjwGM9 --diff
  holdfast stream CHhAvVGS1DHFjwGM9 --decrypted

Without --side both directions are shown for reading: > is the originator, < the responder, and gaps
are marked. With --side the bytes come out as they are, into a file or a pipe; gaps are left out there
and told on stderr. A host has read what came in order; policies differ where packets overlap before
that, and last lets whatever came last count. --diff names both packets of every such place.
--decrypted shows what TLS carried, opened with the case's key logs (holdfast keys).
The read is in the ledger before the first byte leaves.`;

export function addStreamCommand(program: Command): void {
  program
    .command("stream")
    .description("what the two ends of a TCP connection saw: its bytes put back into order")
    .argument("<uid>", "the connection")
    .addOption(
      new Option("--policy <name>", "whose bytes count where packets overlap")
        .choices(["first", "last", "bsd", "linux", "windows", "solaris"])
        .default("first"),
    )
    .option("--diff", "where packets disagree, and which policies take which")
    .option("--decrypted", "what TLS carried, opened with the key logs of the case")
    .addOption(
      new Option("--side <who>", "one direction only, as raw bytes").choices(["orig", "resp"]),
    )
    .option("-o, --out <file>", "where to write; - is standard output", "-")
    .option("--purpose <text>", "why it is read; stands in the ledger", "")
    .addHelpText("after", EXAMPLES)
    .action(async (uid: string, own: StreamOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const output = new Output(own.out);
        const asked: Asked = { uid, own, json: options.json === true, output };
        const show = own.diff ? showDifferences : own.decrypted ? showDecrypted : showStream;
        const code = await show(handlers, asked, context);
        await output.close();
        return code;
      });
    });
}

interface Asked {
  readonly uid: string;
  readonly own: StreamOptions;
  readonly json: boolean;
  readonly output: Output;
}

type Side = "orig" | "resp";
type StreamLine = OutputOf<Operations["stream"]>;
type EndLine = Extract<StreamLine, { type: "end" }>;

async function showStream(
  handlers: Handlers,
  { uid, own, json, output }: Asked,
  context: CallContext,
): Promise<number> {
  const input = operations.stream.input.parse({ uid, policy: own.policy, purpose: own.purpose });
  const isRaw = isRawOutput(own, json);
  let pending: string[] = [];
  const text = new ConversationText((line) => pending.push(line));
  let end: EndLine | undefined;
  for await (const line of handlers.stream(input, context)) {
    if (line.type === "end") end = line;
    if ("side" in line && own.side !== undefined && line.side !== own.side) continue;
    if (json) pending.push(`${jsonText(line)}\n`);
    else if (isRaw) {
      if (line.type === "data") await output.write(Buffer.from(line.bytes, "base64"));
      else if (line.type === "gap") process.stderr.write(`${gapText(line)}\n`);
    } else addReadable(text, line);
    if (pending.length > 0) await output.write(Buffer.from(pending.join("")));
    pending = [];
  }
  const sides: readonly Side[] = own.side === undefined ? ["orig", "resp"] : [own.side];
  const bytes = sides.reduce((sum, side) => sum + (end?.counts[side].bytes ?? 0), 0);
  if (!json && end !== undefined) process.stderr.write(summaryText(end));
  return bytes === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
}

/** Bytes as they are never reach a terminal. */
function isRawOutput(own: StreamOptions, json: boolean): boolean {
  return own.side !== undefined && !json && !(own.out === "-" && process.stdout.isTTY);
}

async function showDecrypted(
  handlers: Handlers,
  { uid, own, json, output }: Asked,
  context: CallContext,
): Promise<number> {
  const input = operations.streamDecrypted.input.parse({ uid, purpose: own.purpose });
  const isRaw = isRawOutput(own, json);
  let pending: string[] = [];
  const text = new ConversationText((line) => pending.push(line));
  for await (const line of handlers.streamDecrypted(input, context)) {
    if ("side" in line && own.side !== undefined && line.side !== own.side) continue;
    if (json) pending.push(`${jsonText(line)}\n`);
    else if (line.type === "data") {
      const bytes = Buffer.from(line.bytes, "base64");
      if (isRaw) await output.write(bytes);
      else text.data(line.side, line.position, bytes);
    } else if (line.type === "start" && !isRaw) {
      text.remark("orig", `${line.orig}, the originator; decrypted`);
      text.remark("resp", `${line.resp}, the responder`);
    } else if (line.type === "end") {
      text.flush();
      const names = line.key_logs.map(escapeText).join(", ");
      const { orig, resp } = line.bytes;
      process.stderr.write(`orig ${orig} bytes, resp ${resp} bytes; opened with ${names}\n`);
    }
    if (pending.length > 0) await output.write(Buffer.from(pending.join("")));
    pending = [];
  }
  return EXIT_CODES.ok;
}

function addReadable(text: ConversationText, line: StreamLine): void {
  switch (line.type) {
    case "start":
      text.remark("orig", `${line.orig}, the originator; policy ${line.policy}`);
      text.remark("resp", `${line.resp}, the responder`);
      return;
    case "data":
      text.data(line.side, line.position, Buffer.from(line.bytes, "base64"));
      return;
    case "gap":
      text.remark(line.side, gapText(line));
      return;
    case "conflict": {
      const packets = [line.first.packet, line.second.packet].map((p) => p?.number ?? "?");
      text.remark(
        line.side,
        `packets ${packets.join(" and ")} disagree about ${countText(line.length, "byte")} at ${line.position}: see --diff`,
      );
      return;
    }
    case "end":
      text.flush();
  }
}

function gapText(gap: Extract<StreamLine, { type: "gap" }>): string {
  const why = gap.kind === "cut" ? "cut off by the capture" : "not captured";
  return `gap: ${countText(gap.length, "byte")} at ${gap.position} of ${gap.side} ${why}`;
}

function summaryText({ counts, signs, limits }: EndLine): string {
  const side = (name: Side): string => {
    const { bytes, lostBytes, cutBytes, conflicts } = counts[name];
    const missing = lostBytes + cutBytes;
    const parts = [
      countText(bytes, "byte"),
      ...(missing > 0 ? [`${missing} missing`] : []),
      ...(conflicts > 0 ? [countText(conflicts, "conflict")] : []),
    ];
    return `${name} ${parts.join(", ")}`;
  };
  const { badChecksums, skippedPackets } = signs;
  const notes = [
    ...(badChecksums > 0 ? [`${countText(badChecksums, "packet")} refused for the checksum`] : []),
    ...(skippedPackets > 0 ? [`${countText(skippedPackets, "packet")} left out`] : []),
    ...limits.map(({ name, reached }) => `limit ${name} reached ${countText(reached, "time")}`),
  ];
  return `${[side("orig"), side("resp"), ...notes].join("; ")}\n`;
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

async function showDifferences(
  handlers: Handlers,
  { uid, own, json, output }: Asked,
  context: CallContext,
): Promise<number> {
  const input = operations.streamDiff.input.parse({ uid, purpose: own.purpose });
  const answer = await handlers.streamDiff(input, context);
  const text = json ? jsonText(answer) : differencesText(answer, own.side);
  await output.write(Buffer.from(`${text}\n`));
  return EXIT_CODES.ok;
}

function differencesText(
  answer: OutputOf<Operations["streamDiff"]>,
  side: Side | undefined,
): string {
  const shown = answer.differences.filter((one) => side === undefined || one.side === side);
  if (shown.length === 0) {
    return "no two packets disagree: every policy reads the same bytes";
  }
  const lines = shown.flatMap((place) => [
    `${place.side}, byte ${place.position}, ${countText(place.length, "byte")}`,
    ...place.versions.flatMap(({ hex, packet, policies }) => {
      const where =
        packet === null
          ? "parts of several packets"
          : `packet ${packet.number}  ${timeText(packet.ts_ns)}  ${packet.segment} @ ${packet.offset}`;
      return [
        `  ${where}: ${policies.length === 0 ? "taken by no policy" : policies.join(", ")}`,
        ...hexLines(Buffer.from(hex, "hex"), place.position).map((row) => `    ${row}`),
      ];
    }),
  ]);
  const more = answer.total - answer.differences.length;
  return [...lines, ...(more > 0 ? [`${more} places more`] : [])].join("\n");
}

/** Standard output, or a file that comes to be with its first byte: a wrong uid empties none. */
class Output {
  readonly #path: string;
  #file: Writable | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#path === "-") {
      await writeAll(process.stdout, bytes);
      return;
    }
    this.#file ??= openWriteStream(this.#path, { replace: true });
    await this.#told(writeAll(this.#file, bytes));
  }

  async close(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await this.#told(
      new Promise<void>((resolve, reject) => {
        file.once("error", reject);
        file.end(resolve);
      }),
    );
  }

  async #told(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      throw toStorageError("output", `cannot write ${this.#path}`, error);
    }
  }
}
