import type { Handlers, Operations, ParsedInputOf } from "../../../api/index.ts";
import { HoldfastError } from "../../../core/base/index.ts";
import type { Authority, CaseList, Role } from "../../../core/custody/index.ts";
import { ROLES } from "../../../core/custody/index.ts";
import { formatTimestamp, randomHex, sha256Hex } from "../../../platform/index.ts";
import { relyingPartyOf } from "./passkeys.ts";
import { isScope, type People } from "./people.ts";
import { type CredentialState, foldName, type PersonState } from "./people-state.ts";

const PEOPLE_MAX = 10_000;
const CREDENTIALS_OF_ONE_MAX = 100;
const DAY_MS = 24 * 3600_000;
/** Names of what writes entries itself. */
const RESERVED = new Set(["owner", "holdfast"]);

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
    tokens: count("token"),
  };
}

/** The user who owns the home, or a person with all that he may do. */
function isOwner(authority: Authority): boolean {
  return authority.permissions.has("machine");
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
  const passwords = people.state.credentialsOf(person);
  const seq = await people.parts.append([body], authority.actor);
  for (const { entry } of passwords) await people.passwords.remove(entry.credential);
  return { person, name, seq };
}

async function createEnrolment(
  people: People,
  authority: Authority,
  input: Input<"createEnrolment">,
) {
  const { person, name } = findPerson(people, input.person).entry;
  await assertMayChange(people, authority, "createEnrolment", { person, name });
  if (people.servedAt === undefined) {
    throw new HoldfastError("home/not-served", "links need a server that runs on this home", {
      remedy: "start one with: holdfast serve",
    });
  }
  const { token, sha256, untilMs } = people.enrolments.create(person);
  const expires_at = formatTimestamp(untilMs);
  const body = { type: "enrolment.open", person, link_sha256: sha256, expires_at } as const;
  const seq = await people.parts.append([body], authority.actor);
  return { person, link: `${people.servedAt}/login?token=${token}`, expires_at, seq };
}

async function listCredentials(people: People, authority: Authority, input: Input<"credentials">) {
  const asked = input.person ?? (authority.person === null ? "*" : undefined);
  if (asked !== undefined && !isSelf(people, authority, { person: asked })) {
    await people.assertMay(authority, "credentials", "people");
  }
  const whose = asked === undefined ? authority.person : asked;
  const person = whose === "*" || whose === null ? whose : findPerson(people, whose).entry.person;
  const all = [...people.state.credentials.values()].filter(
    ({ entry }) =>
      (person === "*" || entry.person === person) &&
      (input.kind === undefined || entry.check.kind === input.kind),
  );
  return { credentials: all.map((one) => describeCredential(people, one)) };
}

function describeCredential(people: People, { entry, at, by }: CredentialState) {
  const { credential, person, check, label, expires_at } = entry;
  const isToken = check.kind === "token";
  return {
    credential,
    person,
    name: people.state.people.get(person)?.entry.name ?? "",
    kind: check.kind,
    label,
    scopes: isToken ? [...check.scopes] : null,
    cases: isToken ? listOf(check.cases) : null,
    added_at: at,
    added_by: by,
    expires_at,
    expired: expires_at !== null && Date.parse(expires_at) <= people.parts.nowMs(),
    last_used_at: people.lastUsed.get(credential) ?? null,
  };
}

async function revokeCredential(
  people: People,
  authority: Authority,
  input: Input<"revokeCredential">,
) {
  const known = people.state.credentials.get(input.credential);
  const isOwn = known !== undefined && known.entry.person === authority.person;
  const mayOthers = authority.permissions.has("people");
  if (known === undefined || !(isOwn || mayOthers)) {
    // The same answer for somebody else's as for nobody's.
    if (!mayOthers) {
      const asked = { operation: "revokeCredential", about: input.credential };
      await people.deny(authority, { ...asked, reason: "not among one's own" });
    }
    throw new HoldfastError("people/unknown-credential", `no credential ${input.credential}`, {
      remedy: "see holdfast tokens list",
    });
  }
  const { credential, person } = known.entry;
  if (!isOwn) {
    const { name } = people.state.people.get(person)!.entry;
    await assertMayChange(people, authority, "revokeCredential", { person, name });
  }
  const body = { type: "credential.revoke", credential, person, reason: input.reason } as const;
  const seq = await people.parts.append([body], authority.actor);
  await people.passwords.remove(credential);
  people.lastUsed.delete(credential);
  return { credential, seq };
}

