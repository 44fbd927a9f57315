import { join } from "node:path";
import { HoldfastError } from "../../../core/base/index.ts";
import {
  type Authority,
  type KnownEntryBody,
  type Permission,
  permissionsOf,
} from "../../../core/custody/index.ts";
import { formatTimestamp, randomHex, sha256Hex } from "../../../platform/index.ts";
import type { SignInSettings } from "../sign-in-settings.ts";
import { Attempts } from "./attempts.ts";
import { Enrolments } from "./enrolments.ts";
import { Passkeys } from "./passkeys.ts";
import { type Password, Passwords } from "./passwords.ts";
import type { CredentialState, PeopleState, PersonState } from "./people-state.ts";
import { Provider } from "./provider.ts";
import { originOf, relyingPartyOf, whyNoPasskeys } from "./relying-party.ts";
import { noProvider } from "./sign-in-errors.ts";
import { Tally } from "./tally.ts";

/** What of a home its people need. */
export interface PeopleParts {
  readonly directory: string;
  readonly state: PeopleState;
  readonly append: (
    bodies: readonly KnownEntryBody[],
    actor: Authority["actor"],
  ) => Promise<number>;
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
  readonly nowMs: () => number;
  readonly signIn: SignInSettings | undefined;
}

/** Who was let in, by what; the revision says when that is over. */
export interface Admission {
  readonly person: string;
  readonly credential: string;
  readonly revision: number;
}

/** Refusals of one person that stand in the ledger one by one, each minute; more are one count. */
const DENIALS_MAX = 1000;
const TOKEN = /^hf_[0-9a-f]{48}$/;
/** Wrong passwords without a delay, of one name and of one address. */
const FREE = { name: 3, address: 10 } as const;
const ABOUT_CHARS_MAX = 200;
/** Who is refused before it is known who it is. */
const NOBODY = { actor: { name: "holdfast", via: "web" }, person: null } as const;
const REASONS = {
  right: "password changed meanwhile",
  wrong: "wrong name or password",
  exchanged: "the password's file is not the one on record",
} as const;

/**
 * Who may do what in a home. Persons, roles and credentials are what the ledger says; delays, links
 * and the last use of a token lie in memory and end with the process.
 */
export class People {
  readonly state: PeopleState;
  readonly passwords: Passwords;
  readonly enrolments: Enrolments;
  readonly passkeys: Passkeys;
  readonly parts: PeopleParts;
  /** Undefined where `config.yaml` names none. */
  readonly provider: Provider | undefined;
  /** When a token was last shown, since this process began. */
  readonly lastUsed = new Map<string, string>();
  /** Where links lead; set while the home is served. */
  servedAt: string | undefined;
  readonly #attempts: Attempts;
  readonly #refusals: Tally;
  readonly #denials: Tally;

  constructor(parts: PeopleParts) {
    this.parts = parts;
    this.state = parts.state;
    this.passwords = new Passwords(join(parts.directory, "keys"));
    this.enrolments = new Enrolments(parts.nowMs);
    this.passkeys = new Passkeys(parts.nowMs);
    this.provider = parts.signIn && new Provider(parts.signIn, parts);
    this.#attempts = new Attempts(parts.nowMs);
    this.#refusals = new Tally({ nowMs: parts.nowMs, burst: 1 });
    this.#denials = new Tally({ nowMs: parts.nowMs, burst: DENIALS_MAX });
  }

  /** Nobody but the user who owns the home. */
  get isSolo(): boolean {
    return this.state.people.size === 0;
  }

  /** What whoever is not let in yet may know: which ways in there are. */
  describeWaysIn() {
    const { provider } = this;
    const origin = originOf(this.servedAt);
    return {
      solo: this.isSolo,
      passkeys: { origin, why: whyNoPasskeys(origin) ?? null },
      provider: provider && { name: provider.settings.name, origin: this.signInOrigin },
    };
  }

  /** What somebody who was let in may do now; undefined when that is over. */
  authorityOf({ person, credential, revision }: Admission): Authority | undefined {
    const known = this.state.people.get(person);
    if (known === undefined || known.revision !== revision) return undefined;
    if (credential === "link")
      return authority(known, "link", { credential, only: ["known", "self"] });
    return this.#isLive(this.state.credentials.get(credential))
      ? authority(known, "web", { credential })
      : undefined;
  }

  /** What a token may do: its scopes and cases, and never more than its person may now. */
  async admitToken(text: string, address: string): Promise<Authority> {
    const credential = TOKEN.test(text) ? this.state.findToken(digest(text)) : undefined;
    const known = this.state.people.get(credential?.entry.person ?? "");
    const check = credential?.entry.check;
    if (credential === undefined || known === undefined || check?.kind !== "token") {
      await this.refuse("unknown or revoked token", address);
    } else if (this.#isLive(credential)) {
      const { scopes, cases } = check;
      this.lastUsed.set(credential.entry.credential, formatTimestamp(this.parts.nowMs()));
      const only = ["known" as const, ...scopes.filter(isScope)];
      return authority(known, "api", { credential: credential.entry.credential, only, cases });
    } else await this.refuse("expired token", address, known.entry.person);
    throw new HoldfastError("session/bad-token", "the token is not valid", {
      remedy: "it may be revoked or expired; get another with: holdfast tokens create",
    });
  }

