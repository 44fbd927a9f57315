import { generateKeyPairSync, sign } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const keysOf = () => generateKeyPairSync("rsa", { modulusLength: 2048 });

/** An issuer that answers as a test wants it to: right but for what is changed. */
export class TamperedIssuer {
  issuer = "";
  /** Fields of the next ID token; what is not named is right. */
  claims: Record<string, unknown> = {};
  /** Fields of what the issuer says of itself. */
  metadata: Record<string, unknown> = {};
  /** The next token answer, whole, instead of a right one. */
  answer: { readonly status: number; readonly type: string; readonly text: string } | undefined;
  isForged = false;
  readonly #keys = keysOf();
  readonly #others = keysOf();
  readonly #server = createServer((request, response) => this.#respond(request.url!, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.issuer = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #respond(path: string, response: ServerResponse): void {
    const { issuer } = this;
    const json = (value: unknown): void => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    if (path.startsWith("/.well-known/")) {
      json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ["RS256"],
        ...this.metadata,
      });
      return;
    }
    if (path === "/keys") {
      const key = this.#keys.publicKey.export({ format: "jwk" });
      json({ keys: [{ ...key, use: "sig", alg: "RS256", kid: "one" }] });
      return;
    }
    if (this.answer !== undefined) {
      const { status, type, text } = this.answer;
      response.writeHead(status, { "content-type": type }).end(text);
      return;
    }
    json({ access_token: "a", token_type: "Bearer", expires_in: 60, id_token: this.#idToken() });
  }

  #idToken(): string {
    const now = Math.floor(Date.now() / 1000);
    const right = { iss: this.issuer, sub: "eve", aud: "holdfast", iat: now, exp: now + 60 };
    const text = `${encode({ alg: "RS256", kid: "one" })}.${encode({ ...right, ...this.claims })}`;
    const { privateKey } = this.isForged ? this.#others : this.#keys;
    return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
  }
}
