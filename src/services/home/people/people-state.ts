import type {
  AccountCheck,
  CredentialAdd,
  CustodyEntry,
  PersonSet,
} from "../../../core/custody/index.ts";

/** A person as the ledger's entries leave them. */
export interface PersonState {
  readonly entry: PersonSet;
  readonly at: string;
  /** Number of the newest entry that ends the person's sessions. */
  readonly revision: number;
}

export interface CredentialState {
  readonly entry: CredentialAdd;
  readonly at: string;
  readonly by: string;
}

/** Who there is and what lets them in: the ledger's entries about people, folded in order. */
export class PeopleState {
  readonly people = new Map<string, PersonState>();
  readonly credentials = new Map<string, CredentialState>();
  /** When each person was let in last. */
  readonly lastLogins = new Map<string, string>();
  /** Tokens by their digest, passkeys by their id, accounts by issuer and subject. */
  readonly #credentialBy = new Map<string, string>();
  // Looked up and not searched for: how long it takes must not tell who is known.
  readonly #personByName = new Map<string, string>();
  readonly #credentialsOf = new Map<string, Set<string>>();

  apply(entry: CustodyEntry): void {
    switch (entry.type) {
      case "person.set":
        this.#forgetName(entry.person);
        this.#personByName.set(foldName(entry.name), entry.person);
        this.people.set(entry.person, { entry, at: entry.at, revision: entry.seq });
        return;
      case "person.remove":
        this.#forgetName(entry.person);
        this.people.delete(entry.person);
        this.lastLogins.delete(entry.person);
        for (const one of this.credentialsOf(entry.person)) this.#forget(one);
        return;
      case "session.open":
        this.lastLogins.set(entry.person, entry.at);
        return;
      case "credential.add":
        this.credentials.set(entry.credential, { entry, at: entry.at, by: entry.actor.name });
        this.#ownOf(entry.person).add(entry.credential);
        if (entry.check.kind !== "password")
          this.#credentialBy.set(lookupOf(entry.check), entry.credential);
        if (entry.check.kind === "password") this.#revise(entry.person, entry.seq);
        return;
      case "credential.revoke": {
        const known = this.credentials.get(entry.credential);
        if (known === undefined) return;
        this.#forget(known);
        // A token has no session: ending it leaves the others alone.
        if (known.entry.check.kind !== "token") this.#revise(entry.person, entry.seq);
        return;
      }
      default:
        return; // all other entries are about something else
    }
  }

  /** By id, or by name as it is written or in other letters of case. */
  find(idOrName: string): PersonState | undefined {
    const byId = this.people.get(idOrName);
    return byId ?? this.people.get(this.#personByName.get(foldName(idOrName)) ?? "");
  }

  credentialsOf(person: string): CredentialState[] {
    const own = this.#credentialsOf.get(person) ?? [];
    return [...own].flatMap((credential) => this.credentials.get(credential) ?? []);
  }

  findToken(sha256: string): CredentialState | undefined {
    return this.credentials.get(this.#credentialBy.get(`token ${sha256}`) ?? "");
  }

  findPasskey(id: string): CredentialState | undefined {
    return this.credentials.get(this.#credentialBy.get(`passkey ${id}`) ?? "");
  }

  findAccount({ issuer, subject }: Omit<AccountCheck, "kind">): CredentialState | undefined {
    return this.credentials.get(this.#credentialBy.get(`oidc ${issuer} ${subject}`) ?? "");
  }

  #forget({ entry }: CredentialState): void {
    this.credentials.delete(entry.credential);
    this.#ownOf(entry.person).delete(entry.credential);
    if (entry.check.kind !== "password") this.#credentialBy.delete(lookupOf(entry.check));
  }

  #forgetName(person: string): void {
    const known = this.people.get(person);
    if (known !== undefined) this.#personByName.delete(foldName(known.entry.name));
  }

  #ownOf(person: string): Set<string> {
    const known = this.#credentialsOf.get(person) ?? new Set();
    this.#credentialsOf.set(person, known);
    return known;
  }

  #revise(person: string, seq: number): void {
    const known = this.people.get(person);
    if (known !== undefined) this.people.set(person, { ...known, revision: seq });
  }
}

function lookupOf(check: Exclude<CredentialAdd["check"], { kind: "password" }>): string {
  switch (check.kind) {
    case "token":
      return `token ${check.token_sha256}`;
    case "passkey":
      return `passkey ${check.passkey}`;
    case "oidc":
      return `oidc ${check.issuer} ${check.subject}`;
  }
}

/** Names that look alike are the same person's. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
