import { HoldfastError } from "../../../core/base/index.ts";

/** Who the browser proves it to: a name, never an address (WebAuthn Level 3, 5.1.2), and its origin. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

const LOOPBACK = /^(127\.[\d.]+|\[::1\]|localhost)$/;
const ADDRESS = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/;

/** The origin that links lead to, of where a server is reached; on loopback that is localhost. */
export function originOf(servedAt: string | undefined): string {
  if (servedAt === undefined) {
    throw new HoldfastError(
      "home/not-served",
      "links and passkeys need a server that runs on this home",
      { remedy: "start one with: holdfast serve" },
    );
  }
  const { protocol, hostname, port } = new URL(servedAt);
  const name = LOOPBACK.test(hostname) ? "localhost" : hostname;
  return `${protocol}//${name}${port === "" ? "" : `:${port}`}`;
}

/** Why browsers make no passkeys at an origin; undefined where they do. */
export function whyNoPasskeys(origin: string): string | undefined {
  const { protocol, hostname } = new URL(origin);
  if (hostname === "localhost") return undefined;
  if (ADDRESS.test(hostname)) return `passkeys belong to a name, and ${origin} is an address`;
  return protocol === "https:" ? undefined : `passkeys need https, and ${origin} is without`;
}

/** What passkeys are bound to, or a sentence where there can be none. */
export function relyingPartyOf(servedAt: string | undefined): RelyingParty {
  const origin = originOf(servedAt);
  const why = whyNoPasskeys(origin);
  if (why === undefined) return { id: new URL(origin).hostname, origin };
  throw new HoldfastError("session/no-passkeys", why, {
    remedy: "log in with a password; the owner serves the home with --origin https://NAME",
  });
}
