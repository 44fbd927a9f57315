import { type Command, InvalidArgumentError, Option } from "commander";
import { BURST_BINS, EXIT_CODES, type OutputOf, operations } from "../../api/index.ts";
import { sizeText } from "../../core/base/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  count,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, timeText } from "../text.ts";

interface BurstsOptions extends QuestionOptions {
  readonly bin?: (typeof BURST_BINS)[number];
  readonly link?: number;
  readonly limit?: number;
}

type Answer = OutputOf<typeof operations.bursts>;

const EXAMPLES = `
Examples:
  holdfast bursts
  holdfast bursts --bin 100us --link 1g
  holdfast bursts 'host 10.4.22.45 and after 2026-04-12T08:00:00Z' --bin 1ms --link 10g --json

Without --bin the fullest bin of every width is shown, with it the fullest ten. A direction is told
by the local networks. Time above 90 % of the link is of the whole capture, and the least it was.`;

export function addBurstsCommand(program: Command): void {
  program
    .command("bursts")
    .description("the fullest moments of each interface and direction, and who filled them")
    .argument(
      "[capture or query...]",
      "a capture's id, or what to look for; everything if left out",
    )
    .addOption(new Option("--bin <width>", "bins of this width only").choices(BURST_BINS))
    .option("--link <rate>", "what the link carries: 100m, 1g, 2.5g, 10g", linkBits)
    .option(
      "--limit <n>",
      "at most so many bins of each interface, direction and width",
      count(100),
    )
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: BurstsOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = operations.bursts.input.parse({
          ...questionOf(words, own),
          limit: own.limit ?? (own.bin === undefined ? 1 : 10),
          ...(own.bin !== undefined && { bin: own.bin }),
          ...(own.link !== undefined && { link: own.link }),
        });
        const answer = await askWithQuery(input.q, () => handlers.bursts(input, context));
        if (options.json) console.log(jsonText(answer));
        else if (answer.links.length > 0) console.log(burstsText(answer));
        const found = `${answer.bursts.length} bursts`;
        process.stderr.write(coverageText(answer.coverage, found));
        return answer.bursts.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

function burstsText({ links, bursts }: Answer): string {
  const lines: string[] = [];
  for (const link of links) {
    const busy =
      link.busy_seconds === null
        ? ""
        : `; above 90 % of the link for ${shortTime(link.busy_seconds)} (${link.busy_bins} bin${link.busy_bins === 1 ? "" : "s"})`;
    const late = link.late === 0 ? "" : `; ${link.late} packets came too late to count`;
    lines.push(
      `interface ${link.interface} ${link.direction}, bins of ${link.bin}: peak ${rateText(link)}${busy}${late}`,
    );
    for (const burst of bursts) {
      if (
        burst.interface !== link.interface ||
        burst.direction !== link.direction ||
        burst.bin !== link.bin
      ) {
        continue;
      }
      lines.push(
        `  ${timeText(burst.ts_ns)}  ${rateText({ ...burst, peak_rate: burst.rate })}  ${sizeText(burst.bytes)} in ${burst.packets} packets`,
        ...burst.contributors.map(
          ({ uid, bytes, says }) =>
            `    ${sizeText(bytes).padStart(7)}  ${uid}  ${escapeText(says)}`,
        ),
      );
    }
  }
  return lines.join("\n");
}

function rateText(of: { readonly peak_rate: number; readonly utilisation: number | null }): string {
  const units = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"];
  let value = of.peak_rate;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const rate = `${Number(value.toPrecision(3))} ${units[unit]}`;
  return of.utilisation === null ? rate : `${rate} (${Math.round(of.utilisation * 100)} %)`;
}

function shortTime(seconds: number): string {
  if (seconds >= 1) return `${Number(seconds.toPrecision(3))} s`;
  return seconds >= 1e-3
    ? `${Number((seconds * 1e3).toPrecision(3))} ms`
    : `${Number((seconds * 1e6).toPrecision(3))} µs`;
}

const LINK_UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

function linkBits(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([kmgt]?)(?:bit|bps|bit\/s)?$/i.exec(text) ?? [];
  const bits = Number(digits) * (LINK_UNITS[(unit ?? "").toLowerCase()] ?? Number.NaN);
  if (!(bits >= 1)) throw new InvalidArgumentError("a rate is meant, such as 100m, 1g or 2.5g");
  return bits;
}
