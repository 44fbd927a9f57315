import { LogIn } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { RequestFailed } from "../client.ts";
import { Failed } from "../parts/states.tsx";
import { begin, logIn } from "./session.ts";
import { takeFocus } from "./take-focus.ts";

/** Name and password; after too many wrong ones, how long none is looked at. */
export function PasswordLogin() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const lock = useLock();
  const enter = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await logIn(name.trim(), password);
      begin();
    } catch (failure) {
      const waitMs = waitMsOf(failure);
      if (waitMs === undefined) setError(failure);
      else lock.close(waitMs);
      setPassword("");
      setBusy(false);
    }
  };
  return (
    <form aria-label="Name and password" onSubmit={(event) => void enter(event)}>
      <div className="flex flex-wrap items-end gap-3">
        <label className="flex w-44 grow flex-col font-semibold">
          Name
          <input
            ref={takeFocus}
            className="field font-normal"
            required
            maxLength={256}
            autoComplete="username"
            spellCheck={false}
            autoCapitalize="none"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <label className="flex w-44 grow flex-col font-semibold">
          Password
          <input
            className="field font-normal"
            type="password"
            required
            maxLength={1024}
            autoComplete="current-password"
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        </label>
        <button
          type="submit"
          className="button button-main"
          disabled={isBusy || lock.untilMs !== undefined}
        >
          <LogIn aria-hidden size={14} />
          {isBusy ? "Checking…" : "Log in"}
        </button>
      </div>
      {lock.untilMs !== undefined && (
        <p role="alert" className="mt-2 rounded bg-amber-wash px-3 py-2 text-amber">
          Too many attempts. The next one is looked at from{" "}
          <span className="mono">{new Date(lock.untilMs).toTimeString().slice(0, 8)}</span> on, by
          this machine's clock.
        </p>
      )}
      {error !== null && <Failed error={error} />}
    </form>
  );
}

/** How long the server looks at no attempt; undefined for failures that do not say. */
function waitMsOf(failure: unknown): number | undefined {
  if (!(failure instanceof RequestFailed) || failure.code !== "session/too-many") return undefined;
  return failure.retryAfterSeconds && failure.retryAfterSeconds * 1000;
}

/** Shut for some time, and open again by itself. */
function useLock() {
  const [untilMs, setUntilMs] = useState<number>();
  useEffect(() => {
    if (untilMs === undefined) return;
    const timer = setTimeout(() => setUntilMs(undefined), untilMs - Date.now());
    return () => clearTimeout(timer);
  }, [untilMs]);
  return { untilMs, close: (waitMs: number) => setUntilMs(Date.now() + waitMs) };
}
