import { Fingerprint } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Failed, sentence } from "../parts/states.tsx";
import { type PasskeyPlace, registerPasskey, usePasskeyPlace } from "./passkey.ts";

/** Registers a passkey of this device, where that is possible. */
export function PasskeyForm({ done }: { done: () => void }) {
  const place = usePasskeyPlace();
  const [label, setLabel] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (place?.state !== "ready") return <NoPasskeys place={place} />;
  const register = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await registerPasskey(label.trim());
      setLabel("");
      done();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <form aria-label="Passkey" onSubmit={(event) => void register(event)}>
      <div className="flex flex-wrap items-end gap-3">
        <label className="flex w-72 flex-col font-semibold">
          Label
          <input
            className="field font-normal"
            maxLength={100}
            placeholder="which device, for example: laptop"
            value={label}
            onChange={({ target }) => setLabel(target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={isBusy}>
          <Fingerprint aria-hidden size={14} />
          {isBusy ? "Waiting for the browser…" : "Register a passkey"}
        </button>
      </div>
      {error !== null && <Failed error={error} />}
    </form>
  );
}

/** Why there is no passkey here, and where there is. */
export function NoPasskeys({ place }: { place: PasskeyPlace | undefined }) {
  if (place === undefined || place.state === "ready") return null;
  if (place.state === "none") return <p className="text-muted">{sentence(place.why)}</p>;
  const { address } = place;
  return (
    <p className="text-muted">
      Passkeys belong to a name: they work at{" "}
      <a className="link" href={address}>
        {new URL(address).origin}
      </a>
      , where one logs in anew.
    </p>
  );
}