  /** Lets a person in by name and password, or says after a growing delay that it is wrong. */
  async admitByPassword(
    { name, password }: { readonly name: string; readonly password: string },
    address: string,
  ): Promise<Admission> {
    const known = this.state.find(name);
    const person = known?.entry.person;
    // Of a name that nobody has, too: a lock must not tell who is known.
    const byName = `name ${digest(name.normalize("NFKC").toLowerCase())}`;
    const keys = [byName, `address ${address}`];
    const waitMs = this.#attempts.waitMs(keys);
    if (waitMs > 0) {
      await this.refuse("too many attempts", address, person);
      throw tooMany(waitMs);
    }
    this.#attempts.count(byName, { free: FREE.name });
    this.#attempts.count(`address ${address}`, { free: FREE.address });
    const credential = this.#passwordOf(person);
    const outcome = await this.passwords.check(credential, password);
    // Looked up again: it may have been revoked while it was looked at.
    const still = this.#passwordOf(person);
    const isSame = still !== undefined && still.credential === credential?.credential;
    if (known === undefined || outcome !== "right" || !isSame) {
      await this.refuse(REASONS[outcome], address, person);
      throw new HoldfastError("session/wrong-password", "the name or the password is wrong");
    }
    this.#attempts.clear(keys);
    return await this.open(known.entry.person, still.credential);
  }

  /** Lets a person in whose passkey signed the challenge that `passkeys.beginLogin` gave. */
  async admitByPasskey(response: unknown, address: string): Promise<Admission> {
    const key = `address ${address}`;
    this.#assertNoWait([key]);
    this.#attempts.count(key, { free: FREE.address });
    const id = (response as { id?: unknown } | null | undefined)?.id;
    const known = typeof id === "string" ? this.state.findPasskey(id) : undefined;
    const check = known?.entry.check;
    const party = relyingPartyOf(this.servedAt);
    if (known !== undefined && check?.kind === "passkey" && this.#isLive(known)) {
      const isSigned = await this.passkeys.isSigned(response, check, party);
      const { person, credential } = known.entry;
      // Looked up again: it may have been revoked while it was looked at.
      if (isSigned && this.state.credentials.has(credential)) {
        this.#attempts.clear([key]);
        return await this.open(person, credential);
      }
    }
    await this.refuse("wrong passkey", address, known?.entry.person);
    throw new HoldfastError("session/wrong-passkey", "the passkey is not one of this home", {
      remedy: `passkeys work at ${party.origin}`,
    });
  }

  /** Where links lead that people send each other; undefined while the home is not served. */
  get linkOrigin(): string | undefined {
    return this.servedAt && originOf(this.servedAt);
  }

  /** Where the provider sends browsers back to. */
  get signInOrigin(): string {
    return this.provider?.settings.redirectOrigin ?? originOf(this.servedAt);
  }

  /** The provider's address, and what the browser that goes there shows when it is back. */
  async beginSignIn(address: string): Promise<{ address: string; browser: string }> {
    this.#assertNoWait([`address ${address}`]);
    if (this.provider === undefined) throw noProvider();
    const browser = randomHex(24);
    const to = await this.provider.begin(`browser ${digest(browser)}`, this.signInOrigin);
    return { address: to, browser };
  }

  /** Lets in whoever the provider says it is, if that account is linked to a person here. */
  async admitByAccount(
    { answer, browser }: { readonly answer: string; readonly browser: string },
    address: string,
  ): Promise<Admission> {
    const key = `address ${address}`;
    this.#assertNoWait([key]);
    this.#attempts.count(key, { free: FREE.address });
    if (this.provider === undefined) throw noProvider();
    const { name } = this.provider.settings;
    const account = await this.provider
      .finish(`browser ${digest(browser)}`, answer)
      .catch(async (error: unknown) => {
        const code = error instanceof HoldfastError ? error.code : "session/failed";
        await this.refuse(code.replace("session/", "sign-in: "), address);
        throw error;
      });
    const known = this.state.findAccount(account);
    if (known === undefined || !this.#isLive(known)) {
      const asked = { operation: "signIn", about: `${account.issuer} ${account.subject}` };
      await this.deny(NOBODY, { ...asked, reason: "no person has this account" });
      throw new HoldfastError(
        "session/unknown-account",
        `nobody here has your account of ${name}`,
        {
          remedy: `ask whoever looks after people here for a link, open it, and choose ${name} there`,
        },
      );
    }
    this.#attempts.clear([key]);
    return await this.open(known.entry.person, known.entry.credential);
  }

  /** What a browser needs to log in by passkey. */
  async beginPasskeyLogin(): Promise<Record<string, unknown>> {
    return await this.passkeys.beginLogin(relyingPartyOf(this.servedAt));
  }

