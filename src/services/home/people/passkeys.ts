import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { HoldfastError } from "../../../core/base/index.ts";
import type { PasskeyCheck } from "../../../core/custody/index.ts";
import type { RelyingParty } from "./relying-party.ts";

const CHALLENGE_MS = 5 * 60_000;
const CHALLENGES_MAX = 1000;
/** ES256, EdDSA and RS256 of COSE: what authenticators have. */
const ALGORITHMS = [-7, -8, -257];
const TEXT_CHARS_MAX = 16_384;

/** Loaded when the first passkey is asked for: most homes have none. */
const library = () => import("@simplewebauthn/server");

/** Challenges that wait for a browser's answer, and the checking of it (WebAuthn, 7.1 and 7.2). */
export class Passkeys {
  /** Each with the person who registers; null is a login. */
  readonly #challenges = new Map<string, { person: string | null; untilMs: number }>();
  /** Signature counters since this process began, of authenticators that have one. */
  readonly #counters = new Map<string, number>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Options for the browser to make a passkey of a person who has these already. */
  async beginRegistration(
    { person, name, known }: { person: string; name: string; known: readonly string[] },
    party: RelyingParty,
  ): Promise<Record<string, unknown>> {
    const { generateRegistrationOptions } = await library();
    const options = await generateRegistrationOptions({
      rpName: "Holdfast",
      rpID: party.id,
      userName: name,
      userID: new TextEncoder().encode(person),
      attestationType: "none",
      excludeCredentials: known.map((id) => ({ id })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      supportedAlgorithmIDs: ALGORITHMS,
      timeout: CHALLENGE_MS,
    });
    this.#remember(options.challenge, person);
    return { ...options };
  }

  /** The passkey that a browser made for a person who asked. */
  async finishRegistration(
    person: string,
    response: unknown,
    party: RelyingParty,
  ): Promise<PasskeyCheck> {
    const { verifyRegistrationResponse } = await library();
    const verified = await verifyRegistrationResponse({
      response: sized(response) as RegistrationResponseJSON,
      expectedChallenge: (challenge) => this.#take(challenge) === person,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }).catch(notThere);
    if (verified?.registrationInfo === undefined) {
      throw new HoldfastError("request/bad-input", "the passkey's answer does not verify", {
        remedy: `begin again, at ${party.origin}`,
      });
    }
    const { id, publicKey } = verified.registrationInfo.credential;
    const public_key = Buffer.from(publicKey).toString("base64url");
    return { kind: "passkey", passkey: id, public_key };
  }

  /** Options for the browser to sign with any passkey that it has for us. */
  async beginLogin(party: RelyingParty): Promise<Record<string, unknown>> {
    const { generateAuthenticationOptions } = await library();
    const options = await generateAuthenticationOptions({
      rpID: party.id,
      userVerification: "required",
      timeout: CHALLENGE_MS,
    });
    this.#remember(options.challenge, null);
    return { ...options };
  }

  /** Whether a browser's answer is signed by this passkey, over a challenge of ours, just once. */
  async isSigned(response: unknown, check: PasskeyCheck, party: RelyingParty): Promise<boolean> {
    const { verifyAuthenticationResponse } = await library();
    const verified = await verifyAuthenticationResponse({
      response: sized(response) as AuthenticationResponseJSON,
      expectedChallenge: (challenge) => this.#take(challenge) === null,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: {
        id: check.passkey,
        publicKey: new Uint8Array(Buffer.from(check.public_key, "base64url")),
        counter: this.#counters.get(check.passkey) ?? 0,
      },
    }).catch(notThere);
    if (verified?.verified !== true) return false;
    this.#counters.set(check.passkey, verified.authenticationInfo.newCounter);
    return true;
  }

  #remember(challenge: string, person: string | null): void {
    const [oldest] = this.#challenges.keys();
    if (this.#challenges.size >= CHALLENGES_MAX && oldest !== undefined)
      this.#challenges.delete(oldest);
    this.#challenges.set(challenge, { person, untilMs: this.#nowMs() + CHALLENGE_MS });
  }

  /** Whom a challenge was for, once; undefined when it is none of ours. */
  #take(challenge: string): string | null | undefined {
    const known = this.#challenges.get(challenge);
    this.#challenges.delete(challenge);
    return known !== undefined && known.untilMs > this.#nowMs() ? known.person : undefined;
  }
}

/** What does not read or verify is thrown by the library; to us it is no passkey. */
function notThere(): undefined {
  return undefined;
}

function sized(response: unknown): unknown {
  if (JSON.stringify(response ?? null).length <= TEXT_CHARS_MAX) return response;
  throw new HoldfastError("request/bad-input", "the passkey's answer is too large");
}
