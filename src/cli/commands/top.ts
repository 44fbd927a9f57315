import { type Command, Option } from "commander";
import { EXIT_CODES, type OutputOf, operations } from "../../api/index.ts";
import { coverageText } from "../coverage-text.ts";
import { askWithQuery } from "../query-errors.ts";
import {
  caseOption,
  count,
  GROUPS_MAX,
  type QuestionOptions,
  questionOf,
  relativeToOption,
} from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";

interface TopOptions extends QuestionOptions {
  readonly by: string;
  readonly log?: string;
  readonly measure?: "rows" | "packets" | "bytes";
  readonly n: number;
}

type Answer = OutputOf<typeof operations.top>;

const EXAMPLES = `
Examples:
  holdfast top --by ip.dst -n 20                     packets by destination
  holdfast top --by ip.src,ip.dst --measure bytes    who sent how much to whom
  holdfast top --by dns.query 'net 10.0.0.0/8'       names asked for
  holdfast top --by http.host,http.uri               what was fetched
  holdfast top --by service --measure bytes          the protocol mix

A field of another log than conn names its log: dns.query, ssl.server_name. Of flows, ip.src, ip.dst,
ip.addr, port_src and port_dst count packets each way. An item of a list (dns.answers) is a group of
its own.`;

export function addTopCommand(program: Command): void {
  program
    .command("top")
    .description("the largest groups of rows by fields: talkers, names, addresses, services")
    .argument("[query...]", "what to look for; everything if left out")
    .requiredOption("--by <fields>", "fields, with commas")
    .option("--log <name>", "which log; the one that the fields name if left out")
    .addOption(
      new Option("--measure <what>", "what is counted").choices(["rows", "packets", "bytes"]),
    )
    .option("-n <count>", "so many groups", count(GROUPS_MAX), 20)
    .addOption(caseOption())
    .addOption(relativeToOption())
    .addHelpText("after", EXAMPLES)
    .action(async (words: string[], own: TopOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { logs } = await handlers.fields({}, context);
        const names = own.by.split(",").map((name) => name.trim());
        const log = own.log ?? logOf(names, new Set(logs.map((one) => one.log)));
        const by = names.map((name) =>
          name.startsWith(`${log}.`) ? name.slice(log.length + 1) : name,
        );
        const isOfPackets = by.some((name) => /^(ip\.|port_)/.test(name));
        const input = operations.top.input.parse({
          ...questionOf(words, own),
          log,
          by,
          measure: own.measure ?? (log === "conn" && isOfPackets ? "packets" : "rows"),
          limit: own.n,
        });
        const answer = await askWithQuery(input.q, () => handlers.top(input, context));
        if (options.json) console.log(jsonText(answer));
        else if (answer.groups.length > 0) console.log(groupsText(answer, input.measure));
        const found = `${answer.groups.length} of ${answer.total} groups`;
        if (!options.json) process.stderr.write(coverageText(answer.coverage, found));
        return answer.total === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
}

/** The log that the first field names; conn where none does. */
function logOf(names: readonly string[], logs: ReadonlySet<string>): string {
  const first = names[0]!.split(".")[0]!;
  return logs.has(first) ? first : "conn";
}

function groupsText({ by, groups }: Answer, measure: "rows" | "packets" | "bytes"): string {
  const measures = (["packets", "bytes", "rows"] as const)
    .filter((name) => groups[0]![name] !== null)
    .sort((a, b) => Number(b === measure) - Number(a === measure));
  const rows = groups.map((group) => [
    ...measures.map((name) => String(group[name])),
    ...group.values.map((value) => (value === null ? "-" : escapeText(String(value)))),
  ]);
  const titles = measures.map((name) => (name === "rows" && measures.length > 1 ? "flows" : name));
  return tableText(
    [...titles, ...by],
    rows,
    process.stdout.isTTY ? process.stdout.columns : undefined,
  );
}
