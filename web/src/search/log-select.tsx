import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { layoutNow, navigate, type Question, searchAddress, toWire } from "../address.ts";
import { call } from "../client.ts";
import { useFields, useRecountMs } from "../questions.ts";
import { countText } from "../text.ts";
import { groupLogs } from "./log-groups.ts";

/** How many rows of each log answer the question; asked again when it changes. */
export function useLogCounts(question: Question) {
  const input = toWire(question);
  const recountMs = useRecountMs();
  return useQuery({
    queryKey: ["log-counts", input],
    queryFn: ({ signal }) => call("logs", input, signal),
    refetchInterval: recountMs,
  });
}

/** Which log's rows are shown; each says how many rows of it match. */
export function LogSelect({ question }: { question: Question }) {
  const id = useId();
  const { data } = useFields();
  const counts = useLogCounts(question);
  const rows = new Map(counts.data?.logs.map((one) => [one.log, one.rows]));
  const own = data?.logs.find(({ log }) => log === question.log);
  const label = (log: string): string => {
    const count = rows.get(log);
    if (count === undefined) return log;
    return `${log} (${count === 0 ? "none" : countText(count)})`;
  };
  return (
    <div className="flex shrink-0 items-center gap-2">
      <label htmlFor={id} className="heading">
        Log
      </label>
      <select
        id={id}
        className="field mono w-64"
        title={own?.says}
        value={question.log}
        onChange={({ target }) => {
          const { measure } = layoutNow();
          navigate(searchAddress({ ...question, measure, log: target.value }));
        }}
      >
        {own === undefined && <option value={question.log}>{question.log}</option>}
        {groupLogs(data?.logs ?? []).map(({ title, logs }) => (
          <optgroup key={title} label={title}>
            {logs.map(({ log, says }) => (
              <option key={log} value={log} title={says}>
                {label(log)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}
