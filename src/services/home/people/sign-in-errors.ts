import { HoldfastError } from "../../../core/base/index.ts";

/** What openid-client and what is below it throw: codes and causes, and no common class. */
interface Thrown {
  readonly code?: unknown;
  readonly error?: unknown;
  readonly status?: unknown;
}

const AGAIN = "begin again";

/** An answer that belongs to no sign-in that this browser or person waits for. */
export function staleSignIn(): HoldfastError {
  return new HoldfastError(
    "session/stale-sign-in",
    "this sign-in was not begun here, took too long, or was used already",
    { remedy: AGAIN },
  );
}

/** A home without a provider. */
export function noProvider(): HoldfastError {
  return new HoldfastError("session/no-provider", "this home has no sign-in provider", {
    remedy: "log in with a password or passkey; the owner sets one up as oidc in config.yaml",
  });
}

/** One sentence for each way in which a provider's answer is none. */
export function toSignInError(thrown: unknown, provider: string): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  const fault = (thrown ?? {}) as Thrown;
  const failed = (code: string, message: string, remedy: string): HoldfastError =>
    new HoldfastError(`session/${code}`, message, { remedy, cause: thrown });
  switch (fault.code) {
    case "OAUTH_AUTHORIZATION_RESPONSE_ERROR":
      return fault.error === "access_denied"
        ? failed("sign-in-cancelled", `the sign-in at ${provider} was cancelled or refused`, AGAIN)
        : refused(fault.error);
    case "OAUTH_RESPONSE_BODY_ERROR":
    case "OAUTH_WWW_AUTHENTICATE_CHALLENGE":
      return fault.error === "invalid_grant"
        ? failed(
            "used-code",
            `${provider} did not take the code: it was used already, or is too old`,
            AGAIN,
          )
        : refused(fault.error ?? fault.status);
    case "OAUTH_JWT_TIMESTAMP_CHECK_FAILED":
      return failed(
        "wrong-clock",
        `what ${provider} said is not true at this machine's time`,
        "whoever looks after the home compares this machine's clock with the provider's",
      );
    case "OAUTH_JWT_CLAIM_COMPARISON_FAILED":
      return unverified(`another ${claimOf(fault)}`);
    case "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED":
      return unverified("another issuer than the one in config.yaml");
    case "OAUTH_INVALID_RESPONSE":
    case "OAUTH_KEY_SELECTION_FAILED":
      return unverified("a signature or a field that is not right");
    default:
      // No answer, one that is no OpenID provider's, or one that leads to an address of another kind.
      return down();
  }

  function down(): HoldfastError {
    const remedy = "try again later, or log in with a password or passkey";
    return failed("provider-down", `${provider} does not answer as it should`, remedy);
  }

  function refused(reason: unknown): HoldfastError {
    const code = typeof reason === "string" && /^[\w-]{1,64}$/.test(reason) ? ` (${reason})` : "";
    const remedy = "whoever looks after the home compares oidc in config.yaml with the provider";
    return failed("provider-refused", `${provider} did not take the question${code}`, remedy);
  }

  function unverified(what: string): HoldfastError {
    return failed(
      "wrong-answer",
      `the answer of ${provider} does not verify: it has ${what}`,
      AGAIN,
    );
  }
}

/** Which claim did not match: its name is in a cause of the cause. */
function claimOf(fault: Thrown): string {
  for (let at: unknown = fault, depth = 0; depth < 4; depth++) {
    const { claim, cause } = (at ?? {}) as { claim?: unknown; cause?: unknown };
    if (claim === "aud" || claim === "azp") return "audience";
    if (claim === "iss") return "issuer";
    if (claim === "nonce") return "nonce";
    at = cause;
  }
  return "claim";
}
