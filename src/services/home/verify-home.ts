import { basename, join } from "node:path";
import type { Operations, OutputOf } from "../../api/index.ts";
import {
  formatTimestamp,
  listDirectory,
  monotonicSeconds,
  readFileIfPresent,
  sha256Hex,
  systemClock,
  writeFileDurably,
} from "../../platform/index.ts";
import { listVault, verifySegment } from "../vault/index.ts";
import type { Home } from "./home.ts";
import { pathsOf } from "./home-paths.ts";

type VerifyEvent = OutputOf<Operations["verify"]>;
type Finding = Extract<VerifyEvent, { type: "finding" }>;

/**
 * Checks the whole home: every entry of the ledger, every segment's files against the entry that made
 * it exist, and the other way round. `quick` trusts ciphertext digests; otherwise every byte is
 * decrypted and must give the exhibit's own digest.
 */
export async function* verifyHome(
  home: Home,
  quick: boolean,
  signal: AbortSignal,
): AsyncGenerator<VerifyEvent> {
  const began = monotonicSeconds();
  let isGood = true;
  let bytes = 0;
  const verdict = await home.ledger.verify();
  if (!verdict.ok) {
    isGood = false;
    yield bad(verdict.seq === undefined ? "ledger" : `ledger entry ${verdict.seq}`, verdict.reason);
  }
  const segments = [...home.projection.segments.values()];
  const total = segments.reduce((sum, { entry }) => sum + entry.body_bytes + entry.events_bytes, 0);
  const { vault } = pathsOf(home.directory);
  const identity = quick ? undefined : home.identity();
  for (const { entry } of segments) {
    if (signal.aborted) break;
    const { faults } = await verifySegment({
      dir: vault,
      id: entry.segment,
      facts: entry,
      signal,
      ...(identity !== undefined && { identity }),
    });
    for (const { part, reason, chunk } of faults) {
      isGood = false;
      yield bad(
        `segment ${entry.segment}`,
        `${part}${chunk === undefined ? "" : ` chunk ${chunk}`}: ${reason}`,
      );
    }
    bytes += entry.body_bytes + entry.events_bytes;
    const seconds = monotonicSeconds() - began;
    yield {
      type: "progress",
      what: quick ? "checking digests" : "decrypting and checking",
      done: bytes,
      total,
      unit: "bytes",
      per_second: Math.round(bytes / Math.max(seconds, 1e-3)),
      seconds_left: bytes === 0 ? null : ((total - bytes) * seconds) / bytes,
    };
  }
  for (const fault of await attachmentFaults(home)) {
    isGood = false;
    yield fault;
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
    segments: segments.length,
    bytes,
    decrypted: !quick,
    root: rootOf(home.ledger.checkpoint),
    seconds: monotonicSeconds() - began,
  };
}

/** Attachments whose files are not what was sealed. */
async function attachmentFaults(home: Home): Promise<Finding[]> {
  const faults: Finding[] = [];
  const { attachments } = pathsOf(home.directory);
  for (const { entry } of home.projection.attachments.values()) {
    const where = `attachment ${entry.attachment}`;
    const bytes = await readFileIfPresent(join(attachments, `${entry.attachment}.age`));
    if (bytes === undefined) faults.push(bad(where, "its file is missing"));
    else if (sha256Hex(bytes) !== entry.sealed_sha256)
      faults.push(bad(where, "its file is not the one that was sealed"));
  }
  return faults;
}

/** Files in the vault that no entry speaks of. */
async function straysOf(home: Home, vault: string): Promise<Finding[]> {
  const known = home.projection.segments;
  const { segments, strangers } = await listVault(vault);
  const { attachments } = pathsOf(home.directory);
  const lying = await listDirectory(attachments);
  const names = [
    ...segments.map(({ id }) => id).filter((id) => !known.has(id)),
    ...strangers.filter((name) => name !== basename(attachments)),
    ...lying
      .filter((name) => !home.projection.attachments.has(name.replace(/\.age$/, "")))
      .map((name) => `attachments/${name}`),
  ];
  return names.map((name) => ({
    type: "finding",
    level: "note",
    where: `vault ${name}`,
    message:
      "no ledger entry speaks of these files: they are not evidence (an import that ended before its entry leaves such)",
  }));
}

function* unfinished(home: Home): Generator<Finding> {
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
