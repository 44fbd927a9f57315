import { useIsFetching, useQueryClient } from "@tanstack/react-query";
import { Play, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { LogSchema } from "../../../src/core/events/index.ts";
import { parseQuery, type QueryError } from "../../../src/core/query/index.ts";
import { layoutNow, navigate, type PageName, type Question, searchAddress } from "../address.ts";
import { call } from "../client.ts";
import { SaveSearch } from "../notes/save-search.tsx";
import { ShareView } from "../notes/share-view.tsx";
import { useKeys } from "../parts/keys.ts";
import { sentence } from "../parts/states.tsx";
import { reaches, useMe } from "../people/me.ts";
import { useFields } from "../questions.ts";
import { addToHistory } from "./query-history.ts";
import { QueryInput } from "./query-input.tsx";
import { TimeRange } from "./time-range.tsx";
import type { WantedValue } from "./value-help.ts";

/** What is asked: query, case and time range. Everything in it is in the address once it is run. */
export function QueryBar({
  question,
  page,
  cases,
}: {
  question: Question;
  page: PageName;
  cases: readonly { case: string }[];
}) {
  const input = useRef<HTMLInputElement>(null);
  const { data: me } = useMe();
  const [text, setText] = useState(question.q);
  const [isTried, setTried] = useState(false);
  const client = useQueryClient();
  const running = useIsFetching({
    queryKey: ["rows"],
    predicate: (q) => q.state.status === "pending",
  });
  const { data } = useFields();
  // Objects are asked for where they are; every other question leads to the search.
  const path = page === "objects" ? "/objects" : "/search";
  const log = page === "objects" ? "files" : question.log;
  const schemas = useMemo(() => ownFirst(data?.schemas ?? [], log), [data, log]);
  useEffect(() => setText(question.q), [question.q]);
  useKeys({ "/": () => input.current?.focus() });
  const fault = data === undefined ? undefined : faultOf(text, data.schemas, log);
  // What is only not finished yet is no fault until somebody wants to run it.
  const isUnfinished = fault !== undefined && fault.column + fault.length > text.trimEnd().length;
  const shown = isUnfinished && !isTried ? undefined : fault;
  const go = (change: Partial<Question>): void =>
    navigate(searchAddress({ ...question, ...layoutNow(), ...change }, path));
  const run = (query: string): void => {
    setTried(true);
    if (data !== undefined && faultOf(query, data.schemas, log) !== undefined) return;
    addToHistory(query);
    if (query === question.q && location.pathname === path) {
      for (const key of ["rows", "histogram", "facet", "log-counts"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
    }
    go({ q: query });
  };
  const valuesOf = async ({ log: of, field }: WantedValue) => {
    const asked = { log: of, by: [field.name], limit: VALUES_ASKED, ...ofCase(question.case) };
    if (me === undefined || !reaches(me, question.case)) return [];
    const { groups } = await client.fetchQuery({
      queryKey: ["values", asked],
      queryFn: ({ signal }) => call("top", asked, signal),
      staleTime: VALUES_STALE_MS,
    });
    return groups.map(({ values, rows }) => ({ value: values[0], rows }));
  };
  const cancel = (): void => {
    for (const key of ["rows", "facet", "histogram", "log-counts"]) {
      void client.cancelQueries({ queryKey: [key] });
    }
  };
  return (
    <search className="block border-b border-line bg-panel px-3 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <QueryInput
          input={input}
          text={text}
          setText={(value) => {
            setText(value);
            setTried(false);
          }}
          fault={shown}
          schemas={schemas}
          asked={log}
          valuesOf={valuesOf}
          run={run}
          cancel={cancel}
        />
        {running > 0 ? (
          <button type="button" className="button" onClick={cancel}>
            <X aria-hidden size={14} />
            Cancel
          </button>
        ) : (
          <button type="button" className="button button-main" onClick={() => run(text)}>
            <Play aria-hidden size={13} />
            Run
          </button>
        )}
        {page === "search" && <SaveSearch caseName={question.case} />}
        <ShareView caseName={question.case} cases={cases.map((one) => one.case)} />
        <select
          aria-label="Case"
          className="field max-w-40"
          value={question.case ?? ""}
          onChange={({ target }) => go({ q: text, case: target.value || undefined })}
        >
          <option value="">{me?.cases === "*" ? "all cases" : "all your cases"}</option>
          {namesOf(cases, question.case).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <TimeRange question={question} go={go} />
      </div>
      <p id="query-fault" aria-live="polite" className={shown ? "mt-1 text-red" : "sr-only"}>
        {shown !== undefined && (
          <>
            <span className="mono">column {shown.column}</span> · {sentence(shown.message)}{" "}
            <span className="text-ink">{sentence(shown.hint)}</span>
          </>
        )}
      </p>
    </search>
  );
}

/** Most frequent values that are offered; who types more of a value narrows these. */
const VALUES_ASKED = 200;
const VALUES_STALE_MS = 60_000;

function ofCase(name: string | undefined): { case?: string } {
  return name === undefined ? {} : { case: name };
}

/** The fields of the log that is looked at come before those of the others. */
function ownFirst(schemas: readonly LogSchema[], log: string): readonly LogSchema[] {
  const own = schemas.filter(({ name }) => name === log);
  return [...own, ...schemas.filter(({ name }) => name !== log)];
}

/** The case of the address is a choice even before the home has said which there are. */
function namesOf(cases: readonly { case: string }[], own: string | undefined): string[] {
  const names = cases.map((one) => one.case);
  return own === undefined || names.includes(own) ? names : [...names, own];
}

/** What the server would find wrong: a short name means the field of the log that is asked. */
function faultOf(text: string, logs: readonly LogSchema[], asked: string): QueryError | undefined {
  if (text.trim() === "") return undefined;
  const now = { seconds: Math.floor(Date.now() / 1000), nanoseconds: 0 };
  const parsed = parseQuery(text, { logs, now, asked });
  return parsed.status === "ok" ? undefined : parsed.error;
}
