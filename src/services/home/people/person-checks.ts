import { HoldfastError } from "../../../core/base/index.ts";
import { type Authority, type CaseList, ROLES, type Role } from "../../../core/custody/index.ts";
import type { People } from "./people.ts";
import { foldName, type PersonState } from "./people-state.ts";

/** Names of what writes entries itself. */
const RESERVED = new Set(["owner", "holdfast"]);

/** The user who owns the home, or a person with all that he may do. */
function isOwner(authority: Authority): boolean {
  return authority.permissions.has("machine");
}

/** Whether the person named is whoever asks. */
export function isSelf(
  people: People,
  authority: Authority,
  { person }: { readonly person?: string | undefined },
): boolean {
  if (person === undefined || authority.person === null) return false;
  return people.state.find(person)?.entry.person === authority.person;
}

/** Nobody changes himself, and an owner is changed by owners only. */
export async function assertMayChange(
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

/** Only an owner gives the role of one. */
export async function assertMayGive(
  people: People,
  authority: Authority,
  asked: { readonly operation: string; readonly name: string; readonly roles: readonly Role[] },
): Promise<void> {
  if (isOwner(authority) || !asked.roles.some((role) => ROLES[role] === ROLES.owner)) return;
  const { operation, name: about } = asked;
  await refuse(people, authority, { operation, about, why: "only an owner makes an owner" });
}

/** Throws, after it is on record, unless it is an owner who asks this for somebody else. */
export async function assertOwner(
  people: People,
  authority: Authority,
  asked: { readonly operation: string; readonly about: string },
): Promise<void> {
  if (isOwner(authority)) return;
  await refuse(people, authority, { ...asked, why: "only the owner does that for others" });
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

/** A person by id or name. */
export function findPerson(people: People, idOrName: string): PersonState {
  const known = people.state.find(idOrName);
  if (known !== undefined) return known;
  throw new HoldfastError("people/unknown", `there is nobody called ${idOrName}`, {
    remedy: "see holdfast people list",
  });
}

/** A name is one person's, and never the home's own. */
export function assertName(people: People, name: string, own: string | undefined): void {
  const same = people.state.find(name)?.entry.person;
  if (RESERVED.has(foldName(name))) {
    throw new HoldfastError("people/name-taken", `${name} is not a person's name here`);
  }
  if (same !== undefined && same !== own) {
    throw new HoldfastError("people/name-taken", `somebody is called ${name} already`);
  }
}

/** Oneself, or as owner whoever is named. */
export async function personMeant(
  people: People,
  authority: Authority,
  operation: string,
  input: { readonly person?: string | undefined },
): Promise<{ person: string; isOwn: boolean }> {
  if (input.person === undefined && authority.person !== null) {
    return { person: authority.person, isOwn: true };
  }
  if (isSelf(people, authority, input)) return { person: authority.person!, isOwn: true };
  await assertOwner(people, authority, { operation, about: input.person ?? "" });
  if (input.person === undefined) {
    throw new HoldfastError("request/bad-input", "name the person whose it is to be");
  }
  return { person: findPerson(people, input.person).entry.person, isOwn: false };
}

/** Cases as the contract has them. */
export function listOf(cases: CaseList): "*" | string[] {
  return cases === "*" ? cases : [...cases];
}
