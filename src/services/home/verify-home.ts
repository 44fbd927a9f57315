import type { Operations, OutputOf } from "../../api/index.ts";
import { HoldfastError } from "../../core/base/index.ts";
import {
  formatTimestamp,
  monotonicSeconds,
  pathsOf,
  systemClock,
  writeFileDurably,
} from "../../platform/index.ts";
import { listVault, verifySegment } from "../vault/index.ts";
import { readAttachment, sealedFault } from "./attachments.ts";
import type { WholeHome } from "./home.ts";
import type { AttachmentState } from "./projection.ts";

type VerifyEvent = OutputOf<Operations["verify"]>;
type Finding = Extract<VerifyEvent, { type: "finding" }>;

/**
 * Checks the whole home: every entry of the ledger, every segment's files against the entry that made
 * it exist, and the other way round. `quick` trusts ciphertext digests; otherwise every byte is
 * decrypted and must give the exhibit's own digest.
 */
export async function* verifyHome(
  home: WholeHome,
  quick: boolean,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent> {
  const meter = meterOf(home, { quick });
  let isGood = true;
  const verdict = await home.ledger.verify();
  if (!verdict.ok) {
    isGood = false;
    yield bad(verdict.seq === undefined ? "ledger" : `ledger entry ${verdict.seq}`, verdict.reason);
  }
  const { vault } = pathsOf(home.directory);
  const identity = quick ? undefined : home.identity();
  for (const { entry } of home.projection.segments.values()) {
    assertWanted(signal);
    const key = identity === undefined ? {} : { identity };
    const facts = { dir: vault, id: entry.segment, facts: entry };
    const { faults } = await verifySegment({ ...facts, ...key, signal });
    for (const { part, reason, chunk } of faults) {
      isGood = false;
      const place = chunk === undefined ? part : `${part} chunk ${chunk}`;
      yield bad(`segment ${entry.segment}`, `${place}: ${reason}`);
    }
    yield meter.add(entry.body_bytes + entry.events_bytes);
  }
  for (const state of home.projection.attachments.values()) {
    assertWanted(signal);
    const reason = await attachmentFault(home, state, identity);
    if (reason !== undefined) {
      isGood = false;
      yield bad(`attachment ${state.entry.attachment}`, reason);
    }
    yield meter.add(state.entry.sealed_bytes);
  }
  for (const stray of await straysOf(home, vault)) {
    if (stray.level === "bad") isGood = false;
    yield stray;
  }
  yield* unfinished(home);
  const record = { at: formatTimestamp(systemClock.nowMs()), ok: isGood, quick };
  await writeFileDurably(pathsOf(home.directory).verifiedFile, `${JSON.stringify(record)}\n`);
  yield {
    type: "result",
    ok: isGood,
    entries: home.ledger.size,
    segments: home.projection.segments.size,
    attachments: home.projection.attachments.size,
    bytes: meter.done(),
    decrypted: !quick,
    root: rootOf(home.ledger.checkpoint),
    seconds: meter.seconds(),
  };
}

/** A check that is broken off says nothing: neither here nor in the record of the last one. */
function assertWanted(signal: AbortSignal): void {
  if (signal.aborted) throw new HoldfastError("vault/cancelled", "the check was cancelled");
}

/** Counts what was checked, and says how far the check is. */
function meterOf(home: WholeHome, { quick }: { readonly quick: boolean }) {
  const began = monotonicSeconds();
  const { segments, attachments } = home.projection;
  let total = 0;
  for (const { entry } of segments.values()) total += entry.body_bytes + entry.events_bytes;
  for (const { entry } of attachments.values()) total += entry.sealed_bytes;
  let done = 0;
  const add = (bytes: number): Extract<VerifyEvent, { type: "progress" }> => {
    done += bytes;
    const seconds = monotonicSeconds() - began;
    return {
      type: "progress",
      what: quick ? "checking digests" : "decrypting and checking",
      done,
      total,
      unit: "bytes",
      per_second: Math.round(done / Math.max(seconds, 1e-3)),
      seconds_left: done === 0 ? null : ((total - done) * seconds) / done,
    };
  };
  return { add, done: () => done, seconds: () => monotonicSeconds() - began };
}

/** Why an attachment's file, or with the key its content, is not what was sealed. */
async function attachmentFault(
  home: WholeHome,
  state: AttachmentState,
  identity: string | undefined,
): Promise<string | undefined> {
  const fault = await sealedFault(home, state.entry);
  if (fault !== undefined || identity === undefined) return fault;
  return await contentFault(home, state, identity);
}

async function contentFault(
  home: WholeHome,
  state: AttachmentState,
  identity: string,
): Promise<string | undefined> {
  try {
    // Read to its end: that is where its digest is known.
    for await (const piece of readAttachment(home, state, identity)) void piece;
    return undefined;
  } catch (error) {
    if (error instanceof HoldfastError) return error.message.replace(/^attachment \S+: /, "");
    throw error;
  }
}

/** Files in the vault that no entry speaks of. */
async function straysOf(home: WholeHome, vault: string): Promise<Finding[]> {
  const known = home.projection.segments;
  const { segments, attachments, strangers } = await listVault(vault);
  const names = [
    ...segments.map(({ id }) => id).filter((id) => !known.has(id)),
    ...strangers,
    ...attachments
      .filter((name) => !home.projection.attachments.has(name.replace(/\.age$/, "")))
      .map((name) => `attachments/${name}`),
  ];
  return names.map((name) => ({
    type: "finding",
    level: "note",
    where: `vault ${name}`,
    message:
      "no ledger entry speaks of these files: they are not evidence (what ended before its entry leaves such)",
  }));
}

function* unfinished(home: WholeHome): Generator<Finding> {
  for (const { state, start, reason } of home.projection.captures.values()) {
    if (state !== "abandoned") continue;
    const message = `import of ${start.file.name} did not finish: ${reason}; import it again if it is wanted`;
    yield { type: "finding", level: "note", where: `capture ${start.capture}`, message };
  }
}

/** A checkpoint's third line is its root hash (C2SP tlog-checkpoint). */
function rootOf(checkpoint: string): string {
  return checkpoint.split("\n")[2] ?? "";
}

function bad(where: string, message: string): Finding {
  return { type: "finding", level: "bad", where, message };
}
