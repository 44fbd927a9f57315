import { createSecureContext } from "node:tls";
import type { FastifyRequest } from "fastify";
import { HoldfastError } from "../core/base/index.ts";

/** A certificate with its key, both as PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** How browsers reach the server, beside loopback. */
export interface ReachedAt {
  /** Where it listens. */
  readonly host: string;
  /** What its users type, when it is not where it listens: a proxy's name, or its own. */
  readonly origin?: string | undefined;
  readonly tls?: TlsFiles | undefined;
}

const LOOPBACK: readonly string[] = ["127.0.0.1", "localhost", "::1"];

/** What is wrong with how a server is to be reached, in one sentence; undefined when nothing is. */
export function faultOf({ host, origin, tls }: ReachedAt): string | undefined {
  if (!LOOPBACK.includes(host) && tls === undefined) {
    return `listening on ${host} needs --tls-cert and --tls-key: passwords do not travel in clear`;
  }
  if (!LOOPBACK.includes(host) && origin === undefined) {
    return `listening on ${host} needs --origin: the https address that people type`;
  }
  if (tls !== undefined && origin !== undefined && !origin.startsWith("https:")) {
    return `${origin} is without https, and a certificate is given: begin it with https://`;
  }
  return undefined;
}

/** Throws unless certificate and key are readable and belong together. */
export function assertTls(tls: TlsFiles): void {
  try {
    createSecureContext({ ...tls });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError("server/bad-tls", `certificate and key do not serve: ${why}`, {
      cause,
      remedy: "give both as PEM: --tls-cert FILE with the chain, --tls-key FILE without passphrase",
    });
  }
}

/**
 * Throws at requests that another site's page makes: one may reach loopback by a name of its own, so
 * only our names are answered, as the browser said them and not as a header beside says.
 */
export function assertOurs({ method, headers }: FastifyRequest, at: ReachedAt): void {
  const name = hostOf(headers.host);
  const own = at.origin === undefined ? undefined : hostOf(new URL(at.origin).host);
  if (name === undefined || !(LOOPBACK.includes(name) || name === own)) {
    throw new HoldfastError("session/bad-origin", `this server is not called ${name ?? "so"}`);
  }
  const { origin } = headers;
  if (method === "GET" || origin === undefined || origin === at.origin) return;
  if (URL.canParse(origin) && new URL(origin).host === headers.host) return;
  throw new HoldfastError("session/bad-origin", "a page of another site may not ask for this");
}

/** Whether a cookie that answers this request may be for https only. */
export function isSecure(request: FastifyRequest, { origin }: Pick<ReachedAt, "origin">): boolean {
  if (request.protocol === "https") return true;
  return origin?.startsWith("https:") === true && new URL(origin).host === request.headers.host;
}

function hostOf(header: string | undefined): string | undefined {
  const address = `http://${header ?? ""}`;
  return URL.canParse(address) ? new URL(address).hostname.replace(/^\[|\]$/g, "") : undefined;
}
