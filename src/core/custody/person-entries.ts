import type { Permission, Role } from "./roles.ts";

/** Cases that somebody may see: these, or all. */
export type CaseList = "*" | readonly string[];

/** A person is added, or changed: the last entry wins, and ends the person's sessions. */
export interface PersonSet {
  readonly type: "person.set";
  readonly person: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly cases: CaseList;
}

/** A person may do nothing any more; all credentials end with this. */
export interface PersonRemove {
  readonly type: "person.remove";
  readonly person: string;
  readonly name: string;
}

/** A password: the digest of its file under `keys/`, so that an exchanged file is noticed. */
export interface PasswordCheck {
  readonly kind: "password";
  readonly phc_sha256: string;
}

/** A passkey's public half (WebAuthn): both as base64url. */
export interface PasskeyCheck {
  readonly kind: "passkey";
  readonly passkey: string;
  readonly public_key: string;
}

/** An account of an OpenID provider: the pair of strings that names it for ever (Core 1.0, 5.7). */
export interface AccountCheck {
  readonly kind: "oidc";
  readonly issuer: string;
  readonly subject: string;
}

/** A program's token: its digest, and what it may do at most of what its person may. */
export interface TokenCheck {
  readonly kind: "token";
  readonly token_sha256: string;
  readonly scopes: readonly Permission[];
  readonly cases: CaseList;
}

export type CredentialCheck = PasswordCheck | PasskeyCheck | AccountCheck | TokenCheck;

/** Something that a person shows to be let in, and what verifies it. */
export interface CredentialAdd {
  readonly type: "credential.add";
  readonly credential: string;
  readonly person: string;
  readonly label: string;
  readonly check: CredentialCheck;
  /** RFC 3339; null does not end. */
  readonly expires_at: string | null;
}

export interface CredentialRevoke {
  readonly type: "credential.revoke";
  readonly credential: string;
  readonly person: string;
  readonly reason: string;
}

/** A link was made by which a person, once, chooses a password or passkey, and nothing else. */
export interface EnrolmentOpen {
  readonly type: "enrolment.open";
  readonly person: string;
  readonly link_sha256: string;
  readonly expires_at: string;
}

/** A person was let in: by a credential, or by an enrolment link. */
export interface SessionOpen {
  readonly type: "session.open";
  readonly person: string;
  readonly credential: string;
}

/**
 * Somebody was not let in. The first of a kind and minute is on record at once, the others as one
 * count when the minute is over: a flood of wrong passwords is two entries.
 */
export interface SessionRefuse {
  readonly type: "session.refuse";
  readonly reason: string;
  readonly address: string;
  /** Only of one who is known: people type passwords where a name belongs. */
  readonly person: string | null;
  readonly count: number;
  /** The minute it covers, RFC 3339 UTC. */
  readonly minute: string;
}

/** A person asked for what is not theirs; durable before the answer. `count` is above 1 in a flood. */
export interface AccessDeny {
  readonly type: "access.deny";
  readonly person: string;
  readonly operation: string;
  /** What was asked for: an id, a case; empty where there is none. */
  readonly about: string;
  readonly reason: string;
  readonly count: number;
}

/** Entries about people: who they are, how they show it, what they were refused. */
export type PersonEntryBody =
  | PersonSet
  | PersonRemove
  | CredentialAdd
  | CredentialRevoke
  | EnrolmentOpen
  | SessionOpen
  | SessionRefuse
  | AccessDeny;
