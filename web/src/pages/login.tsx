import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { Failed } from "../parts/states.tsx";
import { logInByPasskey, passkeyPlace } from "../people/passkey.ts";
import { PasskeysElsewhere } from "../people/passkey-form.tsx";
import { PasswordLogin } from "../people/password-login.tsx";
import { begin, wasSolo } from "../people/session.ts";

/** What somebody sees who is not logged in: the ways in. */
export function LoginPage({ isUsed }: { isUsed: boolean }) {
  const [isSolo, setSolo] = useState(wasSolo);
  return (
    <main className="mx-auto flex min-h-full max-w-xl flex-col justify-center gap-3 p-6">
      <title>Log in · Holdfast</title>
      <h1 className="text-xl font-semibold">Holdfast</h1>
      {isUsed ? (
        <p role="alert" className="rounded bg-amber-wash px-3 py-2 text-amber">
          This login link was used already, or is not one of this server. A link works once.
        </p>
      ) : (
        <p>You are not logged in here.</p>
      )}
      {isSolo ? (
        <>
          <OwnersLink />
          <p>
            <button type="button" className="link" onClick={() => setSolo(false)}>
              I have a name and a password or passkey here
            </button>
          </p>
        </>
      ) : (
        <>
          <section aria-label="Log in" className="pane flex flex-col gap-3 px-4 py-3">
            <PasswordLogin />
            <PasskeyLogin />
          </section>
          <OwnersLink />
        </>
      )}
    </main>
  );
}

function PasskeyLogin() {
  const place = passkeyPlace();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  if (place.state === "none") return null;
  if (place.state === "elsewhere") return <PasskeysElsewhere address={place.address} />;
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
