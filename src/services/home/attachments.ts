import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { HoldfastError, type SegmentId } from "../../core/base/index.ts";
import type {
  Actor,
  AttachedObject,
  AttachmentKind,
  AttachmentSeal,
} from "../../core/custody/index.ts";
import {
  createSegmentId,
  openReadStream,
  pathsOf,
  RunningSha256,
  statFile,
  syncDirectory,
  systemClock,
  systemCode,
  toStorageError,
} from "../../platform/index.ts";
import {
  attachmentPath,
  publishAttachment,
  readSealedFile,
  removeStaged,
  SealedFileWriter,
  stagedAttachmentPath,
  stagingDir,
} from "../vault/index.ts";
import type { Home } from "./home.ts";
import type { AttachmentState } from "./projection.ts";
import { untilAborted } from "./until-aborted.ts";

/** What is to be sealed beside the captures of a case, and why. */
export interface AttachmentRequest {
  readonly case: AttachmentSeal["case"];
  readonly kind: AttachmentKind;
  readonly name: string;
  readonly purpose: string;
  readonly object?: AttachedObject;
}

/** An attachment by its entry; `sealed_before` where the same bytes were one of the case already. */
export interface Attached {
  readonly attachment: string;
  readonly seq: number;
  readonly sealed_before: boolean;
}

const NAME_LENGTH_MAX = 255;

/**
 * Seals bytes as an attachment of a case. They are written encrypted to staging, put on record, and
 * moved to their place, in this order. Only the entry makes an attachment exist: what a killed process
 * left in staging is moved at the next opening if an entry speaks of it, and goes if none does.
 */
export async function sealAttachment(
  home: Home,
  bytes: AsyncIterable<Uint8Array>,
  request: AttachmentRequest,
  actor: Actor,
): Promise<Attached> {
  const { vault } = pathsOf(home.directory);
  const attachment = createSegmentId(systemClock);
  const facts = await writeStaged(home, attachment, bytes);
  return await home.inTurn(async () => {
    const known = await findSealed(home, request, facts.plaintext_sha256);
    if (known !== undefined) {
      await removeStaged(vault, attachment);
      return known;
    }
    const name = request.name.slice(0, NAME_LENGTH_MAX);
    const body = { type: "attachment.seal" as const, attachment, ...request, name, ...facts };
    const seq = await home.append([body], actor);
    await publishAttachment(vault, attachment);
    return { attachment, seq, sealed_before: false };
  });
}

/** The attachment of that kind and case that holds these bytes, if its file is still there. */
export async function findSealed(
  home: Home,
  request: Pick<AttachmentRequest, "case" | "kind">,
  sha256: string,
): Promise<Attached | undefined> {
  const { vault } = pathsOf(home.directory);
  for (const { entry, seq } of home.projection.sealedAs(request, sha256)) {
    if ((await statFile(attachmentPath(vault, entry.attachment))) === undefined) continue;
    return { attachment: entry.attachment, seq, sealed_before: true };
  }
  return undefined;
}

async function writeStaged(
  home: Home,
  attachment: SegmentId,
  bytes: AsyncIterable<Uint8Array>,
): Promise<
  Pick<AttachmentSeal, "plaintext_sha256" | "plaintext_bytes" | "sealed_sha256" | "sealed_bytes">
> {
  const { vault } = pathsOf(home.directory);
  const path = stagedAttachmentPath(vault, attachment);
  const hash = new RunningSha256();
  let count = 0;
  let writer: SealedFileWriter | undefined;
  try {
    writer = await SealedFileWriter.create({ path, recipients: [home.keys.vaultRecipient] });
    for await (const piece of bytes) {
      hash.update(piece);
      count += piece.length;
      writer.write(piece);
    }
    const sealed = await writer.finish();
    await syncDirectory(stagingDir(vault));
    return {
      plaintext_sha256: hash.digestHex(),
      plaintext_bytes: count,
      sealed_sha256: sealed.sha256,
      sealed_bytes: sealed.bytes,
    };
  } catch (error) {
    // The first error is the one to report.
    await writer?.abandon().catch(() => {});
    await removeStaged(vault, attachment).catch(() => {});
    throw systemCode(error) === undefined
      ? error
      : toStorageError("vault", `cannot write ${path}`, error);
  }
}

