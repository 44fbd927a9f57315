import { type FormEvent, useState } from "react";
import { call } from "../client.ts";
import { Failed } from "../parts/states.tsx";
import { logIn } from "./session.ts";

const CHARS_MIN = 12;

/** Chooses one's password; the session by which it is done ends, and another begins with it. */
export function PasswordForm(props: {
  name: string;
  /** The one until now is asked for. */
  hasOne: boolean;
  done: () => void;
}) {
  const { name, hasOne, done } = props;
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const differs = again !== "" && again !== password;
  const isWhole =
    [...password].length >= CHARS_MIN && again === password && (!hasOne || current !== "");
  const set = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await call("setPassword", { password, ...(hasOne && { current }) });
      await logIn(name, password);
      done();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <form aria-label="Password" className="flex flex-col gap-2" onSubmit={(e) => void set(e)}>
      {/* For password stores: whose it is. */}
      <input
        className="hidden"
        type="text"
        autoComplete="username"
        aria-label="Name"
        readOnly
        value={name}
      />
      <div className="flex flex-wrap items-end gap-3">
        {hasOne && (
          <Field label="Password until now" kind="current-password" set={setCurrent}>
            {current}
          </Field>
        )}
        <Field label="New password" kind="new-password" set={setPassword}>
          {password}
        </Field>
        <Field label="New password again" kind="new-password" set={setAgain}>
          {again}
        </Field>
        <button type="submit" className="button button-main" disabled={!isWhole || isBusy}>
          {isBusy ? "Setting it…" : "Set the password"}
        </button>
      </div>
      <p role="status" className={differs ? "text-red" : "text-muted"}>
        {differs ? "The two are not the same." : `At least ${CHARS_MIN} characters.`}
      </p>
      {error !== null && <Failed error={error} />}
    </form>
  );
}

function Field(props: {
  label: string;
  kind: "current-password" | "new-password";
  set: (text: string) => void;
  children: string;
}) {
  const { label, kind, set, children } = props;
  return (
    <label className="flex w-52 flex-col font-semibold">
      {label}
      <input
        className="field font-normal"
        type="password"
        required
        maxLength={1024}
        autoComplete={kind}
        value={children}
        onChange={({ target }) => set(target.value)}
      />
    </label>
  );
}
