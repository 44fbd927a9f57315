import type { Handlers, Operations, ParsedInputOf } from "../../../api/index.ts";
import { HoldfastError } from "../../../core/base/index.ts";
import type { Authority, Role } from "../../../core/custody/index.ts";
import { formatTimestamp, randomHex } from "../../../platform/index.ts";
import { addAccount, beginAccount, linkAccount } from "./account-handlers.ts";
import {
  addPasskey,
  beginPasskey,
  createToken,
  listCredentials,
  revokeCredential,
  setPassword,
} from "./credential-handlers.ts";
import type { People } from "./people.ts";
import type { PersonState } from "./people-state.ts";
import { assertMayChange, assertMayGive, assertName, findPerson, listOf } from "./person-checks.ts";
import { originOf } from "./relying-party.ts";

const PEOPLE_MAX = 10_000;

type PeopleHandlers = Pick<
  Handlers,
  | "me"
  | "people"
  | "addPerson"
  | "setPerson"
  | "removePerson"
  | "createEnrolment"
  | "credentials"
  | "revokeCredential"
  | "createToken"
  | "setPassword"
  | "beginPasskey"
  | "addPasskey"
  | "beginAccount"
  | "addAccount"
  | "linkAccount"
>;

/** What the operations about people do, for one who asks. */
export function createPeopleHandlers(people: People, authority: Authority): PeopleHandlers {
  const { parts } = people;
  return {
    me: async () => describeSelf(people, authority),
    people: async () => ({
      people: [...people.state.people.values()].map((one) => describePerson(people, one)),
    }),
    addPerson: (input) => parts.inTurn(() => addPerson(people, authority, input)),
    setPerson: (input) => parts.inTurn(() => setPerson(people, authority, input)),
    removePerson: (input) => parts.inTurn(() => removePerson(people, authority, input)),
    createEnrolment: (input) => parts.inTurn(() => createEnrolment(people, authority, input)),
    credentials: (input) => listCredentials(people, authority, input),
    revokeCredential: (input) => parts.inTurn(() => revokeCredential(people, authority, input)),
    createToken: (input) => parts.inTurn(() => createToken(people, authority, input)),
    setPassword: (input) => parts.inTurn(() => setPassword(people, authority, input)),
    beginAccount: () => beginAccount(people, authority),
    addAccount: (input) => addAccount(people, authority, input),
    linkAccount: (input) => parts.inTurn(() => linkAccount(people, authority, input)),
    beginPasskey: () => beginPasskey(people, authority),
    addPasskey: (input) => parts.inTurn(() => addPasskey(people, authority, input)),
  };
}

type Input<K extends keyof PeopleHandlers> = ParsedInputOf<Operations[K]>;

function describeSelf(people: People, { actor, person, permissions, cases }: Authority) {
  const known = people.state.people.get(person ?? "");
  return {
    name: actor.name,
    via: actor.via,
    person,
    roles: known === undefined ? (["owner"] as Role[]) : [...known.entry.roles],
    permissions: [...permissions],
    cases: cases === "*" ? cases : [...cases],
    solo: people.isSolo,
  };
}

function describePerson(people: People, { entry, at }: PersonState) {
  const own = people.state.credentialsOf(entry.person).map((one) => one.entry.check.kind);
  const count = (kind: string): number => own.filter((one) => one === kind).length;
  return {
    person: entry.person,
    name: entry.name,
    roles: [...entry.roles],
    cases: listOf(entry.cases),
    changed_at: at,
    has_password: own.includes("password"),
    passkeys: count("passkey"),
    accounts: count("oidc"),
    tokens: count("token"),
    last_login_at: people.state.lastLogins.get(entry.person) ?? null,
  };
}

async function addPerson(people: People, authority: Authority, input: Input<"addPerson">) {
  assertName(people, input.name, undefined);
  await assertMayGive(people, authority, { operation: "addPerson", ...input });
  if (people.state.people.size >= PEOPLE_MAX) {
    throw new HoldfastError("people/too-many", `a home has at most ${PEOPLE_MAX} people`);
  }
  const { name, roles, cases } = input;
  const person = `p${randomHex(8)}`;
  const body = { type: "person.set", person, name, roles: [...new Set(roles)], cases } as const;
  return { person, name, seq: await people.parts.append([body], authority.actor) };
}

async function setPerson(people: People, authority: Authority, input: Input<"setPerson">) {
  const { entry } = findPerson(people, input.person);
  await assertMayChange(people, authority, "setPerson", entry);
  const name = input.name ?? entry.name;
  assertName(people, name, entry.person);
  const roles = [...new Set(input.roles ?? entry.roles)];
  await assertMayGive(people, authority, { operation: "setPerson", name, roles });
  const { person } = entry;
  const cases = input.cases ?? entry.cases;
  const body = { type: "person.set", person, name, roles, cases } as const;
  return { person, name, seq: await people.parts.append([body], authority.actor) };
}

async function removePerson(people: People, authority: Authority, input: Input<"removePerson">) {
  const { person, name } = findPerson(people, input.person).entry;
  await assertMayChange(people, authority, "removePerson", { person, name });
  const body = { type: "person.remove", person, name } as const;
  const ended = people.state.credentialsOf(person);
  const seq = await people.parts.append([body], authority.actor);
  for (const { entry } of ended) {
    await people.passwords.remove(entry.credential);
    people.lastUsed.delete(entry.credential);
  }
  return { person, name, seq };
}

async function createEnrolment(
  people: People,
  authority: Authority,
  input: Input<"createEnrolment">,
) {
  const { person, name } = findPerson(people, input.person).entry;
  await assertMayChange(people, authority, "createEnrolment", { person, name });
  // By the name that passkeys are bound to, so that one can be chosen there.
  const origin = originOf(people.servedAt);
  const { token, sha256, untilMs } = people.enrolments.create(person);
  const expires_at = formatTimestamp(untilMs);
  const body = { type: "enrolment.open", person, link_sha256: sha256, expires_at } as const;
  const seq = await people.parts.append([body], authority.actor);
  return { person, link: `${origin}/login?token=${token}`, expires_at, seq };
}
