import type { CaptureId, CaseId, SegmentId } from "../base/index.ts";
import type { PersonEntryBody } from "./person-entries.ts";

/** Who did it and through which door (`cli`, `web`, `link`, `api`, `recorder`, `timer`). */
export interface Actor {
  readonly name: string;
  readonly via: string;
}

/** Where every offered packet went; a term that is unknown is null, and then no sum is claimed. */
export interface Balance {
  readonly offered: number | null;
  readonly written: number | null;
  readonly kernel: number | null;
  readonly interface: number | null;
  readonly queue: number | null;
  readonly disk: number | null;
  readonly policy: number | null;
}

/** What the segment writer measured while sealing; enough to check the files without a key. */
export interface SealedFacts {
  readonly plaintext_sha256: string;
  readonly plaintext_bytes: number;
  readonly body_sha256: string;
  readonly body_bytes: number;
  readonly chunk_root: string;
  readonly head_sha256: string;
  readonly compression: "zstd-seekable" | "none";
  readonly frame_bytes: number;
}

export interface HomeCreate {
  readonly type: "home.create";
  readonly origin: string;
  readonly vkey: string;
  readonly vault_recipient: string;
}

export interface CaseOpen {
  readonly type: "case.open";
  readonly case: CaseId;
  readonly title?: string;
  readonly purpose?: string;
}

export interface ImportStart {
  readonly type: "import.start";
  readonly capture: CaptureId;
  readonly case: CaseId;
  readonly purpose: string;
  readonly file: { readonly name: string; readonly bytes?: number };
  /** Key logs of the case that were used. */
  readonly attachments?: readonly string[];
  readonly comment?: string;
}

export interface SegmentSeal extends SealedFacts {
  readonly type: "segment.seal";
  readonly segment: SegmentId;
  readonly capture: CaptureId;
  readonly case: CaseId;
  /** `original` is the exhibit, bit for bit; `working` can be made again from `derived_from`. */
  readonly kind: "original" | "working";
  readonly derived_from?: SegmentId;
  readonly events_sha256: string | null;
  readonly events_bytes: number;
  readonly packets: number;
  /** Decimal strings of nanoseconds since 1970 UTC; null when no packet had a time. */
  readonly first_ts_ns: string | null;
  readonly last_ts_ns: string | null;
  readonly time_ordered: boolean;
  readonly link_types: readonly number[];
  /** False: the capture ends early or is damaged, and `fault` says how; what came before is kept. */
  readonly complete: boolean;
  readonly fault: string | null;
  readonly balance: Balance;
  readonly comment?: string;
}

export interface ImportEnd {
  readonly type: "import.end";
  readonly capture: CaptureId;
  readonly segments: readonly SegmentId[];
  readonly packets: number;
  readonly comment?: string;
}

export interface ImportAbandon {
  readonly type: "import.abandon";
  readonly capture: CaptureId;
  readonly reason: string;
}

export interface ReadPackets {
  readonly type: "read.packets";
  readonly case: CaseId;
  readonly query: string;
  readonly purpose: string;
  readonly segments: readonly SegmentId[];
  readonly packets: number;
  readonly postings_sha256: string;
  /** Key logs that were used to open what the packets carry. */
  readonly attachments?: readonly string[];
}

export interface ReadMetadata {
  readonly type: "read.metadata";
  readonly case: CaseId;
  readonly queries: readonly string[];
  /** The minute it covers, RFC 3339 UTC. */
  readonly minute: string;
}

/** What an attachment is: secrets that open sessions, or a file that travelled. */
export type AttachmentKind = "tls-key-log" | "object";

/** Where a sealed object came from, and what its log says of it. */
export interface AttachedObject {
  readonly capture: CaptureId;
  /** The connection that carried it, and its id among that connection's files. */
  readonly uid: string;
  readonly fuid: string;
  readonly source: string;
  /** The entry by which its packets were read. */
  readonly read_seq: number;
  /** Told from its first bytes. */
  readonly mime_type: string | null;
  readonly missing_bytes: number;
  /** As the log has them, of whole files only; `plaintext_sha256` is of what was sealed. */
  readonly md5: string | null;
  readonly sha1: string | null;
  readonly sha256: string | null;
}

