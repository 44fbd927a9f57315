import { type FormEvent, useState } from "react";
import type { Role } from "../../../src/core/custody/index.ts";
import { Failed } from "../parts/states.tsx";
import { type CaseChoice, CasesChoice, wrongCases } from "./cases-choice.tsx";
import { RolesChoice } from "./choices.tsx";
import { useMay } from "./me.ts";
import { takeFocus } from "./take-focus.ts";

/** What a person is, apart from what lets them in. */
export interface PersonFacts {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly cases: CaseChoice;
}

/** A person's name, roles and cases: for a new one, or as they are to be. */
export function PersonForm(props: {
  label: string;
  before: PersonFacts;
  submit: string;
  send: (facts: PersonFacts) => Promise<void>;
  cancel: () => void;
}) {
  const { label, before, submit, send, cancel } = props;
  const may = useMay();
  const [name, setName] = useState(before.name);
  const [roles, setRoles] = useState(before.roles);
  const [cases, setCases] = useState(before.cases);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isWhole = name.trim() !== "" && roles.length > 0 && wrongCases(cases).length === 0;
  const go = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await send({ name: name.trim(), roles, cases });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <form
      aria-label={label}
      className="my-2 flex flex-col gap-3 rounded border border-line bg-page px-3 py-2"
      onSubmit={(event) => void go(event)}
    >
      <label className="flex w-72 flex-col font-semibold">
        Name
        <input
          // A form that was asked for is written in at once.
          ref={takeFocus}
          className="field font-normal"
          required
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </label>
      <RolesChoice chosen={roles} choose={setRoles} isOwner={may("machine")} />
      <CasesChoice chosen={cases} choose={setCases} all="all cases, also later ones" />
      {error !== null && <Failed error={error} />}
      <div className="flex gap-2">
        <button type="submit" className="button button-main" disabled={!isWhole || isBusy}>
          {submit}
        </button>
        <button type="button" className="button" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