async function createToken(people: People, authority: Authority, input: Input<"createToken">) {
  const { person } = await personMeant(people, authority, "createToken", input);
  assertRoom(people, person);
  const wrong = input.scopes.filter((one) => !isScope(one));
  if (wrong.length > 0) {
    throw new HoldfastError("request/bad-input", `a token is not for ${wrong.join(", ")}`);
  }
  const token = `hf_${randomHex(24)}`;
  const { expires_days: days, label } = input;
  const expires_at = days === null ? null : formatTimestamp(people.parts.nowMs() + days * DAY_MS);
  const check = {
    kind: "token",
    token_sha256: sha256Hex(new TextEncoder().encode(token)),
    scopes: [...new Set(input.scopes)],
    cases: input.cases ?? "*",
  } as const;
  const added = credentialOf(person, { label, check, expires_at });
  const seq = await people.parts.append([added], authority.actor);
  return { credential: added.credential, token, expires_at, seq };
}

/** The new password's file is there before its entry, and only the entry makes it a password. */
async function setPassword(people: People, authority: Authority, input: Input<"setPassword">) {
  const { person, isOwn } = await personMeant(people, authority, "setPassword", input);
  const before = people.state
    .credentialsOf(person)
    .filter(({ entry }) => entry.check.kind === "password");
  if (isOwn && before.length > 0) await assertCurrent(people, authority, before[0]!, input.current);
  await people.passwords.sweep((credential) => people.state.credentials.has(credential));
  const added = credentialOf(person, { label: "password", expires_at: null });
  const check = await people.passwords.write(added.credential, input.password);
  const revoked = before.map(({ entry: { credential } }) => {
    return { type: "credential.revoke", credential, person, reason: "replaced" } as const;
  });
  const seq = await people.parts.append([...revoked, { ...added, check }], authority.actor);
  for (const { credential } of revoked) await people.passwords.remove(credential);
  return { credential: added.credential, person, seq: seq + revoked.length };
}

async function beginPasskey(people: People, authority: Authority) {
  const { person, name, passkeys } = registering(people, authority);
  const party = relyingPartyOf(people.servedAt);
  return {
    options: await people.passkeys.beginRegistration({ person, name, known: passkeys }, party),
  };
}

async function addPasskey(people: People, authority: Authority, input: Input<"addPasskey">) {
  const { person } = registering(people, authority);
  assertRoom(people, person);
  const party = relyingPartyOf(people.servedAt);
  const check = await people.passkeys.finishRegistration(person, input.response, party);
  if (people.state.findPasskey(check.passkey) !== undefined) {
    throw new HoldfastError("request/bad-input", "this passkey is somebody's already");
  }
  const { label } = input;
  const added = credentialOf(person, { label: label || "passkey", check, expires_at: null });
  const seq = await people.parts.append([added], authority.actor);
  return { credential: added.credential, seq };
}

/** Whoever registers a passkey does so for himself: a browser's key cannot be made for others. */
function registering(people: People, { person }: Authority) {
  const known = people.state.people.get(person ?? "");
  if (known === undefined) {
    throw new HoldfastError("request/bad-input", "the owner of the home comes in by his link", {
      remedy: "passkeys are people's: holdfast people add NAME, then holdfast people link NAME",
    });
  }
  const { entry } = known;
  const passkeys = people.state
    .credentialsOf(entry.person)
    .flatMap(({ entry: { check } }) => (check.kind === "passkey" ? [check.passkey] : []));
  return { person: entry.person, name: entry.name, passkeys };
}

