import { createHash } from "node:crypto";
import { HoldfastError, type SegmentId } from "../../core/base/index.ts";
import { type SealedFacts, TreeFrontier, toHex } from "../../core/custody/index.ts";
import {
  nodeDigests,
  openReadStream,
  RunningSha256,
  readFileIfPresent,
  sha256Hex,
  statFile,
  toStorageError,
} from "../../platform/index.ts";
import { CHUNK_BYTES, NONCE_BYTES } from "./age/stream.ts";
import { openSegment } from "./segment-reader.ts";
import { segmentPaths } from "./vault-files.ts";

/** RFC 6962: what keeps a leaf from passing for an inner node. */
const LEAF_PREFIX = new Uint8Array([0]);

export interface SegmentFault {
  readonly part: "head" | "body" | "events" | "plaintext";
  readonly reason: string;
  /** First damaged chunk of the body, where it could be placed; -1 is the nonce. */
  readonly chunk?: number;
}

export interface SegmentVerdict {
  readonly ok: boolean;
  readonly faults: readonly SegmentFault[];
  /** What was checked; `plaintext` only with a key. */
  readonly checked: readonly ("head" | "body" | "events" | "plaintext")[];
}

export interface VerifySegmentOptions {
  readonly dir: string;
  readonly id: SegmentId;
  readonly facts: SealedFacts & { events_sha256?: string | null };
  readonly identity?: string;
  readonly signal?: AbortSignal;
}

/** Checks a segment's files against its seal entry: without a key the ciphertext, with it the rest. */
export async function verifySegment(
  options: VerifySegmentOptions,
  onProgress?: (bytes: number, total: number) => void,
): Promise<SegmentVerdict> {
  const paths = segmentPaths(options.dir, options.id);
  const faults: SegmentFault[] = [];
  const checked: ("head" | "body" | "events" | "plaintext")[] = ["head", "body"];
  try {
    const head = await readFileIfPresent(paths.head);
    if (head === undefined) faults.push({ part: "head", reason: "the head is missing" });
    else if (sha256Hex(head) !== options.facts.head_sha256) {
      faults.push({ part: "head", reason: "the head differs from the one sealed" });
    }
    const body = await verifyBody(options, paths, onProgress);
    if (body) faults.push(body);
    if (options.facts.events_sha256) {
      checked.push("events");
      const digest = await digestFile(paths.events);
      if (digest !== options.facts.events_sha256) {
        const reason = digest === undefined ? "are missing" : "differ from those sealed";
        faults.push({ part: "events", reason: `the events ${reason}` });
      }
    }
  } catch (error) {
    throw toStorageError("vault", `cannot verify segment ${options.id}`, error);
  }
  if (options.identity !== undefined && !faults.some((fault) => fault.part !== "events")) {
    checked.push("plaintext");
    const fault = await verifyPlaintext(options, options.identity);
    if (fault) faults.push(fault);
  }
  return { ok: faults.length === 0, faults, checked };
}

async function verifyBody(
  options: VerifySegmentOptions,
  paths: { body: string; tree: string },
  onProgress?: (bytes: number, total: number) => void,
): Promise<SegmentFault | undefined> {
  const { facts } = options;
  if ((await statFile(paths.body)) === undefined)
    return { part: "body", reason: "the body is missing" };
  const hash = new RunningSha256();
  const tree = new TreeFrontier(nodeDigests);
  const leaves: Uint8Array[] = [];
  let leaf = createHash("sha256").update(LEAF_PREFIX);
  let wanted = NONCE_BYTES;
  let done = 0;
  const endLeaf = () => {
    const digest = leaf.digest();
    leaves.push(digest);
    tree.append(digest);
    leaf = createHash("sha256").update(LEAF_PREFIX);
    wanted = CHUNK_BYTES;
  };
  for await (const piece of openReadStream(paths.body)) {
    if (options.signal?.aborted)
      throw new HoldfastError("vault/cancelled", "the check was cancelled");
    const bytes = piece as Uint8Array;
    hash.update(bytes);
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(wanted, bytes.length - at);
      leaf.update(bytes.subarray(at, at + length));
      wanted -= length;
      at += length;
      if (wanted === 0) endLeaf();
    }
    done += bytes.length;
    onProgress?.(done, facts.body_bytes);
  }
  if (wanted !== CHUNK_BYTES) endLeaf();
  if (hash.digestHex() === facts.body_sha256 && toHex(tree.root()) === facts.chunk_root)
    return undefined;
  const chunk = await placeDamage(leaves, paths.tree, facts.chunk_root);
  if (chunk === undefined) return { part: "body", reason: "the body differs from the one sealed" };
  const place = chunk < 0 ? "its nonce" : `chunk ${chunk}`;
  return { part: "body", reason: `the body is damaged, first in ${place}`, chunk };
}

/** The stored leaf hashes say where, if they themselves still give the sealed root. */
async function placeDamage(
  leaves: readonly Uint8Array[],
  treePath: string,
  root: string,
): Promise<number | undefined> {
  const stored = (await readFileIfPresent(treePath)) ?? new Uint8Array(0);
  const tree = new TreeFrontier(nodeDigests);
  for (let at = 0; at + 32 <= stored.length; at += 32) tree.append(stored.slice(at, at + 32));
  if (toHex(tree.root()) !== root) return undefined;
  for (let index = 0; index * 32 < stored.length; index++) {
    const sealed = Buffer.from(stored.subarray(index * 32, index * 32 + 32));
    const found = leaves[index];
    if (found === undefined || !sealed.equals(found)) return index - 1;
  }
  return leaves.length * 32 > stored.length ? stored.length / 32 - 1 : undefined;
}

async function verifyPlaintext(
  options: VerifySegmentOptions,
  identity: string,
): Promise<SegmentFault | undefined> {
  const hash = new RunningSha256();
  try {
    const reader = await openSegment({ ...options, identity });
    try {
      for await (const piece of reader.stream()) hash.update(piece);
    } finally {
      await reader.close();
    }
  } catch (error) {
    return { part: "plaintext", reason: (error as HoldfastError).message };
  }
  if (hash.digestHex() === options.facts.plaintext_sha256) return undefined;
  return { part: "plaintext", reason: "the plaintext differs from the one sealed" };
}

async function digestFile(path: string): Promise<string | undefined> {
  if ((await statFile(path)) === undefined) return undefined;
  const hash = new RunningSha256();
  for await (const piece of openReadStream(path)) hash.update(piece as Uint8Array);
  return hash.digestHex();
}
