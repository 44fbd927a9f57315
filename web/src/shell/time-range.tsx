import { type KeyboardEvent, useEffect, useState } from "react";
import type { Question } from "../address.ts";
import { nsOfStamp, stampOfNs } from "../text.ts";

type Change = (change: Partial<Question>) => void;

/** From and to in UTC, and what relative times in the query count from. */
export function TimeRange({ question, go }: { question: Question; go: Change }) {
  const { from, to, relativeTo } = question;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <TimeField label="From, UTC" stamp={from} set={(stamp) => go({ from: stamp })} />
      <span className="text-muted">to</span>
      <TimeField label="To, UTC" stamp={to} set={(stamp) => go({ to: stamp })} />
      {(from !== undefined || to !== undefined) && (
        <button
          type="button"
          className="button"
          onClick={() => go({ from: undefined, to: undefined })}
        >
          All times
        </button>
      )}
      <select
        aria-label="Relative times such as 3h ago count from"
        title="what relative times such as 3h ago count from"
        className="field max-w-40"
        value={relativeTo}
        onChange={({ target }) => go({ relativeTo: target.value === "end" ? "end" : "now" })}
      >
        <option value="now">“ago” from now</option>
        <option value="end">“ago” from the end of the record</option>
      </select>
    </div>
  );
}

interface TimeFieldProps {
  readonly label: string;
  readonly stamp: string | undefined;
  readonly set: (stamp: string | undefined) => void;
}

function TimeField({ label, stamp, set }: TimeFieldProps) {
  const [text, setText] = useState(shownStamp(stamp));
  useEffect(() => setText(shownStamp(stamp)), [stamp]);
  const read = text.trim() === "" ? undefined : readStamp(text);
  const isWrong = text.trim() !== "" && read === undefined;
  const take = (): void => {
    if (!isWrong && read !== stamp) set(read);
  };
  return (
    <input
      className={`field mono w-[172px] ${isWrong ? "border-red!" : ""}`}
      aria-label={label}
      aria-invalid={isWrong}
      title={isWrong ? "write a time as 2026-03-10 02:00:00" : `${label}, as 2026-03-10 02:00:00`}
      placeholder={label.startsWith("From") ? "from (UTC)" : "to (UTC)"}
      value={text}
      onChange={({ target }) => setText(target.value)}
      onBlur={take}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === "Enter") take();
      }}
    />
  );
}

function shownStamp(stamp: string | undefined): string {
  return (stamp ?? "").replace("T", " ").replace(/(\.000)?Z$/, "");
}

/** A time as people write it; always UTC. */
function readStamp(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?Z?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, day, minute = "00:00", second = ":00"] = match;
  const ns = nsOfStamp(`${day}T${minute}${second}Z`);
  return ns === undefined ? undefined : stampOfNs(ns);
}