async function assertCurrent(
  people: People,
  authority: Authority,
  { entry: { person, credential, check } }: CredentialState,
  current = "",
): Promise<void> {
  // A session by link is for those who do not know theirs.
  if (check.kind !== "password" || authority.actor.via === "link") return;
  if (await people.isCurrent({ person, credential, check }, current)) return;
  const asked = { operation: "setPassword", about: "", reason: "wrong current password" };
  await people.deny(authority, asked);
  throw new HoldfastError("session/wrong-password", "the current password is wrong");
}

function credentialOf<T extends object>(person: string, rest: T) {
  const credential = `c${randomHex(8)}`;
  return { type: "credential.add" as const, credential, person, ...rest };
}

/** Oneself, or as owner whoever is named. */
async function personMeant(
  people: People,
  authority: Authority,
  operation: string,
  input: { readonly person?: string | undefined },
): Promise<{ person: string; isOwn: boolean }> {
  if (input.person === undefined && authority.person !== null) {
    return { person: authority.person, isOwn: true };
  }
  if (isSelf(people, authority, input)) return { person: authority.person!, isOwn: true };
  if (!isOwner(authority)) {
    await refuse(people, authority, {
      operation,
      about: input.person ?? "",
      why: "only the owner does that for others",
    });
  }
  if (input.person === undefined) {
    throw new HoldfastError("request/bad-input", "name the person whose it is to be");
  }
  return { person: findPerson(people, input.person).entry.person, isOwn: false };
}

function isSelf(
  people: People,
  authority: Authority,
  { person }: { readonly person?: string | undefined },
): boolean {
  if (person === undefined || authority.person === null) return false;
  return people.state.find(person)?.entry.person === authority.person;
}

/** Nobody changes himself, and an owner is changed by owners only. */
async function assertMayChange(
  people: People,
  authority: Authority,
  operation: string,
  { person, name }: { readonly person: string; readonly name: string },
): Promise<void> {
  if (isOwner(authority)) return;
  const isAboveThem = people.state.people.get(person)?.entry.roles.includes("owner") === true;
  if (person !== authority.person && !isAboveThem) return;
  const why = isAboveThem ? "only an owner changes an owner" : "nobody changes himself";
  await refuse(people, authority, { operation, about: name, why });
}

async function assertMayGive(
  people: People,
  authority: Authority,
  asked: { readonly operation: string; readonly name: string; readonly roles: readonly Role[] },
): Promise<void> {
  if (isOwner(authority) || !asked.roles.some((role) => ROLES[role] === ROLES.owner)) return;
  const { operation, name: about } = asked;
  await refuse(people, authority, { operation, about, why: "only an owner makes an owner" });
}

async function refuse(
  people: People,
  authority: Authority,
  {
    operation,
    about,
    why,
  }: { readonly operation: string; readonly about: string; readonly why: string },
): Promise<never> {
  await people.deny(authority, { operation, about, reason: why });
  throw new HoldfastError("access/denied", why, { remedy: "that you asked is on record" });
}

function findPerson(people: People, idOrName: string): PersonState {
  const known = people.state.find(idOrName);
  if (known !== undefined) return known;
  throw new HoldfastError("people/unknown", `there is nobody called ${idOrName}`, {
    remedy: "see holdfast people list",
  });
}

function assertName(people: People, name: string, own: string | undefined): void {
  const same = people.state.find(name)?.entry.person;
  if (RESERVED.has(foldName(name))) {
    throw new HoldfastError("people/name-taken", `${name} is not a person's name here`);
  }
  if (same !== undefined && same !== own) {
    throw new HoldfastError("people/name-taken", `somebody is called ${name} already`);
  }
}

function assertRoom(people: People, person: string): void {
  if (people.state.credentialsOf(person).length < CREDENTIALS_OF_ONE_MAX) return;
  throw new HoldfastError(
    "people/too-many",
    `a person has at most ${CREDENTIALS_OF_ONE_MAX} credentials`,
    { remedy: "revoke what is not used: holdfast tokens revoke ID" },
  );
}

function listOf(cases: CaseList): "*" | string[] {
  return cases === "*" ? cases : [...cases];
}