/** Something sealed in the vault beside the captures of a case. */
export interface AttachmentSeal {
  readonly type: "attachment.seal";
  readonly attachment: SegmentId;
  readonly case: CaseId;
  readonly kind: AttachmentKind;
  readonly name: string;
  readonly purpose: string;
  readonly plaintext_sha256: string;
  readonly plaintext_bytes: number;
  readonly sealed_sha256: string;
  readonly sealed_bytes: number;
  readonly object?: AttachedObject;
}

/** An attachment is about to leave the vault. */
export interface ReadAttachment {
  readonly type: "read.attachment";
  readonly case: CaseId;
  readonly attachment: SegmentId;
  readonly purpose: string;
  readonly plaintext_sha256: string;
}

/** What a note is on: nothing said is its case. */
export interface Noted {
  /** A connection. */
  readonly uid?: string;
  /** One packet of it, by where its record begins in the segment's plaintext. */
  readonly packet?: { readonly segment: string; readonly offset: number };
  /** A stretch of time, decimal nanoseconds since 1970 UTC. */
  readonly from_ns?: string;
  readonly to_ns?: string;
}

/** What somebody saw, for all who work on the case. */
export interface NoteAdd {
  readonly type: "note.add";
  readonly note: string;
  readonly case: CaseId;
  readonly about: Noted;
  readonly text: string;
  readonly tags: readonly string[];
}

/** The note is shown no more; that it was there stays. */
export interface NoteWithdraw {
  readonly type: "note.withdraw";
  readonly note: string;
  readonly case: CaseId;
  readonly reason: string;
}

/** A search kept under a name; the same id again changes it. */
export interface QuerySave {
  readonly type: "query.save";
  readonly saved: string;
  /** `*`: all cases. */
  readonly case: CaseId;
  readonly name: string;
  /** Path and query of the page. */
  readonly address: string;
}

export interface QueryForget {
  readonly type: "query.forget";
  readonly saved: string;
  readonly case: CaseId;
}

/** A view of the page under an address of its own, until it expires or is revoked. */
export interface ShareCreate {
  readonly type: "share.create";
  readonly share: string;
  /** Whose it is to open: who sees this case; `*` all cases. What is seen there is not decided here. */
  readonly case: CaseId;
  readonly title: string;
  /** Path and query of the page. */
  readonly address: string;
  readonly expires_at: string;
}

export interface ShareRevoke {
  readonly type: "share.revoke";
  readonly share: string;
  readonly case: CaseId;
  readonly reason: string;
}

/** The `solo` owner accepts that the vault's key, or the index in clear, lies on this disk. */
export interface KeyAccept {
  readonly type: "key.accept";
  readonly accepts: readonly ("key-on-disk" | "index-in-clear")[];
}

export interface SegmentDestroy {
  readonly type: "segment.destroy";
  readonly segment: SegmentId;
  readonly case: CaseId;
  readonly reason: string;
  readonly head_sha256: string;
}

/** What this version writes; a type it does not know verifies and passes through unread. */
export type KnownEntryBody =
  | HomeCreate
  | CaseOpen
  | ImportStart
  | SegmentSeal
  | ImportEnd
  | ImportAbandon
  | ReadPackets
  | ReadMetadata
  | AttachmentSeal
  | ReadAttachment
  | NoteAdd
  | NoteWithdraw
  | QuerySave
  | QueryForget
  | ShareCreate
  | ShareRevoke
  | KeyAccept
  | SegmentDestroy
  | PersonEntryBody;

/** What a caller hands to the ledger, which adds version, sequence number and time. */
export type EntryBody = KnownEntryBody & { readonly actor: Actor };

/** What the ledger adds to each body. */
export interface EntryEnvelope {
  readonly v: 1;
  readonly seq: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
}

/** One custody record. `type` may be one of a later version: switch on the types you know. */
export type CustodyEntry = EntryEnvelope & EntryBody;
