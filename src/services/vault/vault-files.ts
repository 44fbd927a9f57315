import { join } from "node:path";
import { isSegmentId, type SegmentId } from "../../core/base/index.ts";
import {
  createDirectory,
  listDirectory,
  removeTree,
  renameDurably,
  statFile,
  syncDirectory,
  toStorageError,
} from "../../platform/index.ts";

/** Files of one segment: the body is published first and the head last, so that a head is whole. */
const PARTS = ["body", "tree", "events", "head"] as const;
export type SegmentPart = (typeof PARTS)[number];

const STAGING = "staging";
const ATTACHMENTS = "attachments";

export type SegmentPaths = Readonly<Record<SegmentPart, string>>;

/** One segment's files as found, with their sizes. */
export interface ListedSegment {
  readonly id: SegmentId;
  readonly bytes: Readonly<Partial<Record<SegmentPart, number>>>;
}

export interface VaultListing {
  readonly segments: readonly ListedSegment[];
  /** Ids of segments and attachments that were begun and never published. */
  readonly staged: readonly SegmentId[];
  /** Names of the files that are sealed beside segments. */
  readonly attachments: readonly string[];
  /** Names in the vault that neither explains. */
  readonly strangers: readonly string[];
}

export function segmentPaths(dir: string, id: SegmentId): SegmentPaths {
  const path = (part: SegmentPart) => join(dir, `${id}.${part}`);
  return { head: path("head"), body: path("body"), tree: path("tree"), events: path("events") };
}

export function stagingDir(dir: string): string {
  return join(dir, STAGING);
}

/** Where an attachment lies: one age file, in a folder of its own. */
export function attachmentPath(dir: string, id: string): string {
  return join(dir, ATTACHMENTS, `${id}.age`);
}

/** Where an attachment is written, until it is whole. */
export function stagedAttachmentPath(dir: string, id: string): string {
  return join(stagingDir(dir), `${id}.age`);
}

/** Creates the vault's directories. */
export async function createVault(dir: string): Promise<void> {
  try {
    await createDirectory(stagingDir(dir));
  } catch (error) {
    throw toStorageError("vault", `cannot create vault ${dir}`, error);
  }
}

/** Moves a sealed segment's files to their final names; may be repeated after a crash. */
export async function publishSegment(dir: string, id: SegmentId): Promise<void> {
  const from = segmentPaths(stagingDir(dir), id);
  const to = segmentPaths(dir, id);
  try {
    for (const part of PARTS) {
      if ((await statFile(from[part])) === undefined) continue;
      await renameDurably(from[part], to[part]);
    }
    await syncDirectory(dir);
  } catch (error) {
    throw toStorageError("vault", `cannot publish segment ${id}`, error);
  }
}

/** Moves a written attachment to its final name, durably. */
export async function publishAttachment(dir: string, id: SegmentId): Promise<void> {
  try {
    await createDirectory(join(dir, ATTACHMENTS));
    await renameDurably(stagedAttachmentPath(dir, id), attachmentPath(dir, id));
  } catch (error) {
    throw toStorageError("vault", `cannot publish attachment ${id}`, error);
  }
}

/** Removes what an unfinished segment or attachment left in staging. */
export async function removeStaged(dir: string, id: SegmentId): Promise<void> {
  for (const path of Object.values(segmentPaths(stagingDir(dir), id))) await removeTree(path);
  await removeTree(stagedAttachmentPath(dir, id));
}

/** What lies in the vault, to be held against the ledger in both directions. */
export async function listVault(dir: string): Promise<VaultListing> {
  const segments = new Map<SegmentId, Partial<Record<SegmentPart, number>>>();
  const strangers: string[] = [];
  for (const name of await listDirectory(dir)) {
    if (name === STAGING || name === ATTACHMENTS) continue;
    const [id = "", part = ""] = name.split(".");
    if (!isSegmentId(id) || name !== `${id}.${part}` || !isPart(part)) {
      strangers.push(name);
      continue;
    }
    const bytes = segments.get(id) ?? {};
    bytes[part] = (await statFile(join(dir, name)))?.bytes ?? 0;
    segments.set(id, bytes);
  }
  const staged = (await listDirectory(stagingDir(dir))).map((name) => name.split(".")[0]!);
  return {
    segments: [...segments].map(([id, bytes]) => ({ id, bytes })),
    staged: [...new Set(staged)].filter(isSegmentId),
    attachments: await listDirectory(join(dir, ATTACHMENTS)),
    strangers,
  };
}

function isPart(text: string): text is SegmentPart {
  return (PARTS as readonly string[]).includes(text);
}
