import type {
  AttachmentSeal,
  CustodyEntry,
  ImportStart,
  NoteAdd,
  QuerySave,
  SegmentSeal,
  ShareCreate,
} from "../../core/custody/index.ts";
import { PeopleState } from "./people/people-state.ts";

export interface CaseState {
  readonly case: string;
  readonly openedAt: string;
  readonly purpose: string;
}

export interface SegmentState {
  readonly entry: SegmentSeal;
  readonly seq: number;
  readonly at: string;
}

export interface AttachmentState {
  readonly entry: AttachmentSeal;
  readonly seq: number;
  readonly at: string;
  readonly by: string;
}

/** An entry that people made, when and by whom. */
interface Said<Entry> {
  readonly entry: Entry;
  readonly seq: number;
  readonly at: string;
  readonly by: string;
}

export type NoteState = Said<NoteAdd>;

export interface ShareState extends Said<ShareCreate> {
  /** When and by whom it was taken back. */
  readonly revoked?: { readonly at: string; readonly by: string };
}

export interface CaptureState {
  readonly start: ImportStart;
  readonly at: string;
  state: "open" | "sealed" | "abandoned";
  reason: string | undefined;
  readonly segments: SegmentState[];
}

/** What there is of a kind, by id. */
export interface Known<V> {
  get(id: string): V | undefined;
  has(id: string): boolean;
  values(): Iterable<V>;
  readonly size: number;
}

/** What there is, as far as whoever asks may know. */
export interface KnownFacts {
  readonly cases: Known<CaseState>;
  readonly captures: Known<CaptureState>;
  readonly segments: Known<SegmentState>;
  readonly attachments: Known<AttachmentState>;
  readonly notes: Known<NoteState>;
  readonly savedQueries: Known<Said<QuerySave>>;
  readonly shares: Known<ShareState>;
  findByDigest(sha256: string, caseName: string): CaptureState | undefined;
  sealedAs(of: Pick<AttachmentSeal, "case" | "kind">, sha256: string): readonly AttachmentState[];
}

/**
 * The control plane: cases, captures and segments are what the ledger's entries say, folded in order.
 * There is no second store that could disagree.
 */
export class Projection implements KnownFacts {
  readonly cases = new Map<string, CaseState>();
  readonly captures = new Map<string, CaptureState>();
  readonly segments = new Map<string, SegmentState>();
  readonly attachments = new Map<string, AttachmentState>();
  readonly #sealed = new Map<string, AttachmentState[]>();
  readonly notes = new Map<string, NoteState>();
  readonly savedQueries = new Map<string, Said<QuerySave>>();
  readonly shares = new Map<string, ShareState>();
  readonly people = new PeopleState();
  accepted = new Set<string>();

  apply(entry: CustodyEntry): void {
    this.people.apply(entry);
    switch (entry.type) {
      case "case.open":
        this.cases.set(entry.case, {
          case: entry.case,
          openedAt: entry.at,
          purpose: entry.purpose ?? "",
        });
        return;
      case "import.start":
        this.captures.set(entry.capture, {
          start: entry,
          at: entry.at,
          state: "open",
          reason: undefined,
          segments: [],
        });
        return;
      case "segment.seal": {
        const segment: SegmentState = { entry, seq: entry.seq, at: entry.at };
        this.segments.set(entry.segment, segment);
        this.captures.get(entry.capture)?.segments.push(segment);
        return;
      }
      case "attachment.seal": {
        const state = { entry, seq: entry.seq, at: entry.at, by: entry.actor.name };
        this.attachments.set(entry.attachment, state);
        const key = sealedKey(entry, entry.plaintext_sha256);
        const same = this.#sealed.get(key);
        if (same === undefined) this.#sealed.set(key, [state]);
        else same.push(state);
        return;
      }
      case "note.add":
        this.notes.set(entry.note, saidOf(entry));
        return;
      case "note.withdraw":
        this.notes.delete(entry.note);
        return;
      case "query.save":
        this.savedQueries.set(entry.saved, saidOf(entry));
        return;
      case "query.forget":
        this.savedQueries.delete(entry.saved);
        return;
      case "share.create":
        this.shares.set(entry.share, saidOf(entry));
        return;
      case "share.revoke": {
        const known = this.shares.get(entry.share);
        const revoked = { at: entry.at, by: entry.actor.name };
        if (known !== undefined) this.shares.set(entry.share, { ...known, revoked });
        return;
      }
      case "import.end":
        this.#close(entry.capture, "sealed", undefined);
        return;
      case "import.abandon":
        this.#close(entry.capture, "abandoned", entry.reason);
        return;
      case "key.accept":
        for (const what of entry.accepts) this.accepted.add(what);
        return;
      default:
        // Reads change nothing, and a type of a later version is kept but not understood.
        return;
    }
  }

  /** The capture whose exhibit has this digest: the same file imported twice is recognised. */
  findByDigest(sha256: string, caseName: string): CaptureState | undefined {
    for (const { entry } of this.segments.values()) {
      if (
        entry.kind === "original" &&
        entry.case === caseName &&
        entry.plaintext_sha256 === sha256
      ) {
        return this.captures.get(entry.capture);
      }
    }
    return undefined;
  }

  /** The attachments of that kind and case that hold bytes of this digest. */
  sealedAs(of: Pick<AttachmentSeal, "case" | "kind">, sha256: string): readonly AttachmentState[] {
    return this.#sealed.get(sealedKey(of, sha256)) ?? [];
  }

  #close(capture: string, state: "sealed" | "abandoned", reason: string | undefined): void {
    const known = this.captures.get(capture);
    if (known === undefined) return;
    known.state = state;
    known.reason = reason;
  }
}

function sealedKey(of: Pick<AttachmentSeal, "case" | "kind">, sha256: string): string {
  return `${of.case} ${of.kind} ${sha256}`;
}

function saidOf<Entry extends CustodyEntry>(entry: Entry): Said<Entry> {
  return { entry, seq: entry.seq, at: entry.at, by: entry.actor.name };
}

/** The segment that holds a capture's plain packets: the working copy where the original is compressed. */
export function packetSegment(capture: CaptureState): SegmentState | undefined {
  return capture.segments.find(({ entry }) => entry.kind === "working") ?? capture.segments[0];
}
