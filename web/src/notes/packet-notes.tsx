import { StickyNote } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { useKeys } from "../parts/keys.ts";
import { amountText, countText } from "../text.ts";
import { NoteDialog } from "./note-dialog.tsx";
import type { Note } from "./notes-pane.tsx";
import { useNotes } from "./use-notes.ts";

/** A packet as a note names it; where it lies is not known of every file. */
export interface NotedPacket {
  readonly number: number;
  readonly ts_ns: string;
  readonly place: { readonly segment: string; readonly offset: number } | undefined;
}

const NONE: readonly Note[] = [];

/** Notes on packets of a list: which have some, and the dialog for one packet, on the key n too. */
export function usePacketNotes(uid: string, selected: NotedPacket | undefined) {
  const notes = useNotes({ uid });
  const [open, setOpen] = useState<NotedPacket>();
  const byPlace = useMemo(() => {
    const found = new Map<string, Note[]>();
    for (const note of notes) {
      if (note.packet === null) continue;
      const key = keyOf(note.packet);
      found.set(key, [...(found.get(key) ?? []), note]);
    }
    return found;
  }, [notes]);
  const notesOn = useCallback(
    ({ place }: NotedPacket): readonly Note[] =>
      place === undefined ? NONE : (byPlace.get(keyOf(place)) ?? NONE),
    [byPlace],
  );
  const canNote = selected?.place !== undefined;
  useKeys(canNote ? { n: () => setOpen(selected) } : {});
  const button = canNote && (
    <button
      type="button"
      className="button"
      title="note on this packet (n)"
      onClick={() => setOpen(selected)}
    >
      <StickyNote aria-hidden size={14} />
      Add note
    </button>
  );
  const dialog = open?.place !== undefined && (
    <NoteDialog
      title={`Packet ${countText(open.number)}`}
      notes={notesOn(open)}
      about={{ uid, packet: open.place, from_ns: open.ts_ns, to_ns: open.ts_ns }}
      close={() => setOpen(undefined)}
    />
  );
  return { notesOn, open: setOpen, button, dialog };
}

function keyOf({ segment, offset }: { readonly segment: string; readonly offset: number }): string {
  return `${segment} ${offset}`;
}

/** Says in a list that there are notes on a packet, and opens them. */
export function NoteMark(props: { number: number; count: number; open: () => void }) {
  const { number, count, open } = props;
  if (count === 0) return null;
  const says = `${amountText(count, "note")} on packet ${countText(number)}`;
  return (
    <button
      type="button"
      // The grid has the focus; the key n opens the same.
      tabIndex={-1}
      aria-label={says}
      title={says}
      className="mr-1 inline-flex align-middle text-blue"
      onClick={(event) => {
        event.stopPropagation();
        open();
      }}
    >
      <StickyNote aria-hidden size={13} />
    </button>
  );
}