/** Attachments of cases: what they are and where they came from, never what is in them. */
export function listAttachments(
  home: Home,
  input: ParsedInputOf<Operations["attachments"]>,
): OutputOf<Operations["attachments"]> {
  const attachments = [...home.projection.attachments.values()]
    .filter(({ entry }) => input.case === undefined || entry.case === input.case)
    .filter(({ entry }) => input.kind === undefined || entry.kind === input.kind)
    .map(({ entry, seq, at, by }) => ({
      attachment: entry.attachment,
      case: entry.case,
      kind: entry.kind,
      name: entry.name,
      purpose: entry.purpose,
      bytes: entry.plaintext_bytes,
      sha256: entry.plaintext_sha256,
      sealed_bytes: entry.sealed_bytes,
      sealed_sha256: entry.sealed_sha256,
      at,
      by,
      seq,
      object: entry.object === undefined ? null : { ...entry.object },
    }));
  return { attachments };
}

/**
 * A sealed object as it was sealed; the read is in the ledger before the first byte. A key log is not
 * handed out: it opens sessions, and replays use it where it lies.
 */
export async function takeAttachment(
  home: Home,
  input: ParsedInputOf<Operations["attachment"]>,
  { actor, signal }: { readonly actor: Actor; readonly signal: AbortSignal },
): Promise<{ facts: OutputOf<Operations["attachment"]>; bytes: AsyncIterable<Uint8Array> }> {
  const state = home.projection.attachments.get(input.attachment);
  if (state === undefined || (input.case !== undefined && state.entry.case !== input.case)) {
    throw unknownAttachment(
      `${input.attachment}${input.case === undefined ? "" : ` of case ${input.case}`}`,
    );
  }
  const { entry } = state;
  if (entry.kind !== "object") {
    throw new HoldfastError("request/bad-input", `attachment ${entry.attachment} is a key log`, {
      remedy: "key logs do not leave the vault: imports and replays of the case use them",
    });
  }
  const identity = home.identity();
  await assertSealed(home, state);
  const purpose = input.purpose || `take out ${entry.name}`;
  const { attachment, plaintext_sha256 } = entry;
  const body = { type: "read.attachment" as const, case: entry.case, attachment, purpose };
  const seq = await home.append([{ ...body, plaintext_sha256 }], actor);
  const { case: caseName, kind, name, plaintext_bytes } = entry;
  return {
    facts: {
      seq,
      attachment,
      case: caseName,
      kind,
      name,
      mime_type: entry.object?.mime_type ?? null,
      bytes: plaintext_bytes,
      sha256: plaintext_sha256,
    },
    bytes: untilAborted(readAttachment(home, state, identity), signal),
  };
}

/** What was sealed, decrypted; fails at its end if that is not what the entry says. */
export async function* readAttachment(
  home: Home,
  { entry }: AttachmentState,
  identity: string,
): AsyncGenerator<Uint8Array> {
  // Asked again here, where bytes are decrypted, whoever found the attachment and how.
  if (!home.covers(entry.case)) throw unknownAttachment(entry.attachment);
  const path = attachmentPath(pathsOf(home.directory).vault, entry.attachment);
  const hash = new RunningSha256();
  for await (const piece of readSealedFile({ path, identity })) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digestHex() !== entry.plaintext_sha256)
    throw damaged(entry, "its content is not what was sealed");
}

/** Nothing is decrypted of a file that is not, byte for byte, the one the entry names. */
async function assertSealed(home: Home, { entry }: AttachmentState): Promise<void> {
  const reason = await sealedFault(home, entry);
  if (reason !== undefined) throw damaged(entry, reason);
}

/** Why an attachment's file is not the one that was sealed; needs no key. */
export async function sealedFault(home: Home, entry: AttachmentSeal): Promise<string | undefined> {
  const path = attachmentPath(pathsOf(home.directory).vault, entry.attachment);
  if ((await statFile(path)) === undefined) return "its file is missing";
  const hash = new RunningSha256();
  for await (const piece of openReadStream(path)) hash.update(piece as Uint8Array);
  if (hash.digestHex() === entry.sealed_sha256) return undefined;
  return "its file is not the one that was sealed";
}

function unknownAttachment(text: string): HoldfastError {
  return new HoldfastError("home/unknown-attachment", `there is no attachment ${text}`, {
    remedy: "holdfast attachments lists them",
  });
}

function damaged({ attachment }: AttachmentSeal, reason: string): HoldfastError {
  return new HoldfastError("vault/attachment-damaged", `attachment ${attachment}: ${reason}`, {
    remedy: "restore it from a copy, or seal the object again from its packets",
  });
}
