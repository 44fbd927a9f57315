import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { type CaseId, HoldfastError } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { createSegmentId, systemClock } from "../../platform/index.ts";
import { findConnection } from "./connection.ts";
import { placeOf } from "./connection-place.ts";
import type { Home } from "./home.ts";
import type { NoteState } from "./projection.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/**
 * Puts a note on a case, a connection, one packet or a stretch of time. It is an entry of the ledger:
 * everybody of the case sees it, and it goes out with its packets as a pcapng comment.
 */
export async function addNote(
  home: Home,
  input: ParsedInputOf<Operations["addNote"]>,
  { actor, signal }: Context,
): Promise<OutputOf<Operations["addNote"]>> {
  const { uid, packet, from_ns: from, to_ns: to, text, tags } = input;
  const caseName = await caseOf(home, input, { actor, signal });
  const note = createSegmentId(systemClock);
  const about = {
    ...(uid !== undefined && { uid }),
    ...(packet !== undefined && { packet }),
    ...(from !== undefined && { from_ns: from }),
    ...(to !== undefined && { to_ns: to }),
  };
  const seq = await home.append(
    [{ type: "note.add", note, case: caseName, about, text, tags: [...new Set(tags)] }],
    actor,
  );
  return { note, case: caseName, seq };
}

/** Takes a note back: it stays in the ledger and is shown no more. */
export async function withdrawNote(
  home: Home,
  { note, reason }: ParsedInputOf<Operations["withdrawNote"]>,
  { actor }: Context,
): Promise<OutputOf<Operations["withdrawNote"]>> {
  const known = home.projection.notes.get(note);
  if (known === undefined) {
    throw new HoldfastError("home/unknown-note", `there is no note ${note}`, {
      remedy: "see holdfast notes",
    });
  }
  const { case: caseName } = known.entry;
  return {
    seq: await home.append([{ type: "note.withdraw", note, case: caseName, reason }], actor),
  };
}

/** Notes of a case, or on a connection and its packets; the newest last. */
export function listNotes(
  home: Home,
  input: ParsedInputOf<Operations["notes"]>,
): OutputOf<Operations["notes"]> {
  const notes = [...home.projection.notes.values()].filter(
    ({ entry }) =>
      (input.case === undefined || entry.case === input.case) &&
      (input.uid === undefined || entry.about.uid === input.uid) &&
      (input.tag === undefined || entry.tags.includes(input.tag)),
  );
  return { notes: notes.map(noteLine) };
}

function noteLine({ entry, seq, at, by }: NoteState) {
  const { note, case: caseName, about, text, tags } = entry;
  return {
    note,
    case: caseName,
    uid: about.uid ?? null,
    packet: about.packet ?? null,
    from_ns: about.from_ns ?? null,
    to_ns: about.to_ns ?? null,
    text,
    tags: [...tags],
    by,
    at,
    seq,
  };
}

/** Whose a note is: what it is about says it, else the case that was named. */
async function caseOf(
  home: Home,
  input: ParsedInputOf<Operations["addNote"]>,
  context: Context,
): Promise<CaseId> {
  const { uid, packet } = input;
  if (packet !== undefined && uid === undefined) {
    throw new HoldfastError("request/bad-input", "a packet is named together with its connection");
  }
  if (uid !== undefined) {
    await findConnection(home, uid, context);
    const place = await placeOf(home, uid, context.signal);
    if (packet === undefined || packet.segment === place.segment) return place.case;
    throw new HoldfastError("request/bad-input", `packets of ${uid} lie in ${place.segment}`);
  }
  if (input.case !== undefined && home.projection.cases.has(input.case)) {
    return input.case as CaseId;
  }
  throw new HoldfastError(
    "home/unknown-case",
    input.case === undefined ? "a note is about a connection or a case" : `no case ${input.case}`,
  );
}