  /** Whether it is the password that a person has until now; the same delays as at the door. */
  async isCurrent(
    known: Password & { readonly person: string },
    password: string,
  ): Promise<boolean> {
    const key = `current ${known.person}`;
    this.#assertNoWait([key]);
    this.#attempts.count(key, { free: FREE.name });
    const isRight = (await this.passwords.check(known, password)) === "right";
    if (isRight) this.#attempts.clear([key]);
    return isRight;
  }

  /** Lets a person in by a link, once, to choose a password or passkey. */
  async admitByLink(token: string): Promise<Admission | undefined> {
    const person = this.enrolments.redeem(token);
    if (person === undefined || !this.state.people.has(person)) return undefined;
    return await this.open(person, "link");
  }

  /** Puts the session on record. */
  async open(person: string, credential: string): Promise<Admission> {
    const { entry, revision } = this.state.people.get(person)!;
    const actor = { name: entry.name, via: "web" };
    await this.parts.append([{ type: "session.open", person, credential }], actor);
    return { person, credential, revision };
  }

  /** Puts it on record that somebody was not let in. */
  async refuse(reason: string, address: string, person: string | null = null): Promise<void> {
    // A flood from everywhere is one kind: a person and reason an entry would fill the ledger too.
    const isFlood = this.#refusals.isFull(JSON.stringify([reason, address, person]));
    const from = isFlood ? "many addresses" : address;
    const whose = isFlood ? null : person;
    await this.#refusals.note(JSON.stringify([reason, from, whose]), (count, minuteMs) => {
      const minute = formatTimestamp(minuteMs);
      const told = { reason, address: from, person: whose, count, minute };
      const body = { type: "session.refuse", ...told } as const;
      return this.parts.append([body], { name: "holdfast", via: "web" });
    });
  }

  /** Puts it on record, durably, that a person asked for what is not theirs. */
  async deny(
    { actor, person }: Pick<Authority, "actor" | "person">,
    asked: { readonly operation: string; readonly about: string; readonly reason: string },
  ): Promise<void> {
    const about = asked.about.slice(0, ABOUT_CHARS_MAX);
    const body = { type: "access.deny", person: person ?? "", ...asked, about } as const;
    await this.#denials.note(person ?? "", (count) =>
      this.parts.append([{ ...body, count }], actor),
    );
  }

  /** Throws, after it is on record, unless an authority has what an operation needs. */
  async assertMay(authority: Authority, operation: string, needs: Permission): Promise<void> {
    if (authority.permissions.has(needs)) return;
    await this.deny(authority, { operation, about: "", reason: `needs ${needs}` });
    throw new HoldfastError("access/denied", `${operation} needs the permission "${needs}"`, {
      remedy: "ask whoever looks after people in this home; that you asked is on record",
    });
  }

  /** Says, as often as it is asked, whether an authority still stands as it did at first. */
  watch({ person, credential }: Authority): () => boolean {
    if (person === null) return () => true;
    const { people, credentials } = this.state;
    const known = people.get(person);
    const isShown = () => credential === "link" || credentials.has(credential ?? "");
    return () => people.get(person) === known && isShown();
  }

  /** Puts what is still counted on record. */
  async stop(): Promise<void> {
    await this.#refusals.flush();
    await this.#denials.flush();
  }

  #assertNoWait(keys: readonly string[]): void {
    const waitMs = this.#attempts.waitMs(keys);
    if (waitMs > 0) throw tooMany(waitMs);
  }

  #passwordOf(person: string | undefined) {
    if (person === undefined) return undefined;
    for (const state of this.state.credentialsOf(person)) {
      const { credential, check } = state.entry;
      if (check.kind === "password" && this.#isLive(state)) return { credential, check };
    }
    return undefined;
  }

  #isLive(credential: CredentialState | undefined): boolean {
    if (credential === undefined) return false;
    const { expires_at: end } = credential.entry;
    return end === null || Date.parse(end) > this.parts.nowMs();
  }
}

/** What a token may be for: never the credentials of its own person. */
export function isScope(permission: Permission): boolean {
  return permission !== "self" && permission !== "known";
}

function authority(
  { entry }: PersonState,
  via: string,
  {
    credential,
    only,
    cases = "*",
  }: {
    readonly credential: string;
    readonly only?: readonly Permission[];
    readonly cases?: "*" | readonly string[];
  },
): Authority {
  const all = permissionsOf(entry.roles);
  const permissions = only === undefined ? all : new Set(only.filter((one) => all.has(one)));
  const own = entry.cases === "*" ? cases : entry.cases.filter((one) => isAmong(cases, one));
  return {
    actor: { name: entry.name, via },
    person: entry.person,
    credential,
    permissions,
    cases: own === "*" ? own : new Set(own),
  };
}

function isAmong(cases: "*" | readonly string[], name: string): boolean {
  return cases === "*" || cases.includes(name);
}

function tooMany(waitMs: number): HoldfastError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  const remedy = `wait ${retryAfterSeconds} s, then try again`;
  const error = new HoldfastError("session/too-many", "too many attempts", { remedy });
  return Object.assign(error, { retryAfterSeconds });
}

function digest(text: string): string {
  return sha256Hex(new TextEncoder().encode(text));
}
