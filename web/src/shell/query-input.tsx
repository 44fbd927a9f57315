import { type KeyboardEvent, type RefObject, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { LogSchema } from "../../../src/core/events/index.ts";
import { type QueryError, queryHelp } from "../../../src/core/query/index.ts";
import { type Suggestion, Suggestions } from "../parts/suggestions.tsx";
import { countText } from "../text.ts";
import { readHistory } from "./query-history.ts";
import { type WantedValue, wantedValue, withValue } from "./value-help.ts";

interface QuerySuggestion extends Suggestion {
  /** The whole query after it is taken, and where the cursor stands then. */
  readonly result: string;
  readonly cursor: number;
}

interface QueryInputProps {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly fault: QueryError | undefined;
  readonly schemas: readonly LogSchema[];
  /** The log whose fields short names mean. */
  readonly asked: string;
  /** Values of a field, the most frequent first, with how often. */
  readonly valuesOf: (wanted: WantedValue) => Promise<readonly SeenValue[]>;
  readonly run: (text: string) => void;
  readonly cancel: () => void;
}

const SHOWN_MAX = 12;

export interface SeenValue {
  readonly value: unknown;
  readonly rows: number;
}

/** The query's text: what may come next below it, what is wrong underlined at its column. */
export function QueryInput(props: QueryInputProps) {
  const { input, text, setText, fault, schemas } = props;
  const [open, setOpen] = useState<readonly QuerySuggestion[]>([]);
  const [chosen, setChosen] = useState(-1);
  const [scroll, setScroll] = useState(0);
  const latest = useRef(text);
  const id = useId();
  const suggest = (value: string, cursor: number): void => {
    latest.current = value;
    setOpen(value === "" ? fromHistory() : fromHelp(value, cursor, schemas));
    setChosen(-1);
    const wanted = wantedValue(value, cursor, { schemas, asked: props.asked });
    if (wanted !== undefined) void suggestValues(value, cursor, wanted);
  };
  // What the server says comes later than the next letter: only an answer to what stands there counts.
  const suggestValues = async (value: string, cursor: number, wanted: WantedValue) => {
    const seen = await props.valuesOf(wanted).catch(() => []);
    if (latest.current !== value || document.activeElement !== input.current) return;
    const own = fromSeen(seen, { text: value, cursor, wanted });
    if (own.length > 0) setOpen(own);
  };
  const close = (): void => {
    setOpen([]);
    setChosen(-1);
  };
  const take = ({ result, cursor }: QuerySuggestion): void => {
    // At once: a frame later the cursor would jump back from what was typed in between.
    flushSync(() => setText(result));
    close();
    input.current?.focus();
    input.current?.setSelectionRange(cursor, cursor);
  };
  const move = (by: number): void => {
    if (open.length === 0) suggest(text, input.current?.selectionStart ?? text.length);
    else setChosen((before) => (before + by + open.length) % open.length);
  };
  const press = (event: KeyboardEvent): void => {
    const pick = open[Math.max(0, chosen)];
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(chosen < 0 ? 0 : -1);
    else if (event.key === "Tab" && !event.shiftKey && pick !== undefined && text !== "")
      take(pick);
    else if (event.key === "Enter" && chosen >= 0 && pick !== undefined) take(pick);
    else if (event.key === "Enter") {
      close();
      props.run(text);
    } else if (event.key === "Escape") {
      if (open.length > 0) close();
      else props.cancel();
    } else return;
    event.preventDefault();
  };
  return (
    <div className="relative min-w-72 grow">
      <Underline text={text} fault={fault} scroll={scroll} />
      <input
        ref={input}
        className={`field mono relative w-full bg-transparent! ${fault === undefined ? "" : "border-red!"}`}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          suggest(target.value, target.selectionStart ?? target.value.length);
        }}
        onScroll={({ currentTarget }) => setScroll(currentTarget.scrollLeft)}
        onKeyDown={press}
        onBlur={close}
        placeholder="host 10.0.0.1 and port 443"
        aria-label="Query"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={open.length > 0}
        aria-controls={`${id}list`}
        aria-activedescendant={chosen >= 0 ? `${id}option${chosen}` : undefined}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : "query-fault"}
        maxLength={4096}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
      />
      <Suggestions id={id} list={open} chosen={chosen} take={take} />
    </div>
  );
}

/** The same text behind the input, unseen but for the mark under what is wrong. */
function Underline({
  text,
  fault,
  scroll,
}: {
  text: string;
  fault: QueryError | undefined;
  scroll: number;
}) {
  if (fault === undefined) return null;
  const from = fault.column - 1;
  const wrong = text.slice(from, from + Math.max(1, fault.length)) || "\u00a0\u00a0";
  return (
    <div
      aria-hidden
      className="field mono pointer-events-none absolute inset-0 overflow-hidden border-transparent! text-transparent! whitespace-pre"
    >
      <span
        className="inline-block leading-[24px]"
        style={{ transform: `translateX(${-scroll}px)` }}
      >
        {text.slice(0, from)}
        <span className="squiggle" data-fault-column={fault.column}>
          {wrong}
        </span>
      </span>
    </div>
  );
}

function fromHelp(text: string, cursor: number, schemas: readonly LogSchema[]): QuerySuggestion[] {
  return queryHelp(text, cursor, schemas)
    .slice(0, SHOWN_MAX)
    .map((one) => {
      const start = one.column - 1;
      const before = `${text.slice(0, start)}${one.text} `;
      const after = text.slice(start + one.length).trimStart();
      return { text: one.text, says: one.says, result: before + after, cursor: before.length };
    });
}

function fromSeen(
  seen: readonly SeenValue[],
  { text, cursor, wanted }: { text: string; cursor: number; wanted: WantedValue },
): QuerySuggestion[] {
  const typed = wanted.typed.toLowerCase();
  return seen
    .filter(({ value }) => value !== null && String(value).toLowerCase().includes(typed))
    .slice(0, SHOWN_MAX)
    .map(({ value, rows }) => ({
      ...withValue(text, cursor, wanted, value),
      says: `in ${countText(rows)} ${rows === 1 ? "row" : "rows"}`,
    }));
}

function fromHistory(): QuerySuggestion[] {
  return readHistory()
    .slice(0, SHOWN_MAX)
    .map((text) => ({ text, says: "run before", result: text, cursor: text.length }));
}
