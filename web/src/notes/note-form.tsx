import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { call, type Input } from "../client.ts";
import { Failed } from "../parts/states.tsx";

/** What a new note is about: a connection, one of its packets, a case, or a time of those. */
export type NoteAbout = Pick<Input<"addNote">, "uid" | "packet" | "case" | "from_ns" | "to_ns">;

/** Puts a note on something; it is entered in the ledger and seen by everybody of the case. */
export function NoteForm({ about, label }: { about: NoteAbout; label: string }) {
  const [text, setText] = useState("");
  const [tags, setTags] = useState("");
  const [said, setSaid] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const client = useQueryClient();
  const id = useId();
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() === "") return;
    setBusy(true);
    setError(null);
    try {
      const { seq } = await call("addNote", { ...about, text, tags: wordsOf(tags) });
      setSaid(`entered as ${seq}`);
      setText("");
      setTags("");
      await client.invalidateQueries({ queryKey: ["notes"] });
    } catch (failure) {
      setSaid("");
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <form
      aria-label={label}
      className="flex flex-wrap items-end gap-2 px-3 py-2"
      onSubmit={(event) => void add(event)}
    >
      <label htmlFor={`${id}t`} className="flex min-w-64 grow flex-col font-semibold">
        Note
        <input
          id={`${id}t`}
          className="field"
          maxLength={4000}
          value={text}
          placeholder="what was seen, for everybody of the case"
          onChange={({ target }) => setText(target.value)}
        />
      </label>
      <label htmlFor={`${id}g`} className="flex w-52 flex-col font-semibold">
        Tags
        <input
          id={`${id}g`}
          className="field"
          value={tags}
          placeholder="words, with blanks between"
          onChange={({ target }) => setTags(target.value)}
        />
      </label>
      <button type="submit" className="button" disabled={isBusy || text.trim() === ""}>
        Add note
      </button>
      <p role="status" className="w-full text-green empty:hidden">
        {said}
      </p>
      {error !== null && (
        <div className="w-full">
          <Failed error={error} />
        </div>
      )}
    </form>
  );
}

function wordsOf(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((word) => word.replace(/^#/, ""))
    .filter((word) => word !== "");
}
