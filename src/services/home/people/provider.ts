import type { ClientAuth, Configuration, CustomFetch } from "openid-client";
import { HoldfastError } from "../../../core/base/index.ts";
import type { AccountCheck } from "../../../core/custody/index.ts";
import { readSecret } from "../../../platform/index.ts";
import { isSafeAddress, type SignInSettings } from "../sign-in-settings.ts";
import { staleSignIn, toSignInError } from "./sign-in-errors.ts";

/** So long somebody may take at the provider. */
const BEGUN_MS = 10 * 60_000;
const BEGUN_MAX = 1000;
/** What the provider says of itself is asked anew after so long. */
const DISCOVERY_MS = 3600_000;
const ANSWER_SECONDS_MAX = 10;
const ANSWER_BYTES_MAX = 1 << 20;
const SUBJECT_CHARS_MAX = 255;
/** The page that a provider sends browsers back to. */
const REDIRECT_PATH = "/login/oidc";

/** Loaded at the first sign-in: most homes have no provider. */
const library = () => import("openid-client");

/** Who began it, so that nobody else can end it: a browser that logs in, or a person who links. */
export type Begun = `browser ${string}` | `person ${string}`;

interface Waiting {
  readonly whose: Begun;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirect: string;
  readonly untilMs: number;
}

/** An OpenID provider (Core 1.0: code flow, PKCE, state and nonce), asked who somebody is and nothing else. */
export class Provider {
  readonly settings: SignInSettings;
  readonly #directory: string;
  readonly #nowMs: () => number;
  readonly #waiting = new Map<string, Waiting>();
  #found: { readonly client: Promise<Configuration>; readonly untilMs: number } | undefined;

  constructor(
    settings: SignInSettings,
    parts: { readonly directory: string; readonly nowMs: () => number },
  ) {
    this.settings = settings;
    this.#directory = parts.directory;
    this.#nowMs = parts.nowMs;
  }

  /** Whether the client's secret is where the settings say; a public client needs none. */
  async hasSecret(): Promise<boolean> {
    return (await this.#secret()) !== null;
  }

  /** The provider's address that a browser goes to, to come back to `origin` with an answer. */
  async begin(whose: Begun, origin: string): Promise<string> {
    const oidc = await library();
    const client = await this.#client();
    const verifier = oidc.randomPKCECodeVerifier();
    const nonce = oidc.randomNonce();
    // The page sees by it which of the two has come back.
    const state = `${whose.startsWith("person") ? "link" : "login"}.${oidc.randomState()}`;
    const redirect = new URL(REDIRECT_PATH, origin).href;
    const code_challenge = await oidc.calculatePKCECodeChallenge(verifier);
    const asked = { redirect_uri: redirect, scope: "openid", state, nonce, code_challenge };
    let address: URL;
    try {
      address = oidc.buildAuthorizationUrl(client, { ...asked, code_challenge_method: "S256" });
      if (!isSafeAddress(address)) throw new TypeError(`${address.protocol} is not followed`);
    } catch (error) {
      throw toSignInError(error, this.settings.name);
    }
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= BEGUN_MAX && oldest !== undefined) this.#waiting.delete(oldest);
    const untilMs = this.#nowMs() + BEGUN_MS;
    this.#waiting.set(state, { whose, nonce, verifier, redirect, untilMs });
    return address.href;
  }

  /** Whose account it is, from the query that the provider sent a browser back with; once. */
  async finish(whose: Begun, answer: string): Promise<AccountCheck> {
    const state = new URLSearchParams(answer).get("state") ?? "";
    const begun = this.#waiting.get(state);
    this.#waiting.delete(state);
    if (begun === undefined || begun.whose !== whose || begun.untilMs <= this.#nowMs()) {
      throw staleSignIn();
    }
    const client = await this.#client();
    const address = new URL(begun.redirect);
    address.search = answer;
    try {
      const { authorizationCodeGrant } = await library();
      const tokens = await authorizationCodeGrant(client, address, {
        pkceCodeVerifier: begun.verifier,
        expectedNonce: begun.nonce,
        expectedState: state,
        idTokenExpected: true,
      });
      const subject = tokens.claims()?.sub ?? "";
      if (subject === "" || subject.length > SUBJECT_CHARS_MAX) {
        throw Object.assign(new Error("no usable subject"), { code: "OAUTH_INVALID_RESPONSE" });
      }
      return { kind: "oidc", issuer: this.settings.issuer, subject };
    } catch (error) {
      throw toSignInError(error, this.settings.name);
    }
  }

  async #client(): Promise<Configuration> {
    if (this.#found === undefined || this.#found.untilMs <= this.#nowMs()) {
      const found = { client: this.#discover(), untilMs: this.#nowMs() + DISCOVERY_MS };
      this.#found = found;
      // Asked anew by whoever comes next; those who wait together are told together.
      found.client.catch(() => {
        if (this.#found === found) this.#found = undefined;
      });
    }
    return await this.#found.client;
  }

  async #discover(): Promise<Configuration> {
    const { issuer, clientId, name } = this.settings;
    const secret = await this.#secret();
    if (secret === null) {
      throw new HoldfastError("session/provider-down", `sign-in with ${name} is not set up whole`, {
        remedy: "whoever looks after the home sees what is missing with: holdfast doctor",
      });
    }
    const oidc = await library();
    // Over TLS a signature need not be checked (Core 3.1.3.7); it is, so that TLS is not all there is.
    const execute = [oidc.enableNonRepudiationChecks];
    if (issuer.startsWith("http:")) execute.push(oidc.allowInsecureRequests);
    try {
      return await oidc.discovery(
        new URL(issuer),
        clientId,
        {},
        secret === undefined ? oidc.None() : authBy(oidc, secret),
        { execute, timeout: ANSWER_SECONDS_MAX, [oidc.customFetch]: fetchWithin },
      );
    } catch (error) {
      throw toSignInError(error, name);
    }
  }

  /** Undefined is a public client; null is a secret that is not where it should be. */
  async #secret(): Promise<string | undefined | null> {
    const { clientSecret } = this.settings;
    if (clientSecret === undefined) return undefined;
    return (await readSecret(clientSecret, this.#directory)) ?? null;
  }
}

/** The secret as a header, which every provider must take (RFC 6749, 2.3.1) unless it says otherwise. */
function authBy(oidc: Awaited<ReturnType<typeof library>>, secret: string): ClientAuth {
  const [header, field] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return (taken.includes("client_secret_basic") ? header : field)(server, ...rest);
  };
}

/** `fetch` that gives up an answer larger than any provider's. */
const fetchWithin: CustomFetch = async (address, { body, ...options }) => {
  const response = await fetch(address, { ...options, body: body ?? null });
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > ANSWER_BYTES_MAX) throw new TypeError("the answer is too large");
    pieces.push(piece);
  }
  const { status, statusText, headers } = response;
  const whole = pieces.length === 0 ? null : Buffer.concat(pieces);
  return new Response(whole, { status, statusText, headers });
};
