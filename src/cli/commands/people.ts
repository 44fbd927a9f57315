import { type Command, Option } from "commander";
import type { z } from "zod";
import { type CallContext, EXIT_CODES, type Handlers, operations } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import { ROLE_NAMES } from "../../core/custody/index.ts";
import { readNewPassword } from "../read-password.ts";
import { type CommonOptions, withHome } from "../session.ts";
import { escapeText, jsonText, tableText } from "../text.ts";

const EXAMPLES = `
Examples:
  holdfast people add ada --role investigator --case IR-2026-0412
  holdfast people add otto --role auditor
  holdfast people password ada             asks twice; or: … < file
  holdfast people link ada                 a link by which ada, once, chooses her own
  holdfast people oidc ada --subject 248289761001   an account of the provider in config.yaml
  holdfast people set ada --role analyst --case IR-2026-0412 --case IR-2026-0413
  holdfast people remove ada

Roles: analyst (metadata of own cases), investigator (packets, files, keys and imports too),
approver (ledger), auditor (ledger and verify), admin (people and configuration, no evidence),
owner (everything). Every change is an entry of the ledger, and so is every refusal.`;

interface Own {
  readonly role?: string[];
  readonly case?: string[];
  readonly allCases?: boolean;
  readonly name?: string;
}

export function addPeopleCommand(program: Command): void {
  const people = program
    .command("people")
    .description("who may do what: people, their roles and cases, passwords and links")
    .addHelpText("after", EXAMPLES);
  addChanges(program, people);
  people
    .command("list")
    .description("all people, their roles and cases")
    .action(async () => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const { people: all } = await handlers.people({}, context);
        if (options.json) for (const one of all) console.log(JSON.stringify(one));
        else if (all.length > 0) {
          const head = ["name", "roles", "cases", "lets in", "last login", "person"];
          console.log(tableText(head, all.map(rowOf)));
        }
        return all.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
      });
    });
  people
    .command("password")
    .description("set a person's password: asked for twice, or the first line of standard input")
    .argument("<name>", "the person")
    .action(async (person: string) => {
      const options = program.opts<CommonOptions>();
      const password = await readNewPassword(person);
      process.exitCode = await withHome(options, async (handlers, context) => {
        const input = read(operations.setPassword.input, { person, password });
        const { seq } = await handlers.setPassword(input, context);
        console.log(options.json ? JSON.stringify({ seq }) : `password set, entry ${seq}`);
        return EXIT_CODES.ok;
      });
    });
  addAccounts(program, people);
  people
    .command("link")
    .description("a link by which a person, once and within a day, chooses how to come in")
    .argument("<name>", "the person")
    .action(async (person: string) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const made = await handlers.createEnrolment({ person }, context);
        console.log(options.json ? JSON.stringify(made) : made.link);
        return EXIT_CODES.ok;
      });
    });
}

function addAccounts(program: Command, people: Command): void {
  people
    .command("oidc")
    .description("link a person's account of the sign-in provider, or unlink what is linked")
    .argument("<name>", "the person")
    .addOption(new Option("--subject <sub>", "what the provider calls them (sub), as it stands"))
    .addOption(new Option("--unlink", "end the accounts that are linked").conflicts("subject"))
    .action(async (person: string, own: { subject?: string; unlink?: true }, command: Command) => {
      const { subject, unlink } = own;
      if (subject === undefined && unlink !== true) {
        command.error(
          "error: say --subject SUB, or --unlink; or let them choose: people link NAME",
        );
      }
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        if (unlink === true) return await unlinkAll(handlers, context, { person, options });
        const input = read(operations.linkAccount.input, { person, subject });
        const made = await handlers.linkAccount(input, context);
        console.log(options.json ? jsonText(made) : `account linked, entry ${made.seq}`);
        return EXIT_CODES.ok;
      });
    });
}

async function unlinkAll(
  handlers: Handlers,
  context: CallContext,
  { person, options }: { readonly person: string; readonly options: CommonOptions },
): Promise<number> {
  const { credentials } = await handlers.credentials({ person, kind: "oidc" }, context);
  for (const { credential, label } of credentials) {
    const ended = await handlers.revokeCredential({ credential, reason: "unlinked" }, context);
    const text = `${escapeText(label)} unlinked, entry ${ended.seq}`;
    console.log(options.json ? jsonText(ended) : text);
  }
  return credentials.length === 0 ? EXIT_CODES.nothing : EXIT_CODES.ok;
}

function addChanges(program: Command, people: Command): void {
  const roleOption = () =>
    new Option("--role <role...>", "what the person may do").choices(ROLE_NAMES);
  const caseOption = () => new Option("--case <name...>", "cases that the person may see");
  people
    .command("add")
    .description("add a person")
    .argument("<name>", "what the person is called")
    .addOption(roleOption().makeOptionMandatory())
    .addOption(caseOption())
    .option("--all-cases", "all cases, those of later too")
    .action(async (name: string, own: Own) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const asked = { name, roles: own.role, cases: casesOf(own) ?? [] };
        const input = read(operations.addPerson.input, asked);
        const made = await handlers.addPerson(input, context);
        print(options, made, "added");
        return EXIT_CODES.ok;
      });
    });
  people
    .command("set")
    .description("change a person's name, roles or cases; what is not named stays")
    .argument("<name>", "the person")
    .option("--name <name>", "a new name")
    .addOption(roleOption())
    .addOption(caseOption())
    .option("--all-cases", "all cases, those of later too")
    .action(async (person: string, own: Own) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        const asked = { person, name: own.name, roles: own.role, cases: casesOf(own) };
        const input = read(operations.setPerson.input, asked);
        print(options, await handlers.setPerson(input, context), "changed");
        return EXIT_CODES.ok;
      });
    });
  people
    .command("remove")
    .description("remove a person; sessions, passwords and tokens end at once")
    .argument("<name>", "the person")
    .action(async (person: string) => {
      const options = program.opts<CommonOptions>();
      process.exitCode = await withHome(options, async (handlers, context) => {
        print(options, await handlers.removePerson({ person }, context), "removed");
        return EXIT_CODES.ok;
      });
    });
}

function casesOf({ case: names, allCases }: Own): "*" | string[] | undefined {
  return allCases === true ? "*" : names;
}

/** Input as the contract wants it, or a sentence about what is wrong. */
export function read<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HoldfastError("request/bad-input", issue!.message);
}

function print(
  options: CommonOptions,
  made: { readonly person: string; readonly name: string; readonly seq: number },
  what: string,
): void {
  const text = `${escapeText(made.name)} ${what} (${made.person}), entry ${made.seq}`;
  console.log(options.json ? JSON.stringify(made) : text);
}

function rowOf(one: {
  readonly name: string;
  readonly roles: readonly string[];
  readonly cases: "*" | readonly string[];
  readonly has_password: boolean;
  readonly passkeys: number;
  readonly accounts: number;
  readonly tokens: number;
  readonly last_login_at: string | null;
  readonly person: string;
}): string[] {
  const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
  const ways = [
    one.has_password ? "password" : "",
    one.passkeys > 0 ? count(one.passkeys, "passkey") : "",
    one.accounts > 0 ? count(one.accounts, "account") : "",
    one.tokens > 0 ? count(one.tokens, "token") : "",
  ].filter((way) => way !== "");
  const cases = one.cases === "*" ? "all" : one.cases.join(", ");
  const last = one.last_login_at ?? "-";
  return [escapeText(one.name), one.roles.join(", "), cases, ways.join(", "), last, one.person];
}
