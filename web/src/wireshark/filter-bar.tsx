import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { sentence } from "../parts/states.tsx";
import { type Suggestion, Suggestions } from "../parts/suggestions.tsx";
import type { CaptureFile } from "./capture-file.ts";
import { type FilterWord, withWord, wordAt } from "./filter-word.ts";
import { useWireshark } from "./use-wireshark.tsx";

/** How long nothing is written before what is there is looked at. */
const PAUSE_MS = 250;

interface BarProps {
  readonly capture: CaptureFile;
  readonly filter: string;
  readonly apply: (filter: string) => void;
}

/** A display filter in Wireshark's own words, completed and checked by Wireshark. */
export function FilterBar({ capture, filter, apply }: BarProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter);
  const [word, setWord] = useState<FilterWord>();
  const [chosen, setChosen] = useState(-1);
  const [said, setSaid] = useState("");
  const id = useId();
  useEffect(() => {
    setText(filter);
    setSaid("");
  }, [filter]);
  const checked = useFault(capture, text);
  const list = useCompletions(capture, word);
  const close = (): void => {
    setWord(undefined);
    setChosen(-1);
  };
  const take = ({ text: name }: Suggestion): void => {
    if (word === undefined) return;
    const taken = withWord(text, word, name);
    flushSync(() => setText(taken.filter));
    close();
    input.current?.focus();
    input.current?.setSelectionRange(taken.cursor, taken.cursor);
  };
  const wireshark = useWireshark();
  const run = async (to: string): Promise<void> => {
    close();
    const wanted = to.trim();
    const found =
      wanted === ""
        ? { fault: "" }
        : await wireshark.ask(capture, { name: "check", input: { filter: wanted } });
    setSaid(found.fault);
    if (found.fault === "") apply(wanted);
  };
  // What is being completed is not wrong yet.
  const fault = list.length > 0 ? "" : checked || said;
  const press = (event: KeyboardEvent): void => {
    const pick = list[Math.max(0, chosen)];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && list.length > 0) {
      setChosen(
        (before) => (before + step + list.length + Number(before < 0 && step < 0)) % list.length,
      );
    } else if (event.key === "Tab" && !event.shiftKey && pick !== undefined) take(pick);
    else if (event.key === "Enter" && chosen >= 0 && pick !== undefined) take(pick);
    else if (event.key === "Enter") void run(text);
    else if (event.key === "Escape" && list.length > 0) close();
    else if (event.key === "Escape" && text !== filter) setText(filter);
    else return;
    event.preventDefault();
  };
  return (
    <div className="px-3 pb-2">
      <div className="relative flex items-center gap-2">
        <input
          ref={input}
          className={`field mono min-w-0 grow ${fault === "" ? "" : "border-red!"}`}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            setSaid("");
            setWord(wordAt(target.value, target.selectionStart ?? target.value.length));
            setChosen(-1);
          }}
          onKeyDown={press}
          onBlur={close}
          placeholder="display filter, for example: tcp.analysis.retransmission"
          aria-label="Display filter"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={list.length > 0}
          aria-controls={`${id}list`}
          aria-activedescendant={chosen >= 0 ? `${id}option${chosen}` : undefined}
          aria-invalid={fault !== ""}
          aria-describedby={`${id}fault`}
          maxLength={2000}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
        />
        <button type="button" className="button" onClick={() => void run(text)}>
          Filter
        </button>
        {filter !== "" && (
          <button type="button" className="button" onClick={() => apply("")}>
            <X aria-hidden size={14} />
            Show all
          </button>
        )}
        <Suggestions id={id} list={list} chosen={chosen} take={take} />
      </div>
      <p
        id={`${id}fault`}
        aria-live="polite"
        className={fault === "" ? "sr-only" : "mt-1 text-red"}
      >
        {fault !== "" && sentence(fault)}
      </p>
    </div>
  );
}

/** What Wireshark says is wrong with a filter, once nothing more is written; empty if nothing. */
function useFault(capture: CaptureFile, text: string): string {
  const wireshark = useWireshark();
  const filter = useLater(text.trim());
  const { data } = useQuery({
    queryKey: ["wireshark-check", filter],
    queryFn: ({ signal }) => wireshark.ask(capture, { name: "check", input: { filter }, signal }),
    enabled: filter !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  return filter === "" || filter !== text.trim() ? "" : (data?.fault ?? "");
}

function useCompletions(capture: CaptureFile, word: FilterWord | undefined): readonly Suggestion[] {
  const wireshark = useWireshark();
  const { data } = useQuery({
    queryKey: ["wireshark-complete", word?.text],
    queryFn: ({ signal }) =>
      wireshark.ask(capture, { name: "complete", input: { word: word?.text ?? "" }, signal }),
    enabled: word !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  if (word === undefined || data === undefined) return [];
  const fields = data.fields.filter(({ name }) => name !== word.text);
  return fields.map(({ name, says }) => ({ text: name, says }));
}

/** The same text, once it has stood for a while. */
function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}
