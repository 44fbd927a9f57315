import type { Operations, ParsedInputOf } from "../../../api/index.ts";
import { HoldfastError } from "../../../core/base/index.ts";
import type { Authority, CredentialAdd } from "../../../core/custody/index.ts";
import { formatTimestamp, randomHex, sha256Hex } from "../../../platform/index.ts";
import { isScope, type People } from "./people.ts";
import type { CredentialState } from "./people-state.ts";
import { assertMayChange, findPerson, isSelf, listOf, personMeant } from "./person-checks.ts";
import { relyingPartyOf } from "./relying-party.ts";

const CREDENTIALS_OF_ONE_MAX = 100;
const DAY_MS = 24 * 3600_000;

type Input<K extends keyof Operations> = ParsedInputOf<Operations[K]>;

/** What lets people in: one's own, or as who looks after people anybody's. */
export async function listCredentials(
  people: People,
  authority: Authority,
  input: Input<"credentials">,
) {
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

/** Ends a credential: one's own, or as who looks after people anybody's. */
export async function revokeCredential(
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

/** Makes a token; only its digest is kept. */
export async function createToken(
  people: People,
  authority: Authority,
  input: Input<"createToken">,
) {
  const { person } = await personMeant(people, authority, "createToken", input);
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
  const facts = { person, label, check, expires_at };
  return { ...(await appendCredential(people, authority, facts)), token, expires_at };
}

/** The new password's file is there before its entry, and only the entry makes it a password. */
export async function setPassword(
  people: People,
  authority: Authority,
  input: Input<"setPassword">,
) {
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

/** What a browser needs to make a passkey. */
export async function beginPasskey(people: People, authority: Authority) {
  const { person, name, passkeys } = registering(people, authority);
  const party = relyingPartyOf(people.servedAt);
  return {
    options: await people.passkeys.beginRegistration({ person, name, known: passkeys }, party),
  };
}

/** Adds the passkey that a browser made. */
export async function addPasskey(people: People, authority: Authority, input: Input<"addPasskey">) {
  const { person } = registering(people, authority);
  const party = relyingPartyOf(people.servedAt);
  const check = await people.passkeys.finishRegistration(person, input.response, party);
  if (people.state.findPasskey(check.passkey) !== undefined) {
    throw new HoldfastError("request/bad-input", "this passkey is somebody's already");
  }
  const label = input.label || "passkey";
  return await appendCredential(people, authority, { person, label, check, expires_at: null });
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

/** Puts a way in on record, as long as a person has not too many. */
export async function appendCredential(
  people: People,
  { actor }: Authority,
  { person, ...facts }: Pick<CredentialAdd, "person" | "label" | "check" | "expires_at">,
): Promise<{ credential: string; seq: number }> {
  assertRoom(people, person);
  const added = credentialOf(person, facts);
  return { credential: added.credential, seq: await people.parts.append([added], actor) };
}

function credentialOf<T extends object>(person: string, rest: T) {
  const credential = `c${randomHex(8)}`;
  return { type: "credential.add" as const, credential, person, ...rest };
}

function assertRoom(people: People, person: string): void {
  if (people.state.credentialsOf(person).length < CREDENTIALS_OF_ONE_MAX) return;
  throw new HoldfastError(
    "people/too-many",
    `a person has at most ${CREDENTIALS_OF_ONE_MAX} credentials`,
    { remedy: "revoke what is not used: holdfast tokens revoke ID" },
  );
}
