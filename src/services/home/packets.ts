import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { formatUid, type SegmentId } from "../../core/base/index.ts";
import type { Actor, ReadPackets } from "../../core/custody/index.ts";
import { compilePackets, type PacketPlan, type QueryNode } from "../../core/query/index.ts";
import { systemClock } from "../../platform/index.ts";
import {
  assertReadable,
  type FoundPacket,
  LocatedPackets,
  readPackets,
  writePcapng,
} from "../evidence/index.ts";
import { type Ask, type Question, readQuestion, readUid } from "./ask.ts";
import { coverageOf } from "./coverage.ts";
import type { Home } from "./home.ts";
import { readKeyLogs } from "./key-logs.ts";
import { notesOnPackets } from "./notes-on-packets.ts";
import { ownSecrets } from "./own-secrets.ts";
import type { RecordedRead } from "./recorded-read.ts";
import { untilAborted } from "./until-aborted.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

type PacketQuestion = Question & {
  readonly uid?: string | undefined;
  readonly purpose: string;
  /** What the packets carry is to be opened with the key logs of their case. */
  readonly opensKeys?: boolean;
  /** Segments that are asked; all of the case if left out. */
  readonly segments?: readonly string[];
};

/**
 * Finds where the packets lie, and puts the read on record with the digest of that list, durable
 * before it resolves: no byte leaves earlier (DESIGN §4).
 */
export async function recordRead(
  home: Home,
  question: PacketQuestion,
  { actor, signal }: Context,
): Promise<RecordedRead> {
  const ask = askOf(home, question);
  const plan = planPackets(home, ask.query);
  const { segments: asked } = question;
  const scope = asked === undefined ? ask.scope : { ...ask.scope, segments: asked };
  const found = await home.index.candidates(scope, plan, signal);
  // A running import's packets are not sealed yet: they are counted as running, not handed out.
  const located = await LocatedPackets.read(
    home.index,
    withoutUnsealed(home, found),
    plan.leaves.length,
  );
  const sha256 = located.sha256();
  const segments = located.segments.map(({ segment }) => segment as SegmentId);
  const cases = new Set(
    segments.map((segment) => home.projection.segments.get(segment)!.entry.case),
  );
  const caseName = question.case ?? (cases.size === 1 ? [...cases][0]! : "*");
  const keys = question.opensKeys === true ? await readKeyLogs(home, caseName) : undefined;
  const body: ReadPackets = {
    type: "read.packets",
    case: caseName as ReadPackets["case"],
    query: ask.text.slice(0, 4096),
    purpose: question.purpose,
    segments: segments.slice(0, 500),
    packets: located.total,
    postings_sha256: sha256,
    ...(keys !== undefined && { attachments: keys.attachments }),
  };
  const seq = await home.append([body], actor);
  const coverage = coverageOf(home.projection, question.case, home.running.size > 0);
  return { seq, plan, located, sha256, coverage, text: ask.text, case: caseName, keys };
}

/** Exactly the matching packets as a pcapng stream. */
export async function exportPackets(
  home: Home,
  input: ParsedInputOf<Operations["packets"]>,
  context: Context,
): Promise<{ facts: OutputOf<Operations["packets"]>; bytes: AsyncIterable<Uint8Array> }> {
  const read = await recordRead(home, { ...input, opensKeys: input.secrets }, context);
  const { keys } = read;
  const own = keys && (await ownSecrets(home, { ...read, keys }, context.signal));
  const segments = read.located.segments.map(({ segment }) => {
    const { entry } = home.projection.segments.get(segment)!;
    const name = home.projection.captures.get(entry.capture)?.start.file.name ?? "";
    return { segment, name, sha256: entry.plaintext_sha256 };
  });
  const packets = readPackets(home.shelf.open, read.located, read.plan);
  const facts = {
    version: home.version,
    case: read.case,
    query: read.text,
    entry: read.seq,
    postingsSha256: read.sha256,
    segments,
    commentsOn: notesOnPackets(home),
    secrets: own?.text,
    hasPlaces: input.places,
  };
  return {
    facts: {
      seq: read.seq,
      candidates: read.located.total,
      postings_sha256: read.sha256,
      key_logs: [...(own?.keyLogs ?? [])],
      coverage: read.coverage,
    },
    bytes: writePcapng(untilAborted(packets, context.signal), facts),
  };
}

/** A page of matching packets with their bytes. */
export async function listPackets(
  home: Home,
  input: ParsedInputOf<Operations["packetList"]>,
  context: Context,
): Promise<OutputOf<Operations["packetList"]>> {
  const read = await recordRead(home, input, context);
  const packets: OutputOf<Operations["packetList"]>["packets"] = [];
  let number = 0;
  for await (const found of untilAborted(
    readPackets(home.shelf.open, read.located, read.plan),
    context.signal,
  )) {
    number++;
    if (number <= input.offset) continue;
    if (packets.length < input.limit) packets.push(await packetRow(home, found, number));
    // Flow-level questions match every candidate, so the rest need not be read to be counted.
    else if (read.plan.isExact) break;
  }
  const total = read.plan.isExact ? read.located.total : number;
  return { seq: read.seq, total, packets, coverage: read.coverage };
}

async function packetRow(home: Home, { packet, segment, offset }: FoundPacket, number: number) {
  const { reader } = await home.shelf.open(segment);
  const { start, capturedBytes } = packet;
  const bytes = packet.bytes.subarray(start, start + capturedBytes);
  return {
    number,
    ts_ns: String(BigInt(packet.seconds) * 1_000_000_000n + BigInt(packet.nanoseconds)),
    captured_bytes: capturedBytes,
    original_bytes: packet.originalBytes,
    link_type: packet.linkType,
    segment,
    offset,
    chunk: reader.chunkAt(offset),
    bytes: Buffer.from(bytes).toString("base64"),
  };
}

/** The plan of a query; where flows alone decide, nothing is left to ask of a packet. */
export function planPackets(home: Home, query: QueryNode): PacketPlan {
  const plan = compilePackets(query, home.index.logs);
  const simple = plan.isExact ? { ...plan, leaves: [], matches: () => true } : plan;
  assertReadable(simple);
  return simple;
}

function askOf(home: Home, question: PacketQuestion): Ask {
  if (question.uid === undefined) return readQuestion(home, question, systemClock.nowMs());
  const uid = formatUid(readUid(question.uid));
  const q = question.q === "" ? `uid == ${uid}` : `uid == ${uid} and (${question.q})`;
  return readQuestion(home, { ...question, q }, systemClock.nowMs());
}

function withoutUnsealed(home: Home, found: Awaited<ReturnType<Home["index"]["candidates"]>>) {
  const sealed = found.segments.map((segment) => home.projection.segments.has(segment));
  if (sealed.every(Boolean)) return found;
  const keep = [...found.segment.keys()].filter((run) => sealed[found.segment[run]!]);
  const pick = <T extends Uint32Array | Float64Array>(column: T): T =>
    column.filter((_, run) => sealed[found.segment[run]!]) as T;
  const segments = found.segments
    .map((segment, n) => (sealed[n] ? segment : ""))
    .filter((segment) => segment !== "");
  const renumbered = keep.map((run) => segments.indexOf(found.segments[found.segment[run]!]!));
  return {
    segments,
    segment: Uint32Array.from(renumbered),
    flow: pick(found.flow),
    first: pick(found.first),
    bytes: pick(found.bytes),
    count: pick(found.count),
    truths: pick(found.truths),
  };
}
