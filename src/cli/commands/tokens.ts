import { type Command, InvalidArgumentError, Option } from "commander";
import { EXIT_CODES, operations } from "../../api/index.ts";
import { PERMISSION_NAMES } from "../../core/custody/index.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, tableText } from "../text.ts";
import { read } from "./people.ts";

const EXAMPLES = `
Examples:
  holdfast tokens create --person ada --scope metadata packets --case IR-2026-0412 --expires 30d --label nightly
  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:7443/api/v1/captures
  holdfast tokens list
  holdfast tokens revoke c0123456789abcdef

A token is shown once. It may do what its scopes say in the cases it names, and never more than its
person may at that moment.`;

/** What a token can be for: one's own credentials are changed by people only. */
const SCOPES = PERMISSION_NAMES.filter((name) => name !== "self" && name !== "known");

export function addTokensCommand(program: Command): void {
  const tokens = program
    .command("tokens")
    .description("tokens for programs: scopes, cases, an end; shown once, ended at any time")
    .addHelpText("after", EXAMPLES);
  tokens
    .command("create")
    .description("make a token and print it, once")
    .requiredOption("--person <name>", "whose it is")
    .addOption(
      new Option("--scope <scope...>", "what it is for").choices(SCOPES).makeOptionMandatory(),
    )
    .option("--case <name...>", "in which cases; all of the person's if left out")
    .option("--expires <days>", "days until it ends, such as 30d, or never", daysOf, 90)
    .option("--label <text>", "what uses it", "")
    .action(
      async (own: {
        person: string;
        scope: string[];
        case?: string[];
        expires: number | null;
        label: string;
      }) => {
        const options = program.opts<CommonOptions>();
        process.exitCode = await withHome(options, async (handlers, context) => {
          const { person, scope: scopes, case: cases, expires: expires_days, label } = own;
          const asked = { person, scopes, cases, expires_days, label };
          const input = read(operations.createToken.input, asked);
          const made = await handlers.createToken(input, context);
          console.log(options.json ? JSON.stringify(made) : made.token);
          if (!options.json) {
            const end = made.expires_at === null ? "does not end" : `ends at ${made.expires_at}`;
            console.error(`token ${made.credential}, entry ${made.seq}; it ${end}`);
          }
          return EXIT_CODES.ok;
        });
      },
    );
  tokens
    .command("list")
    .description("tokens, whose they are and what they are for; never the tokens themselves")
    .option("--person <name>", "only of this person")
    .action(async (own: { person?: string }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = { person: own.person ?? "*", kind: "token" as const };
        const { credentials } = await handlers.credentials(input, context);
        if (options.json) for (const one of credentials) console.log(JSON.stringify(one));
        else if (credentials.length > 0) {
          const head = ["token", "person", "scopes", "cases", "ends", "last used", "label"];
          const rows = credentials.map((one) => [
            one.credential,
            escapeText(one.name),
            (one.scopes ?? []).join(", "),
            one.cases === "*" || one.cases === null ? "all of the person's" : one.cases.join(", "),
            one.expired ? "expired" : (one.expires_at ?? "never"),
            one.last_used_at ?? "-",
            escapeText(one.label),
          ]);
          console.log(tableText(head, rows));
        }
        return credentials.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
  tokens
    .command("revoke")
    .description("end a token at once")
    .argument("<id>", "its id, from holdfast tokens list")
    .option("--reason <text>", "why; stands in the ledger", "")
    .action(async (credential: string, own: { reason: string }) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const ended = await handlers.revokeCredential({ credential, ...own }, context);
        const text = `${ended.credential} ended, entry ${ended.seq}`;
        console.log(options.json ? JSON.stringify(ended) : text);
        return EXIT_CODES.ok;
      });
    });
}

/** `30d` or `30`; null for `never`. */
function daysOf(text: string): number | null {
  if (text === "never") return null;
  const days = /^(\d{1,4})d?$/.exec(text);
  if (days !== null && Number(days[1]) > 0) return Number(days[1]);
  throw new InvalidArgumentError("say a number of days, such as 30d, or never");
}
