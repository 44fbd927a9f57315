import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addressTo, searchAddress } from "../address.ts";
import { call, type Input, type Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Failed, Loading } from "../parts/states.tsx";
import { Stamp } from "../parts/time.tsx";
import { amountText, stampOfNs, timeText, wireText } from "../text.ts";
import { type NoteAbout, NoteForm } from "./note-form.tsx";

/** What somebody noted. */
export type Note = Output<"notes">["notes"][number];

interface NotesPaneProps {
  /** Whose notes are listed. */
  readonly asked: Input<"notes">;
  /** What a new one is put on; left out, none can be added here. */
  readonly about?: NoteAbout;
}

/** What people noted, oldest first, and a line for a new note. */
export function NotesPane({ asked, about }: NotesPaneProps) {
  const answer = useQuery({
    queryKey: ["notes", asked],
    queryFn: ({ signal }) => call("notes", asked, signal),
  });
  const notes = answer.data?.notes ?? [];
  return (
    <section aria-labelledby="notes" className="pane">
      <h2 id="notes" className="heading px-3 pt-2">
        {notes.length === 0 ? "Notes" : amountText(notes.length, "note")}
      </h2>
      {answer.isPending && <Loading what="Reading notes" />}
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {notes.length > 0 && (
        <ul className="px-3">
          {notes.map((note) => (
            <NoteLine key={note.note} note={note} showsPlace={asked.uid === undefined} />
          ))}
        </ul>
      )}
      {about !== undefined && <NoteForm about={about} label="Add a note" />}
    </section>
  );
}

/** One note, and the way to take it back. */
export function NoteLine({ note, showsPlace }: { note: Note; showsPlace: boolean }) {
  const [isAsked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const client = useQueryClient();
  const withdraw = async (): Promise<void> => {
    try {
      await call("withdrawNote", { note: note.note });
      await client.invalidateQueries({ queryKey: ["notes"] });
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 border-b border-line/60 py-1.5">
      <p className="min-w-0 grow break-words">
        {wireText(note.text)}
        {note.tags.map((tag) => (
          <span key={tag} className="ml-2 rounded bg-raised px-1.5 text-muted">
            #{wireText(tag)}
          </span>
        ))}
      </p>
      {note.packet !== null && <span className="text-muted">on a packet</span>}
      {note.packet === null && <TimeOfNote note={note} />}
      {showsPlace && note.uid !== null && (
        <Link className="link mono" to={addressTo(`/connections/${note.uid}`, { case: note.case })}>
          {note.uid}
        </Link>
      )}
      <span className="text-muted">
        {wireText(note.by)}, <Stamp at={note.at} />
      </span>
      {isAsked ? (
        <span>
          Take it back? It stays in the ledger.{" "}
          <button type="button" className="link" onClick={() => void withdraw()}>
            Take back
          </button>{" "}
          <button type="button" className="link" onClick={() => setAsked(false)}>
            Keep
          </button>
        </span>
      ) : (
        <button type="button" className="text-muted hover:text-blue" onClick={() => setAsked(true)}>
          Take back
        </button>
      )}
      {error !== null && <Failed error={error} />}
    </li>
  );
}

/** The time that a note is on, which leads to what began in it. */
function TimeOfNote({ note: { case: name, uid, from_ns: from, to_ns: to } }: { note: Note }) {
  if (from === null || to === null) return null;
  const text = `${timeText(from, 3)} – ${timeText(to, 3)}`;
  if (uid !== null) return <span className="mono text-muted">{text}</span>;
  const range = { from: stampOfNs(BigInt(from)), to: stampOfNs(BigInt(to)) };
  return (
    <Link className="link mono" to={searchAddress({ case: name, ...range })}>
      {text}
    </Link>
  );
}
