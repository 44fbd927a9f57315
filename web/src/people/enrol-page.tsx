import { useState } from "react";
import { Failed } from "../parts/states.tsx";
import { wireText } from "../text.ts";
import type { Me } from "./me.ts";
import { logInByPasskey } from "./passkey.ts";
import { PasskeyForm } from "./passkey-form.tsx";
import { PasswordForm } from "./password-form.tsx";
import { begin, logOut } from "./session.ts";
import { hasJustLinked, useWaysIn } from "./sign-in.ts";
import { SignInButton } from "./sign-in-button.tsx";

/** What somebody sees who came by a link: to choose how to come in from now on, and nothing else. */
export function EnrolPage({ me }: { me: Me }) {
  const [hasPasskey, setHasPasskey] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const provider = useWaysIn().data?.provider;
  const enter = async (): Promise<void> => {
    setError(null);
    try {
      await logInByPasskey();
      begin();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <main className="mx-auto flex min-h-full max-w-3xl flex-col justify-center gap-3 p-6">
      <title>Choose how to log in · Holdfast</title>
      <h1 className="text-xl font-semibold">Welcome, {wireText(me.name)}</h1>
      <p>
        The link that you opened worked this once, to choose how you come in from now on. Whoever
        looks after people here can make another.
      </p>
      {provider !== undefined && hasJustLinked() ? (
        <section aria-labelledby="enrolled" className="pane px-4 py-3">
          <h2 id="enrolled" className="heading mb-2">
            Your account is linked
          </h2>
          <SignInButton provider={provider} to="log in" />
        </section>
      ) : hasPasskey ? (
        <section aria-labelledby="enrolled" className="pane px-4 py-3">
          <h2 id="enrolled" className="heading mb-2">
            Your passkey is registered
          </h2>
          <button type="button" className="button button-main" onClick={() => void enter()}>
            Log in with the passkey
          </button>
          {error !== null && <Failed error={error} />}
        </section>
      ) : (
        <>
          <section aria-labelledby="password" className="pane px-4 py-3">
            <h2 id="password" className="heading mb-2">
              With a password
            </h2>
            <PasswordForm name={me.name} hasOne={false} done={begin} />
          </section>
          <section aria-labelledby="passkey" className="pane px-4 py-3">
            <h2 id="passkey" className="heading mb-2">
              With a passkey
            </h2>
            <PasskeyForm done={() => setHasPasskey(true)} />
          </section>
          {provider !== undefined && (
            <section aria-labelledby="account" className="pane px-4 py-3">
              <h2 id="account" className="heading mb-2">
                With {wireText(provider.name)}
              </h2>
              <SignInButton provider={provider} to="link" />
            </section>
          )}
        </>
      )}
      <p>
        <button type="button" className="link" onClick={() => void logOut()}>
          Log out
        </button>
      </p>
    </main>
  );
}
