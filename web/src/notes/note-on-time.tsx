import { StickyNote } from "lucide-react";
import { useId, useState } from "react";
import { useKeys } from "../parts/keys.ts";
import { useStatus } from "../questions.ts";
import { timeText } from "../text.ts";
import { NoteDialog } from "./note-dialog.tsx";

interface TimeProps {
  readonly fromNs: bigint;
  readonly toNs: bigint;
  /** The connection that the note is on; left out, a case is. */
  readonly uid?: string;
  readonly caseName?: string | undefined;
}

/** A button, and the key n, that put a note on a stretch of time. */
export function NoteOnTime(props: TimeProps) {
  const [isOpen, setOpen] = useState(false);
  useKeys({ n: () => setOpen(true) });
  return (
    <>
      <button
        type="button"
        className="button"
        title="note on this time (n)"
        onClick={() => setOpen(true)}
      >
        <StickyNote aria-hidden size={14} />
        Add note
      </button>
      {isOpen && <TimeDialog {...props} close={() => setOpen(false)} />}
    </>
  );
}

function TimeDialog(props: TimeProps & { close: () => void }) {
  const { fromNs, toNs, uid, caseName, close } = props;
  const id = useId();
  const { data } = useStatus(undefined, { isAsked: uid === undefined && caseName === undefined });
  const cases = data?.cases.map((one) => one.case) ?? [];
  const [chosen, choose] = useState("");
  const name = caseName ?? (chosen || cases[0]);
  const times = { from_ns: String(fromNs), to_ns: String(toNs) };
  const about = uid === undefined ? { case: name, ...times } : { uid, ...times };
  const isKnown = uid !== undefined || name !== undefined;
  return (
    <NoteDialog
      title={uid === undefined ? "Note on this time" : "Note on this time of the connection"}
      notes={[]}
      about={isKnown ? about : undefined}
      close={close}
    >
      <p className="mono px-3 text-muted">
        {timeText(String(fromNs), uid === undefined ? 3 : 9)} –{" "}
        {timeText(String(toNs), uid === undefined ? 3 : 9)} UTC
      </p>
      {uid === undefined && caseName === undefined && (
        <p className="flex items-center gap-2 px-3 pt-2">
          <label htmlFor={id}>Case</label>
          <select
            id={id}
            className="field"
            value={name}
            onChange={({ target }) => choose(target.value)}
          >
            {cases.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </p>
      )}
    </NoteDialog>
  );
}
