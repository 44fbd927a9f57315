import { useState } from "react";
import { Failed } from "../parts/states.tsx";
import { takeFocus } from "./take-focus.ts";

/** A button that says what would happen and asks once more, where it stands. */
export function ConfirmButton(props: {
  label: string;
  /** What it is about, for those who hear the page. */
  about: string;
  question: string;
  confirm: string;
  run: () => Promise<void>;
}) {
  const { label, about, question, confirm, run } = props;
  const [isAsked, setAsked] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await run();
      setAsked(false);
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  if (!isAsked) {
    return (
      <button
        type="button"
        className="button"
        aria-label={`${label} ${about}`}
        onClick={() => setAsked(true)}
      >
        {label}
      </button>
    );
  }
  return (
    <span className="flex flex-wrap items-center gap-2 rounded bg-amber-wash px-2 py-1 text-amber">
      {question}
      <button type="button" className="button" disabled={isBusy} onClick={() => void go()}>
        {confirm}
      </button>
      <button
        type="button"
        className="button"
        // The button that was pressed is gone: the focus goes to the harmless one.
        ref={takeFocus}
        onClick={() => setAsked(false)}
      >
        Keep
      </button>
      {error !== null && <Failed error={error} />}
    </span>
  );
}
