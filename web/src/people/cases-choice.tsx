import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { isCaseId } from "../../../src/core/base/index.ts";
import { call } from "../client.ts";
import { wireText } from "../text.ts";
import { useMay } from "./me.ts";

/** Cases of a person or token: these, or all. */
export type CaseChoice = "*" | readonly string[];

/** What of a choice is no case's name. */
export function wrongCases(cases: CaseChoice): readonly string[] {
  return cases === "*" ? [] : cases.filter((name) => !isCaseId(name));
}

/** The cases in words. */
export function casesText(cases: CaseChoice): string {
  if (cases === "*") return "all cases";
  return cases.length === 0 ? "no case" : cases.map(wireText).join(", ");
}

/** All cases, or some by name; those that are open are offered to who may see them. */
export function CasesChoice(props: {
  chosen: CaseChoice;
  choose: (cases: CaseChoice) => void;
  /** What all of them are here. */
  all: string;
}) {
  const { chosen, choose, all } = props;
  const [text, setText] = useState(chosen === "*" ? "" : chosen.join(" "));
  const known = useKnownCases();
  const id = useId();
  const wrong = wrongCases(chosen);
  const take = (typed: string): void => {
    setText(typed);
    choose(typed.split(/[\s,;]+/).filter((name) => name !== ""));
  };
  return (
    <fieldset>
      <legend className="font-semibold">Cases</legend>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <label className="flex items-center gap-1.5">
          <input type="radio" name={id} checked={chosen === "*"} onChange={() => choose("*")} />
          {all}
        </label>
        <label className="flex items-center gap-1.5">
          <input type="radio" name={id} checked={chosen !== "*"} onChange={() => take(text)} />
          these
        </label>
        <input
          className="field mono min-w-52 grow"
          aria-label="Names of cases"
          aria-invalid={wrong.length > 0}
          value={text}
          disabled={chosen === "*"}
          placeholder="IR-2026-0412 IR-2026-0413"
          onChange={({ target }) => take(target.value)}
        />
      </div>
      {chosen !== "*" && known.length > 0 && (
        <p className="mt-1 flex flex-wrap items-center gap-1 text-muted">
          open:
          {known.map((name) => (
            <button
              key={name}
              type="button"
              className="link mono px-1"
              disabled={chosen.includes(name)}
              onClick={() => take([...chosen, name].join(" "))}
            >
              {wireText(name)}
            </button>
          ))}
        </p>
      )}
      {wrong.length > 0 && (
        <p role="alert" className="text-red">
          No case can be called {wrong.map(wireText).join(", ")}: letters, digits, dot, dash and
          underscore, at most 64.
        </p>
      )}
    </fieldset>
  );
}

const OFFERED_MAX = 30;

function useKnownCases(): readonly string[] {
  const may = useMay();
  const { data } = useQuery({
    queryKey: ["cases"],
    queryFn: ({ signal }) => call("cases", {}, signal),
    enabled: may("metadata"),
  });
  return (data?.cases ?? []).map((one) => one.case).slice(-OFFERED_MAX);
}
