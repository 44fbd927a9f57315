import type { Operations, ParsedInputOf } from "../../../api/index.ts";
import { HoldfastError } from "../../../core/base/index.ts";
import type { AccountCheck, Authority } from "../../../core/custody/index.ts";
import { appendCredential } from "./credential-handlers.ts";
import type { People } from "./people.ts";
import { assertOwner, findPerson } from "./person-checks.ts";
import type { Provider } from "./provider.ts";
import { noProvider } from "./sign-in-errors.ts";

type Input<K extends keyof Operations> = ParsedInputOf<Operations[K]>;

const LABEL_CHARS_MAX = 100;

/** Where a browser goes to show which account is its person's. */
export async function beginAccount(people: People, authority: Authority) {
  const { provider, person } = linking(people, authority);
  return { address: await provider.begin(`person ${person}`, people.signInOrigin) };
}

/** Links the account that the provider named to the person who began it. */
export async function addAccount(people: People, authority: Authority, input: Input<"addAccount">) {
  const { provider, person } = linking(people, authority);
  const stands = people.watch(authority);
  const account = await provider.finish(`person ${person}`, input.answer);
  if (!stands()) throw new HoldfastError("access/denied", "what you may do has changed meanwhile");
  return await people.parts.inTurn(() => link(people, authority, { provider, person, account }));
}

/** Links an account that nobody showed: the owner answers for whose it is. */
export async function linkAccount(
  people: People,
  authority: Authority,
  { person: asked, subject }: Input<"linkAccount">,
) {
  const { person, name } = findPerson(people, asked).entry;
  await assertOwner(people, authority, { operation: "linkAccount", about: name });
  const { provider } = people;
  if (provider === undefined) throw noProvider();
  const account = { kind: "oidc", issuer: provider.settings.issuer, subject } as const;
  return { person, ...(await link(people, authority, { provider, person, account })) };
}

async function link(
  people: People,
  authority: Authority,
  linked: {
    readonly provider: Provider;
    readonly person: string;
    readonly account: AccountCheck;
  },
) {
  const { provider, person, account: check } = linked;
  if (people.state.findAccount(check) !== undefined) {
    throw new HoldfastError("people/account-taken", "this account is linked to somebody already", {
      remedy: "one account is one person's; unlink it there first",
    });
  }
  const label = `${provider.settings.name}: ${check.subject}`.slice(0, LABEL_CHARS_MAX);
  return await appendCredential(people, authority, { person, label, check, expires_at: null });
}

function linking(people: People, { person }: Authority) {
  if (people.provider === undefined) throw noProvider();
  if (person === null) {
    throw new HoldfastError("request/bad-input", "the owner of the home comes in by his link", {
      remedy: "accounts are people's: holdfast people add NAME, then holdfast people link NAME",
    });
  }
  return { provider: people.provider, person };
}
