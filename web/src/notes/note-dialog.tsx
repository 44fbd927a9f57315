import type { ReactNode } from "react";
import { Modal } from "../parts/modal.tsx";
import { type NoteAbout, NoteForm } from "./note-form.tsx";
import { type Note, NoteLine } from "./notes-pane.tsx";

/** What was noted on one thing, and a line for more. */
export function NoteDialog(props: {
  title: string;
  notes: readonly Note[];
  /** What a new note is put on; left out, none can be added. */
  about: NoteAbout | undefined;
  close: () => void;
  /** Notes are on different things: each says on which. */
  showsPlace?: boolean;
  /** What has to be said before, or why nothing can be added. */
  children?: ReactNode;
}) {
  const { title, notes, about, close, children } = props;
  return (
    <Modal title={title} close={close} width="w-[46rem]">
      {notes.length > 0 && (
        <ul aria-label="Notes" className="mb-2 max-h-72 overflow-auto">
          {notes.map((note) => (
            <NoteLine key={note.note} note={note} showsPlace={props.showsPlace === true} />
          ))}
        </ul>
      )}
      {children}
      {about !== undefined && <NoteForm about={about} label="Add a note" />}
    </Modal>
  );
}
