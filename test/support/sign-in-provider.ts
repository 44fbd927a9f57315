import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider } from "oidc-provider";

export const CLIENT_ID = "holdfast";
export const CLIENT_SECRET = "a secret of the client that nobody else has";

interface Context {
  readonly oidc: {
    readonly provider: Provider;
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
}

/** A certified OpenID provider on loopback, whose users log in without being asked. */
export class SignInProvider {
  /** Who the browser that comes next is; null cancels. */
  subject: string | null = "ada-at-provider";
  issuer = "";
  #provider: Provider | undefined;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.issuer = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Makes the client known, with where its browsers come back to; until then it is out of order. */
  register(redirect: string): void {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = { ...privateKey.export({ format: "jwk" }), use: "sig", kid: "one", alg: "RS256" };
    this.#provider = new Provider(this.issuer, {
      clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirect] }],
      jwks: { keys: [key] },
      cookies: { keys: ["a key of cookies"] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: () => "/interaction" },
      ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
      findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
      // Nobody is asked what the client may know: it asks for nothing but who somebody is.
      loadExistingGrant: async ({ oidc: { provider, client, session } }: Context) => {
        const { clientId } = client;
        const grant = new provider.Grant({ clientId, accountId: session.accountId });
        grant.addOIDCScope("openid");
        await grant.save();
        return grant;
      },
    });
  }

  /** Does not answer from now on. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What a browser without cookies comes back with that goes to this address. */
  async visit(address: string): Promise<string> {
    const jar = new Map<string, string>();
    for (let at = new URL(address), n = 0; n < 10; n++) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(at, { redirect: "manual", headers: { cookie } });
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        jar.set(name!, value!);
      }
      const next = answer.headers.get("location");
      if (next === null) throw new Error(`the provider stays: ${await answer.text()}`);
      at = new URL(next, at);
      if (at.origin !== this.issuer) return at.search;
    }
    throw new Error("the provider leads nowhere");
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const provider = this.#provider;
    if (provider === undefined) {
      response.writeHead(503).end();
      return;
    }
    if (request.url !== "/interaction") {
      provider.callback()(request, response);
      return;
    }
    const result =
      this.subject === null
        ? { error: "access_denied", error_description: "<b>cancelled</b>" }
        : { login: { accountId: this.subject } };
    void provider.interactionFinished(request, response, result);
  }
}
