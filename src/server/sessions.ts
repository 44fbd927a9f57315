import { timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { HoldfastError } from "../core/base/index.ts";
import { type Authority, ownerAuthority } from "../core/custody/index.ts";
import { randomHex, sha256Hex } from "../platform/index.ts";
import type { Admission, People } from "../services/home/index.ts";

export const SESSION_COOKIE = "holdfast_session";
const SESSION_MS = 12 * 3600_000;
/** A person's session that nobody used for so long ends; the owner's link opens one for the day. */
const IDLE_MS = 3600_000;
const SESSIONS_MAX = 1000;
const BEARER = /^Bearer (\S{1,200})$/i;

interface Session {
  /** Null is the user who owns the home. */
  readonly admission: Admission | null;
  readonly untilMs: number;
  usedMs: number;
}

/**
 * Who is logged in. A link works once; the session that it opens lies in memory only and ends with
 * the server. Tokens are compared by digest, so timing tells nothing. What a person may do is asked
 * of the ledger's projection at every request: a role taken away is gone at the next one.
 */
export class Sessions {
  readonly #links = new Set<string>();
  readonly #open = new Map<string, Session>();
  readonly #people: People;
  readonly #nowMs: () => number;

  constructor(people: People, nowMs: () => number) {
    this.#people = people;
    this.#nowMs = nowMs;
  }

  /** A token for one login as owner. */
  createLink(): string {
    const token = randomHex(24);
    this.#links.add(digest(token));
    return token;
  }

  /** Gives a session for a link's token, once: the owner's, or a person's to enrol. */
  async redeem(token: string): Promise<string | undefined> {
    const wanted = Buffer.from(digest(token));
    const found = [...this.#links].find((link) => timingSafeEqual(Buffer.from(link), wanted));
    if (found !== undefined) {
      this.#links.delete(found);
      return this.begin(null);
    }
    const admission = await this.#people.admitByLink(token);
    return admission === undefined ? undefined : this.begin(admission);
  }

  /** Gives a session to whoever was let in. */
  begin(admission: Admission | null): string {
    const session = randomHex(24);
    const [oldest] = this.#open.keys();
    if (this.#open.size >= SESSIONS_MAX && oldest !== undefined) this.#open.delete(oldest);
    const now = this.#nowMs();
    this.#open.set(digest(session), { admission, untilMs: now + SESSION_MS, usedMs: now });
    return session;
  }

  /** Says who asks by the request's token or cookie; refusals are on record where there are people. */
  readonly authenticate = async (request: FastifyRequest): Promise<Authority> => {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      return await this.#people.admitToken(BEARER.exec(authorization)?.[1] ?? "", request.ip);
    }
    const cookie = request.cookies[SESSION_COOKIE];
    const authority = cookie === undefined ? undefined : this.#authorityOf(digest(cookie));
    if (authority !== undefined) return authority;
    if (!this.#people.isSolo) await this.#people.refuse("no session", request.ip);
    throw new HoldfastError("session/login-needed", "log in first", {
      remedy: "open the link that holdfast printed, or get another with: holdfast serve --link",
    });
  };

  end(cookie: string | undefined): void {
    if (cookie !== undefined) this.#open.delete(digest(cookie));
  }

  #authorityOf(key: string): Authority | undefined {
    const session = this.#open.get(key);
    if (session === undefined) return undefined;
    const now = this.#nowMs();
    const { admission, untilMs, usedMs } = session;
    const isOver = untilMs <= now || (admission !== null && usedMs + IDLE_MS <= now);
    const authority =
      admission === null ? ownerAuthority("web") : this.#people.authorityOf(admission);
    if (isOver || authority === undefined) {
      this.#open.delete(key);
      return undefined;
    }
    session.usedMs = now;
    return authority;
  }
}

function digest(token: string): string {
  return sha256Hex(new TextEncoder().encode(token));
}
