import { createContext, type ReactNode, useContext, useId, useState } from "react";
import { Modal } from "./parts/modal.tsx";

/** Gives the purpose of reading packets of a case; undefined if the person would not say one. */
type AskPurpose = (caseName: string) => Promise<string | undefined>;

const Context = createContext<AskPurpose | undefined>(undefined);
const keyOf = (caseName: string): string => `holdfast.purpose.${caseName}`;

export function usePurpose(): AskPurpose {
  const ask = useContext(Context);
  if (ask === undefined) throw new Error("assertion failed: inside PurposeProvider");
  return ask;
}

/** What was said for this case in this session; nothing is asked. */
export function rememberedPurpose(caseName: string): string | undefined {
  return sessionStorage.getItem(keyOf(caseName)) ?? undefined;
}

/** What one person said is not the next one's purpose. */
export function forgetPurposes(): void {
  const prefix = keyOf("");
  const kept = Array.from({ length: sessionStorage.length }, (_, n) => sessionStorage.key(n) ?? "");
  for (const key of kept) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
}

/** Asks for the purpose of a read once per case and session. */
export function PurposeProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<{ caseName: string; answer: (purpose?: string) => void }>();
  const ask: AskPurpose = (caseName) => {
    const known = rememberedPurpose(caseName);
    if (known !== undefined) return Promise.resolve(known);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    setOpen({ caseName, answer: resolve });
    return promise;
  };
  const answer = (purpose?: string): void => {
    if (open !== undefined && purpose !== undefined) {
      sessionStorage.setItem(keyOf(open.caseName), purpose);
    }
    open?.answer(purpose);
    setOpen(undefined);
  };
  return (
    <Context value={ask}>
      {children}
      {open !== undefined && <PurposeDialog caseName={open.caseName} answer={answer} />}
    </Context>
  );
}

function PurposeDialog({
  caseName,
  answer,
}: {
  caseName: string;
  answer: (purpose?: string) => void;
}) {
  const [text, setText] = useState("");
  const id = useId();
  return (
    <Modal title="Why are these packets opened?" close={() => answer()}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") answer(text.trim());
        }}
      >
        <p className="mb-3 text-muted">
          Reading packets of case <span className="mono text-ink">{caseName}</span> is entered in
          the ledger before the first byte is shown. The purpose goes with it, and is kept for this
          session.
        </p>
        <label htmlFor={id} className="font-semibold">
          Purpose
        </label>
        <input
          id={id}
          className="field mt-1 w-full"
          value={text}
          maxLength={1000}
          placeholder="for example: what left the finance host that night"
          onChange={({ target }) => setText(target.value)}
        />
        <div className="mt-4 flex justify-end gap-2">
          <button type="button" className="button" onClick={() => answer()}>
            Do not open
          </button>
          <button type="submit" className="button button-main" disabled={text.trim() === ""}>
            Open and record
          </button>
        </div>
      </form>
    </Modal>
  );
}
