import { timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { HoldfastError } from "../core/base/index.ts";
import type { Actor } from "../core/custody/index.ts";
import { randomHex, sha256Hex } from "../platform/index.ts";

export const SESSION_COOKIE = "holdfast_session";
const SESSION_MS = 12 * 3600 * 1000;
const SESSIONS_MAX = 100;

/**
 * Who is logged in. A link works once; the session that it opens lies in memory only and ends with
 * the server. Tokens are compared by digest, so timing tells nothing.
 */
export class Sessions {
  readonly #links = new Set<string>();
  readonly #open = new Map<string, { actor: Actor; untilMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A token for one login. */
  createLink(): string {
    const token = randomHex(24);
    this.#links.add(digest(token));
    return token;
  }

  /** Gives a session for a link's token, once. */
  redeem(token: string): string | undefined {
    const wanted = Buffer.from(digest(token));
    const found = [...this.#links].find((link) => timingSafeEqual(Buffer.from(link), wanted));
    if (found === undefined) return undefined;
    this.#links.delete(found);
    const session = randomHex(24);
    const [oldest] = this.#open.keys();
    if (this.#open.size >= SESSIONS_MAX && oldest !== undefined) this.#open.delete(oldest);
    this.#open.set(digest(session), {
      actor: { name: "owner", via: "web" },
      untilMs: this.#nowMs() + SESSION_MS,
    });
    return session;
  }

  readonly authenticate = (request: FastifyRequest): Actor => {
    const cookie = request.cookies[SESSION_COOKIE];
    const session = cookie === undefined ? undefined : this.#open.get(digest(cookie));
    if (session && session.untilMs > this.#nowMs()) return session.actor;
    throw new HoldfastError("session/login-needed", "log in first", {
      remedy: "open the link that holdfast printed, or get another with: holdfast serve --link",
    });
  };

  end(cookie: string | undefined): void {
    if (cookie !== undefined) this.#open.delete(digest(cookie));
  }
}

function digest(token: string): string {
  return sha256Hex(new TextEncoder().encode(token));
}
