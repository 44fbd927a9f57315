import { randomHex, sha256Hex } from "../../../platform/index.ts";

const LINKS_MAX = 1000;
export const ENROLMENT_MS = 24 * 3600_000;

/** Links by which a person, once, chooses a password or passkey. They end with the process. */
export class Enrolments {
  readonly #links = new Map<string, { readonly person: string; readonly untilMs: number }>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A new link's token and its digest; an older one of the same person ends. */
  create(person: string): { token: string; sha256: string; untilMs: number } {
    for (const [sha256, link] of this.#links)
      if (link.person === person) this.#links.delete(sha256);
    const [oldest] = this.#links.keys();
    if (this.#links.size >= LINKS_MAX && oldest !== undefined) this.#links.delete(oldest);
    const token = randomHex(24);
    const untilMs = this.#nowMs() + ENROLMENT_MS;
    this.#links.set(digest(token), { person, untilMs });
    return { token, sha256: digest(token), untilMs };
  }

  /** Whose link it is, once. */
  redeem(token: string): string | undefined {
    const link = this.#links.get(digest(token));
    this.#links.delete(digest(token));
    return link !== undefined && link.untilMs > this.#nowMs() ? link.person : undefined;
  }
}

function digest(token: string): string {
  return sha256Hex(new TextEncoder().encode(token));
}
