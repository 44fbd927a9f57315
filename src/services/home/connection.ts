import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import { burstsSchema, connSchema } from "../../core/analyzers/index.ts";
import { durationText, formatUid, HoldfastError, sizeText } from "../../core/base/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { compileRows } from "../../core/query/index.ts";
import { formatTimestamp, systemClock } from "../../platform/index.ts";
import { LocatedPackets, offsetOf } from "../evidence/index.ts";
import type { Row } from "../index/index.ts";
import { readQuestion, readUid } from "./ask.ts";
import { segmentFacts } from "./facts.ts";
import type { Home } from "./home.ts";
import { planPackets } from "./packets.ts";
import { rhythmOf } from "./rhythm.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

/** A connection's row, and the query that means it alone. */
export async function findConnection(
  home: Home,
  uid: string,
  { signal }: Context,
): Promise<{ row: Row; q: string }> {
  const q = `uid == ${formatUid(readUid(uid))}`;
  const { query } = readQuestion(home, { q, relativeTo: "now" }, systemClock.nowMs());
  const condition = compileRows(query, { log: connSchema, logs: home.index.logs });
  const [row] = await home.index.rows(
    { scope: {}, log: "conn", condition, limit: 1, offset: 0 },
    signal,
  );
  if (row) return { row, q };
  throw new HoldfastError("home/unknown-connection", `no connection ${uid} is in this home`, {
    remedy: "uids are in the uid column of holdfast query",
  });
}

/** One connection: its row, a sentence, and where its packets lie; no packet is read. */
export async function showConnection(
  home: Home,
  { uid }: ParsedInputOf<Operations["show"]>,
  context: Context,
): Promise<OutputOf<Operations["show"]>> {
  const { row, q } = await findConnection(home, uid, context);
  await home.reads.note(context.actor, "*", `conn: ${q}`);
  const plan = planPackets(home, readQuestion(home, { q, relativeTo: "now" }, 0).query);
  const found = await home.index.candidates({}, plan, context.signal);
  const located = await LocatedPackets.read(home.index, found, plan.leaves.length);
  const places = [];
  let damage: string | undefined;
  for (const { segment, keys } of located.segments) {
    if (!home.projection.segments.has(segment)) continue;
    const opened = await home.shelf.open(segment).catch(reasonOfVault);
    if (typeof opened === "string") {
      damage ??= opened;
      continue;
    }
    const { reader } = opened;
    const number = found.segments.indexOf(segment);
    places.push({
      segment,
      runs: found.segment.filter((of) => of === number).length,
      packets: keys.length,
      first_chunk: reader.chunkAt(offsetOf(keys[0]!)),
      last_chunk: reader.chunkAt(offsetOf(keys[keys.length - 1]!)),
    });
  }
  const segments = places.map(({ segment }) =>
    segmentFacts(home, home.projection.segments.get(segment)!),
  );
  const isSealed = places.length > 0;
  return {
    sentence: sentenceOf(row),
    row,
    rhythm: rhythmOf(await burstsOf(home, q, context.signal)),
    packets: {
      state: damage === undefined ? "available" : "damaged",
      says:
        damage ??
        (isSealed
          ? "all packets are recorded in full"
          : "the import is still running; packets can be read once it is sealed"),
      count: located.total,
      places,
    },
    segments,
  };
}

/** What the vault says of a segment that it cannot open: what is known of the connection is shown yet. */
function reasonOfVault(error: unknown): string {
  if (error instanceof HoldfastError && error.code.startsWith("vault/")) return error.message;
  throw error;
}

async function burstsOf(home: Home, q: string, signal: AbortSignal): Promise<Row | undefined> {
  const { query } = readQuestion(home, { q, relativeTo: "now" }, 0);
  const condition = compileRows(query, { log: burstsSchema, logs: home.index.logs });
  const [row] = await home.index.rows(
    { scope: {}, log: burstsSchema.name, condition, limit: 1, offset: 0 },
    signal,
  );
  return row;
}

/** What a connection was, in one sentence, from its row. */
export function sentenceOf(row: Row): string {
  const text = (name: string): string => String(row[name] ?? "");
  const to = `${text("id.resp_h")}:${text("id.resp_p")}`;
  const sent = sizeText(Number(row["orig_bytes"] ?? 0));
  const received = sizeText(Number(row["resp_bytes"] ?? 0));
  const duration =
    row["duration"] === null ? "in one packet" : `in ${durationText(Number(row["duration"]))}`;
  const at = formatTimestamp(Math.floor(Number(row["ts"]) * 1000))
    .replace("T", " ")
    .slice(0, 19);
  return `${text("id.orig_h")} sent ${sent} to ${to} (${text("proto")}) and got ${received} back ${duration}, from ${at} UTC; it ended ${STATES[text("conn_state")] ?? "unseen"}.`;
}

/** Zeek's connection states in words. */
const STATES: Readonly<Record<string, string>> = {
  S0: "as it began: an attempt without answer",
  S1: "established, its end not seen",
  SF: "normally",
  REJ: "rejected",
  S2: "half closed by the originator",
  S3: "half closed by the responder",
  RSTO: "reset by the originator",
  RSTR: "reset by the responder",
  RSTOS0: "reset by the originator before any answer",
  RSTRH: "reset by the responder before the handshake was done",
  SH: "with a close from the originator that nobody answered",
  SHR: "with answers only: the originator was not seen",
  OTH: "unseen: its beginning was not recorded either",
};
