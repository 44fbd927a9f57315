import { type Command, InvalidArgumentError } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { caseOption, ofCase } from "../question-options.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";
import { read } from "./people.ts";

const SHARE_EXAMPLES = `
Examples:
  holdfast share '/search?q=port+53&log=dns' --case IR-2026-0412 --title "the tunnel" --expires 7d
  holdfast share http://localhost:7443/connections/CHhAvVGS1DHFjwGM9

Whoever opens it logs in first, and sees there what his own authority allows and nothing else.`;

const LIST_EXAMPLES = `
Examples:
  holdfast shares
  holdfast shares revoke 01KAKT… --reason "sent to the wrong list"`;

interface ShareOptions {
  readonly case?: string;
  readonly title: string;
  readonly expires: number;
}

export function addSharesCommands(program: Command): void {
  program
    .command("share")
    .description("share a view of the page by a link that expires and can be revoked")
    .argument("<address>", "of the view: path and query, or the whole address")
    .option("--title <text>", "what it shows", "")
    .option("--expires <days>", "days until it ends, such as 7d", daysOf, 7)
    .addOption(caseOption())
    .addHelpText("after", SHARE_EXAMPLES)
    .action(async (address: string, own: ShareOptions) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { title, expires: expires_days } = own;
        const path = pathOf(address);
        const asked = {
          address: path,
          title,
          expires_days,
          ...ofCase({ ...caseIn(path), ...own }),
        };
        const made = await handlers.share(read(operations.share.input, asked), context);
        console.log(options.json ? jsonText(made) : (made.link ?? made.path));
        if (!options.json)
          console.error(`share ${made.share}, entry ${made.seq}; it ends at ${made.expires_at}`);
        return EXIT_CODES.ok;
      });
    });
  const shares = program
    .command("shares")
    .description("shared views, and taking one back")
    .addOption(caseOption())
    .addHelpText("after", LIST_EXAMPLES)
    .action(async (own: { case?: string }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { shares: all } = await handlers.shares(ofCase(own), context);
        if (options.json) for (const one of all) console.log(jsonText(one));
        else if (all.length > 0) {
          const head = ["share", "state", "ends", "case", "by", "title", "address"];
          const rows = all.map((one) => [
            ...[one.share, one.state, one.expires_at, one.case === "*" ? "all" : one.case],
            ...[one.by, one.title, one.address].map(escapeText),
          ]);
          console.log(tableText(head, rows));
        }
        return all.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
  shares
    .command("revoke")
    .description("end a shared view at once")
    .argument("<id>", "its id, from holdfast shares")
    .option("--reason <text>", "why; stands in the ledger", "")
    .action(async (share: string, own: { reason: string }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const ended = await handlers.revokeShare({ share, ...own }, context);
        const text = `${escapeText(ended.share)} revoked, entry ${ended.seq}`;
        console.log(options.json ? jsonText(ended) : text);
        return EXIT_CODES.ok;
      });
    });
}

/** What of an address is within the page: its server's name may be another for each reader. */
function pathOf(address: string): string {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) return address;
  const { pathname, search } = new URL(address);
  return pathname + search;
}

/** A view of one case is for who sees that case, unless another is named. */
function caseIn(path: string): { case?: string } {
  const name = new URLSearchParams(path.split("?")[1]).get("case");
  return name ? { case: name } : {};
}

/** `7d` or `7`. */
function daysOf(text: string): number {
  const days = Number(/^(\d{1,3})d?$/.exec(text)?.[1] ?? 0);
  if (days >= 1 && days <= 365) return days;
  throw new InvalidArgumentError("say a number of days up to 365, such as 7d");
}
