import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { type Suggestion, Suggestions } from "../parts/suggestions.tsx";
import type { CaptureFile } from "./capture-file.ts";
import { type FilterWord, withWord, wordAt } from "./filter-word.ts";
import { useWireshark } from "./use-wireshark.tsx";

interface InputProps {
  readonly capture: CaptureFile;
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly fault: string;
  readonly faultId: string;
  /** Told whether names are offered. */
  readonly setCompleting: (isCompleting: boolean) => void;
  readonly run: () => void;
  readonly revert: () => void;
}

/** The filter's text, and below it the names of fields that what is written may become. */
export function FilterInput(props: InputProps) {
  const { text, setText, fault, faultId, setCompleting } = props;
  const input = useRef<HTMLInputElement>(null);
  const [word, setWord] = useState<FilterWord>();
  const [chosen, setChosen] = useState(-1);
  const id = useId();
  const list = useCompletions(props.capture, word);
  const isOpen = list.length > 0;
  useEffect(() => setCompleting(isOpen), [isOpen, setCompleting]);
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
  const press = (event: KeyboardEvent): void => {
    const { key } = event;
    const pick = list[Math.max(0, chosen)];
    const isTaking = (key === "Tab" && !event.shiftKey) || (key === "Enter" && chosen >= 0);
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step !== undefined && isOpen) {
      // From none chosen, down is the first and up the last.
      const from = chosen < 0 && step < 0 ? 0 : chosen;
      setChosen((from + step + list.length) % list.length);
    } else if (isTaking && pick !== undefined) take(pick);
    else if (key === "Enter") {
      close();
      props.run();
    } else if (key === "Escape" && isOpen) close();
    else if (key === "Escape") props.revert();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        ref={input}
        className={`field mono min-w-0 grow ${fault === "" ? "" : "border-red!"}`}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setWord(wordAt(target.value, target.selectionStart ?? target.value.length));
          setChosen(-1);
        }}
        onKeyDown={press}
        onBlur={close}
        placeholder="display filter, for example: tcp.analysis.retransmission"
        aria-label="Display filter"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={`${id}list`}
        aria-activedescendant={chosen >= 0 ? `${id}option${chosen}` : undefined}
        aria-invalid={fault !== ""}
        aria-describedby={faultId}
        maxLength={2000}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
      />
      <Suggestions id={id} list={list} chosen={chosen} take={take} />
    </>
  );
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
  // What is kept of the word before must not be taken for this one.
  const written = word.text.toLowerCase();
  const fields = data.fields.filter(({ name }) => {
    const lower = name.toLowerCase();
    return lower !== written && lower.startsWith(written);
  });
  return fields.map(({ name, says }) => ({ text: name, says }));
}
