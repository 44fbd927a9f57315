import { z } from "zod";
import type { SecretPlace } from "../../platform/index.ts";

/** The OpenID provider that people may sign in with; the secret itself is never among settings. */
export interface SignInSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** None is a public client, which PKCE alone protects. */
  readonly clientSecret: SecretPlace | undefined;
  /** What people call the provider. */
  readonly name: string;
  /** Where browsers come back to, when it is not where the server says it is. */
  readonly redirectOrigin: string | undefined;
}

const SECRET_SAYS = "write file: PATH or env: NAME; a secret does not stand in this file";
const ISSUER_SAYS =
  "an issuer is an https address without query, such as https://login.example (http on loopback only)";
const ORIGIN_SAYS = "an origin is meant, such as https://holdfast.example (http on loopback only)";

/** Whether an address is https, or http that never leaves this machine. */
export function isSafeAddress(address: URL): boolean {
  const isLoopback = /^(127\.[\d.]+|\[::1\]|localhost)$/.test(address.hostname);
  return address.protocol === "https:" || (address.protocol === "http:" && isLoopback);
}

function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return isSafeAddress(url) && url.username === "" && !/[?#]/.test(text);
}

/** `oidc` in `config.yaml`. */
export const signInSchema = z.strictObject({
  issuer: z.string().refine(isIssuer, { error: ISSUER_SAYS }),
  client_id: z.string().min(1).max(256),
  client_secret: z
    .strictObject(
      { file: z.string().min(1).optional(), env: z.string().min(1).optional() },
      { error: SECRET_SAYS },
    )
    .refine(({ file, env }) => (file === undefined) !== (env === undefined), {
      error: SECRET_SAYS,
    })
    .optional(),
  name: z.string().trim().min(1).max(40).optional(),
  redirect_origin: z
    .string()
    .refine(
      (text) => URL.canParse(text) && new URL(text).origin === text && isSafeAddress(new URL(text)),
      { error: ORIGIN_SAYS },
    )
    .optional(),
});

/** The lines that a new home's `config.yaml` has for it. */
export const SIGN_IN_LINES = [
  "# An OpenID provider that people may sign in with, besides passwords and passkeys. It says who",
  "# somebody is; what they may do is said by this home alone. Register the address",
  "# ORIGIN/login/oidc there. The secret stands in a file of its own, or in the environment.",
  "#oidc:",
  "#  issuer: https://login.example",
  "#  client_id: holdfast",
  "#  client_secret: {file: /etc/holdfast/oidc-secret}  # or {env: HOLDFAST_OIDC_SECRET}",
  "#  name: Example",
  "#  redirect_origin: https://holdfast.example  # where it is not the server's own",
];

export function signInOf(config: z.infer<typeof signInSchema>): SignInSettings {
  const { file, env } = config.client_secret ?? {};
  const clientSecret = file !== undefined ? { file } : env !== undefined ? { env } : undefined;
  return {
    issuer: config.issuer,
    clientId: config.client_id,
    clientSecret,
    name: config.name ?? new URL(config.issuer).host,
    redirectOrigin: config.redirect_origin,
  };
}
