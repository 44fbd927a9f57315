import { ExternalLink, LogIn } from "lucide-react";
import { useState } from "react";
import { Failed } from "../parts/states.tsx";
import { wireText } from "../text.ts";
import { leaveToLink, leaveToSignIn, type SignInProvider } from "./sign-in.ts";

/** Leads to the sign-in provider, to log in or to link an account. */
export function SignInButton({
  provider,
  to,
}: {
  provider: SignInProvider;
  to: "log in" | "link";
}) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const name = wireText(provider.name);
  if (location.origin !== provider.origin) {
    return (
      <p className="text-muted">
        {name} sends browsers back to{" "}
        <a className="link" href={provider.origin + location.pathname + location.search}>
          {provider.origin}
        </a>
        : sign in with it there.
      </p>
    );
  }
  const leave = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await (to === "link" ? leaveToLink() : leaveToSignIn());
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <div>
      <button type="button" className="button" disabled={isBusy} onClick={() => void leave()}>
        {to === "link" ? <ExternalLink aria-hidden size={14} /> : <LogIn aria-hidden size={14} />}
        {isBusy
          ? `Going to ${name}…`
          : to === "link"
            ? `Choose your account of ${name}`
            : `Sign in with ${name}`}
      </button>
      {error !== null && <Failed error={error} />}
    </div>
  );
}
