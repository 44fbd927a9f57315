import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { Failed, Loading } from "../parts/states.tsx";
import { logInByPasskey, usePasskeyPlace } from "../people/passkey.ts";
import { NoPasskeys } from "../people/passkey-form.tsx";
import { PasswordLogin } from "../people/password-login.tsx";
import { begin } from "../people/session.ts";
import { useWaysIn } from "../people/sign-in.ts";
import { SignInButton } from "../people/sign-in-button.tsx";

/** What somebody sees who is not logged in: the ways in, and why the last one did not lead in. */
export function LoginPage({ isUsed, error }: { isUsed?: boolean; error?: unknown }) {
  const ways = useWaysIn();
  return (
    <main className="mx-auto flex min-h-full max-w-xl flex-col justify-center gap-3 p-6">
      <title>Log in · Holdfast</title>
      <h1 className="text-xl font-semibold">Holdfast</h1>
      {isUsed === true ? (
        <p role="alert" className="rounded bg-amber-wash px-3 py-2 text-amber">
          This login link was used already, or is not one of this server. A link works once.
        </p>
      ) : error === undefined ? (
        <p>You are not logged in here.</p>
      ) : (
        <Failed error={error} />
      )}
      {ways.isPending && <Loading what="Asking which ways in there are" />}
      {ways.error !== null && <Failed error={ways.error} again={() => void ways.refetch()} />}
      {ways.data?.solo === false && (
        <section aria-label="Log in" className="pane flex flex-col gap-3 px-4 py-3">
          <PasswordLogin />
          {ways.data.provider !== undefined && (
            <SignInButton provider={ways.data.provider} to="log in" />
          )}
          <PasskeyLogin />
        </section>
      )}
      {ways.data !== undefined && <OwnersLink />}
    </main>
  );
}

function PasskeyLogin() {
  const place = usePasskeyPlace();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  if (place?.state !== "ready") return <NoPasskeys place={place} />;
  const enter = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await logInByPasskey();
      begin();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <div>
      <button type="button" className="button" disabled={isBusy} onClick={() => void enter()}>
        <Fingerprint aria-hidden size={14} />
        {isBusy ? "Waiting for the browser…" : "Log in with a passkey"}
      </button>
      {error !== null && <Failed error={error} />}
    </div>
  );
}

function OwnersLink() {
  return (
    <section aria-label="The owner's link">
      <p>
        The owner of the home opens the link that <span className="mono">holdfast</span> printed
        when it started. For another one, type this on the machine where it runs:
      </p>
      <pre className="pane mono mt-2 p-3 select-all">holdfast serve --link</pre>
      <p className="mt-2 text-muted">
        Whoever may use the home on that machine may print a link. A session lasts twelve hours at
        most and ends with the server.
      </p>
    </section>
  );
}
