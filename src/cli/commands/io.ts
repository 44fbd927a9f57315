import { type Command, InvalidArgumentError } from "commander";
import { EXIT_CODES, type Operations, type OutputOf, operations } from "../../api/index.ts";
import { sizeText } from "../../core/base/index.ts";
import { count, timeNs } from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { jsonText, tableText } from "../text.ts";

interface IoOptions {
  readonly bin?: number;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly purpose: string;
}

type Answer = OutputOf<Operations["connectionBins"]>;

const LIMIT_MAX = 10_000;

const EXAMPLES = `
Examples:
  holdfast io CHhAvVGS1DHFjwGM9
  holdfast io CHhAvVGS1DHFjwGM9 --bin 10us --from 2026-03-10T02:00:00.5Z --to 2026-03-10T02:00:00.6Z
  holdfast io CHhAvVGS1DHFjwGM9 --bin 1ms --json

Bins without packets are left out. Without --bin it is the narrowest from 10us up that shows the range in
--limit bins. Bytes are of whole frames. The read is in the ledger before any packet is read.`;

export function addIoCommand(program: Command): void {
  program
    .command("io")
    .description("packets and bytes of a connection over time, each direction apart")
    .argument("<uid>", "the connection")
    .option("--bin <width>", "width of a bin: 10us, 500us, 1ms, 2s", widthNs)
    .option("--from <time>", "from this time on, UTC, to the nanosecond", timeNs)
    .option("--to <time>", "up to this time", timeNs)
    .option("--limit <n>", "at most so many bins with packets (500)", count(LIMIT_MAX))
    .option("--purpose <text>", "why it is read; stands in the ledger", "")
    .addHelpText("after", EXAMPLES)
    .action(async (uid: string, own: IoOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.connectionBins.input.parse({
          uid,
          purpose: own.purpose,
          ...(own.bin !== undefined && { width_ns: own.bin }),
          ...(own.from !== undefined && { from_ns: own.from }),
          ...(own.to !== undefined && { to_ns: own.to }),
          ...(own.limit !== undefined && { bins: own.limit }),
        });
        const answer = await handlers.connectionBins(input, context);
        if (options.json) console.log(jsonText(answer));
        else if (answer.bins.length > 0) console.log(binsText(answer));
        if (answer.left_out > 0) {
          process.stderr.write(
            `${answer.left_out} packets come after the last bin: go on with --from, or a wider --bin\n`,
          );
        }
        return answer.bins.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

function binsText({ bins, orig, resp, width_ns: width }: Answer): string {
  const sides = [orig, resp];
  const isOdd = sides.some(({ again, closed }) => again + closed > 0);
  const head = ["begins", "packet", "sent", "bytes", "got", "bytes"];
  const rows = bins.map((bin) => {
    const cells = [bin.orig, bin.resp].flatMap((side) => [
      String(side.packets),
      String(side.bytes),
    ]);
    const odd = [bin.orig.again + bin.resp.again, bin.orig.closed + bin.resp.closed].map(String);
    return [nsText(bin.from_ns), String(bin.number), ...cells, ...(isOdd ? odd : [])];
  });
  const total = sides.map(({ packets, bytes }) => `${packets} packets, ${sizeText(bytes)}`);
  return [
    tableText(isOdd ? [...head, "again or late", "closed windows"] : head, rows),
    `bins of ${widthText(Number(width))}; sent ${total[0]}; got ${total[1]}`,
  ].join("\n");
}

/** UTC to the nanosecond: bins can be narrower than a microsecond's digits. */
function nsText(ns: string): string {
  const value = BigInt(ns);
  const date = new Date(Number(value / 1_000_000n));
  if (Number.isNaN(date.getTime())) return ns;
  return `${date.toISOString().slice(0, 19)}.${String(value % 1_000_000_000n).padStart(9, "0")}Z`;
}

const UNITS: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

function widthText(ns: number): string {
  const [unit, size] = Object.entries(UNITS)
    .slice(0, 3)
    .findLast(([, one]) => ns >= one) ?? ["us", 1e3];
  return `${ns / size} ${unit === "us" ? "µs" : unit}`;
}

function widthNs(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)$/.exec(text) ?? [];
  const ns = Number(digits) * (UNITS[unit ?? ""] ?? Number.NaN);
  if (Number.isSafeInteger(ns) && ns >= 1000) return ns;
  throw new InvalidArgumentError(
    "a width is meant, such as 10us, 500us, 1ms or 2s; 1us at the least",
  );
}
