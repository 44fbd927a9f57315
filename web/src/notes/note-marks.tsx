import { StickyNote } from "lucide-react";
import { useState } from "react";
import { PlotOverlay, percentOf } from "../parts/plot-overlay.tsx";
import { amountText, timeText } from "../text.ts";
import { NoteDialog } from "./note-dialog.tsx";
import type { Note } from "./notes-pane.tsx";
import { noteClusters } from "./time-notes.ts";

/** Marks over a plot for what was noted on its times; a click or Enter opens it. */
export function NoteMarks(props: {
  notes: readonly Note[];
  fromNs: bigint;
  toNs: bigint;
  showsPlace?: boolean;
}) {
  const { notes, fromNs, toNs } = props;
  const [open, setOpen] = useState<readonly string[]>();
  const clusters = noteClusters(notes, { fromNs, toNs });
  // By name, so that a note that is taken back goes from the dialog too.
  const shown = notes.filter(({ note }) => open?.includes(note));
  return (
    <>
      <PlotOverlay>
        {clusters.map(({ at, to, notes: own }) => (
          <div key={own[0]!.note}>
            <div
              className="absolute top-0 h-1 bg-blue"
              style={{ left: percentOf(at), width: percentOf(to - at) }}
            />
            <button
              type="button"
              className="pointer-events-auto absolute top-0 -ml-3 flex h-6 min-w-6 items-center justify-center rounded-b border border-blue bg-blue-wash px-0.5 text-xs text-blue"
              // Half of it would lie over the axis at the very beginning.
              style={{ left: `clamp(12px, ${percentOf(at)}, calc(100% - 12px))` }}
              aria-label={`${amountText(own.length, "note")} at ${timeText(own[0]!.from_ns, 3)} UTC`}
              title={own.map(({ text }) => text).join("\n")}
              onClick={() => setOpen(own.map(({ note }) => note))}
            >
              <StickyNote aria-hidden size={13} />
              {own.length > 1 && own.length}
            </button>
          </div>
        ))}
      </PlotOverlay>
      {open !== undefined && (
        <NoteDialog
          title="Notes on this time"
          notes={shown}
          about={undefined}
          showsPlace={props.showsPlace === true}
          close={() => setOpen(undefined)}
        />
      )}
    </>
  );
}
