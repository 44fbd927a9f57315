import { z } from "zod";
import { PERMISSION_NAMES, ROLE_NAMES } from "../core/custody/index.ts";
import { operation } from "./operation.ts";
import * as s from "./schemas.ts";

const role = z.enum(ROLE_NAMES as [string, ...string[]] as [(typeof ROLE_NAMES)[number]]);
const permission = z.enum(
  PERMISSION_NAMES as [string, ...string[]] as [(typeof PERMISSION_NAMES)[number]],
);
const cases = z
  .union([z.literal("*"), z.array(s.caseName).max(500)])
  .describe("names of cases, or * for all");
const personName = z
  .string()
  .trim()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,63}$/u,
    "a person is named by at most 64 letters, digits, spaces and . _ @ -",
  );
const who = z.string().max(64).describe("a person's id or name");
const seq = z.number().describe("the ledger entry");
const label = z.string().trim().max(100).default("").describe("what it is, for people");
const password = z.string().max(1024);
const credentialKind = z.enum(["password", "passkey", "oidc", "token"]);

/** Who there is, what each may do, and what lets them in. */
export const peopleOperations = {
  me: operation({
    method: "GET",
    path: "/api/v1/me",
    needs: "known",
    summary: "Who asks, and what they may do.",
    input: z.object({}),
    output: z.object({
      name: z.string(),
      via: z.string(),
      person: z.string().nullable().describe("null is the user who owns the home"),
      roles: z.array(role),
      permissions: z.array(permission),
      cases,
      solo: z.boolean().describe("this home has no people but its owner"),
    }),
    answer: "json",
  }),
  people: operation({
    method: "GET",
    path: "/api/v1/people",
    needs: "people",
    summary: "All people, their roles and cases.",
    input: z.object({}),
    output: z.object({
      people: z.array(
        z.object({
          person: z.string(),
          name: z.string(),
          roles: z.array(role),
          cases,
          changed_at: z.string(),
          has_password: z.boolean(),
          passkeys: z.number(),
          accounts: z.number().describe("of the sign-in provider"),
          tokens: z.number(),
          last_login_at: z.string().nullable(),
        }),
      ),
    }),
    answer: "json",
  }),
  addPerson: operation({
    method: "POST",
    path: "/api/v1/people",
    needs: "people",
    summary: "Adds a person.",
    input: z.object({ name: personName, roles: z.array(role).min(1).max(10), cases }),
    output: z.object({ person: z.string(), name: z.string(), seq }),
    answer: "json",
  }),
  setPerson: operation({
    method: "POST",
    path: "/api/v1/people/:person",
    needs: "people",
    summary: "Changes a person's name, roles or cases; ends their sessions.",
    input: z.object({
      person: who,
      name: personName.optional(),
      roles: z.array(role).min(1).max(10).optional(),
      cases: cases.optional(),
    }),
    output: z.object({ person: z.string(), name: z.string(), seq }),
    answer: "json",
  }),
  removePerson: operation({
    method: "POST",
    path: "/api/v1/people/:person/remove",
    needs: "people",
    summary: "Removes a person; their sessions and credentials end.",
    input: z.object({ person: who }),
    output: z.object({ person: z.string(), name: z.string(), seq }),
    answer: "json",
  }),
  createEnrolment: operation({
    method: "POST",
    path: "/api/v1/people/:person/link",
    needs: "people",
    summary: "Makes a link by which a person, once, chooses how to come in.",
    input: z.object({ person: who }),
    output: z.object({ person: z.string(), link: z.string(), expires_at: z.string(), seq }),
    answer: "json",
  }),
  credentials: operation({
    method: "GET",
    path: "/api/v1/credentials",
    needs: "self",
    summary: "What lets a person in, one's own if nobody is named; never what verifies it.",
    input: z.object({
      person: who.optional().describe("a person, or * for all; oneself if left out"),
      kind: credentialKind.optional(),
    }),
    output: z.object({
      credentials: z.array(
        z.object({
          credential: z.string(),
          person: z.string(),
          name: z.string().describe("the person's"),
          kind: credentialKind,
          label: z.string(),
          scopes: z.array(permission).nullable(),
          cases: cases.nullable(),
          added_at: z.string(),
          added_by: z.string(),
          expires_at: z.string().nullable(),
          expired: z.boolean(),
          last_used_at: z.string().nullable().describe("of a token, since this server began"),
        }),
      ),
    }),
    answer: "json",
  }),
  revokeCredential: operation({
    method: "POST",
    path: "/api/v1/credentials/:credential/revoke",
    needs: "self",
    summary: "Ends a password, passkey, account or token: one's own, or as who looks after people.",
    input: z.object({ credential: z.string(), reason: z.string().max(1000).default("") }),
    output: z.object({ credential: z.string(), seq }),
    answer: "json",
  }),
  createToken: operation({
    method: "POST",
    path: "/api/v1/tokens",
    needs: "self",
    summary: "Makes a token for a program; it is shown once. For somebody else only as owner.",
    input: z.object({
      person: who.optional(),
      scopes: z.array(permission).min(1),
      cases: cases.optional().describe("those of the person if left out"),
      expires_days: z.number().int().min(1).max(3650).nullable().default(90),
      label,
    }),
    output: z.object({
      credential: z.string(),
      token: z.string(),
      expires_at: z.string().nullable(),
      seq,
    }),
    answer: "json",
  }),
  setPassword: operation({
    method: "POST",
    path: "/api/v1/password",
    needs: "self",
    summary: "Sets a password, one's own; somebody else's only as owner. Ends their sessions.",
    input: z.object({
      person: who.optional(),
      password: password.min(12, "a password has at least 12 characters"),
      current: password.optional().describe("one's password until now, where there is one"),
    }),
    output: z.object({ credential: z.string(), person: z.string(), seq }),
    answer: "json",
  }),
  beginPasskey: operation({
    method: "POST",
    path: "/api/v1/passkeys/begin",
    needs: "self",
    summary: "What a browser needs to make a passkey for whoever asks.",
    input: z.object({}),
    output: z.object({ options: s.row.describe("PublicKeyCredentialCreationOptionsJSON") }),
    answer: "json",
  }),
  addPasskey: operation({
    method: "POST",
    path: "/api/v1/passkeys",
    needs: "self",
    summary: "Adds the passkey that a browser made.",
    input: z.object({ response: s.row.describe("RegistrationResponseJSON"), label }),
    output: z.object({ credential: z.string(), seq }),
    answer: "json",
  }),
  beginAccount: operation({
    method: "POST",
    path: "/api/v1/accounts/begin",
    needs: "self",
    summary: "Where a browser goes to show which account of the sign-in provider is one's own.",
    input: z.object({}),
    output: z.object({ address: z.string() }),
    answer: "json",
  }),
  addAccount: operation({
    method: "POST",
    path: "/api/v1/accounts",
    needs: "self",
    summary: "Links the account that the provider named to whoever asks.",
    input: z.object({
      answer: z.string().max(8192).describe("the query that the browser came back with"),
    }),
    output: z.object({ credential: z.string(), seq }),
    answer: "json",
  }),
  linkAccount: operation({
    method: "POST",
    path: "/api/v1/people/:person/account",
    needs: "people",
    summary: "Links an account of the sign-in provider to a person by its subject; as owner only.",
    input: z.object({
      person: who,
      subject: z
        .string()
        .regex(/^[\x21-\x7e]{1,255}$/, "a subject is at most 255 printable characters of ASCII")
        .describe("as the provider names it (`sub`)"),
    }),
    output: z.object({ credential: z.string(), person: z.string(), seq }),
    answer: "json",
  }),
} as const;
