import { type FormEvent, useId, useState } from "react";
import { type Permission, permissionsOf, type Role } from "../../../src/core/custody/index.ts";
import { call, type Output } from "../client.ts";
import { Failed } from "../parts/states.tsx";
import { wireText } from "../text.ts";
import { type CaseChoice, CasesChoice, wrongCases } from "./cases-choice.tsx";
import { ScopesChoice } from "./choices.tsx";
import type { Me } from "./me.ts";

export interface TokenPerson {
  readonly person: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

const LIVES: readonly (readonly [days: number | null, says: string])[] = [
  [7, "7 days"],
  [30, "30 days"],
  [90, "90 days"],
  [365, "a year"],
  [null, "until it is revoked"],
];

/** What a new token is, whose, for what and how long. */
export function TokenForm(props: {
  people: readonly TokenPerson[];
  me: Me;
  done: (token: Output<"createToken"> & { label: string }) => void;
  cancel: () => void;
}) {
  const { people, me, done, cancel } = props;
  const [label, setLabel] = useState("");
  const [id, setId] = useState(me.person ?? people[0]?.person ?? "");
  const [scopes, setScopes] = useState<readonly Permission[]>([]);
  const [cases, setCases] = useState<CaseChoice>("*");
  const [days, setDays] = useState<number | null>(90);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const field = useId();
  const person = people.find((one) => one.person === id) ?? people[0];
  const own = permissionsOf(person?.roles ?? []);
  const given = scopes.filter((one) => own.has(one));
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const input = {
        ...(person !== undefined && { person: person.person }),
        ...(cases !== "*" && { cases: [...cases] }),
        scopes: given,
        expires_days: days,
        label,
      };
      done({ ...(await call("createToken", input)), label });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <form
      aria-label="Make a token"
      className="my-2 flex flex-col gap-3 rounded border border-line bg-page px-3 py-2"
      onSubmit={(event) => void make(event)}
    >
      <div className="flex flex-wrap items-end gap-3">
        <label className="flex min-w-64 grow flex-col font-semibold">
          Label
          <input
            className="field font-normal"
            required
            maxLength={100}
            placeholder="which program has it, for example: nightly report"
            value={label}
            onChange={({ target }) => setLabel(target.value)}
          />
        </label>
        {people.length > 1 && (
          <label className="flex flex-col font-semibold" htmlFor={`${field}p`}>
            Person
            <select
              id={`${field}p`}
              className="field font-normal"
              value={person?.person}
              onChange={({ target }) => setId(target.value)}
            >
              {people.map((one) => (
                <option key={one.person} value={one.person}>
                  {wireText(one.name)}
                </option>
              ))}
            </select>
          </label>
        )}
        <label className="flex flex-col font-semibold" htmlFor={`${field}d`}>
          Works for
          <select
            id={`${field}d`}
            className="field font-normal"
            value={String(days)}
            onChange={({ target }) => setDays(target.value === "null" ? null : +target.value)}
          >
            {LIVES.map(([value, says]) => (
              <option key={says} value={String(value)}>
                {says}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ScopesChoice chosen={given} choose={setScopes} own={own} />
      <CasesChoice chosen={cases} choose={setCases} all="those of the person" />
      {error !== null && <Failed error={error} />}
      <div className="flex gap-2">
        <button
          type="submit"
          className="button button-main"
          disabled={
            isBusy || given.length === 0 || label.trim() === "" || wrongCases(cases).length > 0
          }
        >
          Make it
        </button>
        <button type="button" className="button" onClick={cancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
