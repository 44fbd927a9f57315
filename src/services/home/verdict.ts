import type { Operations, OutputOf, ParsedInputOf } from "../../api/index.ts";
import type { ConnectionFacts, VerdictSide } from "../../core/analyzers/index.ts";
import type { Actor } from "../../core/custody/index.ts";
import { type PacketPlace, readVerdict } from "../evidence/index.ts";
import type { Home } from "./home.ts";
import { openConnection, placeLine } from "./stream.ts";

interface Context {
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

type Verdict = OutputOf<Operations["verdict"]>;

/** Whose doing a slow or broken connection was, after the read of its packets is on record. */
export async function judgeHomeConnection(
  home: Home,
  input: ParsedInputOf<Operations["verdict"]>,
  context: Context,
): Promise<Verdict> {
  const purpose = input.purpose || "verdict";
  const opened = await openConnection(home, { uid: input.uid, purpose }, context);
  const { originator, responder, read } = opened;
  const { verdict, facts } = await readVerdict(opened.packets(), { originator, responder });
  return {
    seq: read.seq,
    uid: input.uid,
    client: originator.address,
    server: responder.address,
    server_port: responder.port,
    ...verdict,
    missing: [...verdict.missing, ...notRecorded(home, read)],
    reasons: verdict.reasons.map((reason) => ({
      ...reason,
      packets: reason.packets.flatMap((packet) => placeLine(packet) ?? []),
    })),
    numbers: numbersOf(facts),
  };
}

/** What the captures that hold the connection say they did not record. */
function notRecorded(
  { projection }: Home,
  { located, coverage }: Awaited<ReturnType<typeof openConnection>>["read"],
): string[] {
  const names = located.segments.map(({ segment }) => {
    const capture = projection.segments.get(segment)?.entry.capture;
    return capture === undefined ? "" : (projection.captures.get(capture)?.start.file.name ?? "");
  });
  return coverage.not_recorded.filter((text) => names.some((name) => text.startsWith(`${name}: `)));
}

function numbersOf(facts: ConnectionFacts<PacketPlace>): Verdict["numbers"] {
  const { answers, thinks, durationNs, hasHandshake } = facts;
  return {
    duration: durationNs / 1e9,
    handshake: hasHandshake,
    answers: answers.count,
    slow_answers: answers.slow,
    answer_time: answers.totalNs / 1e9,
    longest_answer: answers.longestNs / 1e9,
    think_time: thinks.totalNs / 1e9,
    resets: facts.resets.length,
    forged: facts.forgedCount,
    orig: sideNumbers(facts, 0),
    resp: sideNumbers(facts, 1),
  };
}

function sideNumbers({ sides }: ConnectionFacts<PacketPlace>, side: VerdictSide) {
  const own = sides[side];
  return {
    packets: own.packets,
    segments: own.segments,
    bytes: own.bytes,
    round_trip: own.roundTripNs < 0 ? null : own.roundTripNs / 1e9,
    lost_before: own.lostBefore.count,
    lost_behind: own.lostBehind.count,
    needless: own.needless.count,
    reordered: own.reordered.count,
    duplicate_acks: own.duplicateAcks.count,
    zero_windows: own.zeroWindows,
    closed_time: own.closed.ns / 1e9,
    pauses: own.pauses.count,
    pause_time: own.pauses.ns / 1e9,
    missed_bytes: own.missedBytes,
    bad_checksums: own.badChecksums.count,
    copies: own.copies,
    keep_alives: own.keepAlives,
  };
}
