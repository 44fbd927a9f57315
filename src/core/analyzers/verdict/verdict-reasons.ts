import type { VerdictReason } from "./connection-verdict.ts";
import type {
  ConnectionFacts,
  ForgedFact,
  PacketPlace,
  ResetFact,
  SideFacts,
  Sightings,
  VerdictSide,
} from "./verdict-facts.ts";
import { countText, lostOf, type Names, nameOf, shareText, timeText } from "./verdict-text.ts";
import { VERDICT_THRESHOLDS } from "./verdict-thresholds.ts";

type Facts<P extends PacketPlace> = ConnectionFacts<P>;
type Reasons<P extends PacketPlace> = VerdictReason<P>[];

const SIDES: readonly VerdictSide[] = [0, 1];
const PARTY = ["client", "server"] as const;

/** What broke the connection off or kept it from coming about. */
export function breakReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  return [
    ...attemptReasons(facts, names),
    ...forgedReasons(facts, names),
    ...resetReasons(facts, names),
    ...silenceReasons(facts, names),
  ];
}

function attemptReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  const [client, server] = facts.sides;
  const { syn, refusal } = facts;
  if (syn === undefined) return [];
  if (refusal !== undefined && server.packets <= client.syns) {
    const ns = nanosecondsBetween(syn, refusal);
    const says = `${names.server} refused the connection with a reset ${timeText(ns)} after the SYN: nothing listens there, or a firewall refuses in its name`;
    return [{ party: "server", cause: "refused", says, seconds: 0, packets: [syn, refusal] }];
  }
  const { synAckStalls } = facts;
  if (synAckStalls.count > 0 && client.packets === client.syns) {
    const says = `${names.client} never acknowledged the SYN-ACK, sent ${countText(synAckStalls.count + 1, "time")} in ${timeText(facts.durationNs)}: it is lost behind the capture point, or the address was forged`;
    return [timed({ party: "unknown", cause: "half-open", says }, synAckStalls)];
  }
  if (server.packets > 0 || client.packets !== client.syns) return [];
  const lasted = timeText(facts.durationNs);
  const says = `${names.server} never answered ${countText(client.syns, "SYN")} in ${lasted}: a filter on the way, a host that is down, or a capture that does not see the answers`;
  const packets = [...new Set([syn, ...facts.synStalls.packets])];
  return [{ party: "unknown", cause: "no-answer", says, seconds: facts.durationNs / 1e9, packets }];
}

function forgedReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  const foreign = facts.forged.filter(
    ({ hopDistance }) => hopDistance >= VERDICT_THRESHOLDS.resetHopDistance,
  );
  const [one] = foreign;
  if (one === undefined) return [];
  const says = `${contradictionText(facts, one, names)}, and the hop limits of the two packets are ${one.hopDistance} apart: a device in between answers in ${nameOf(names, one.side)}'s name`;
  const packets = foreign.flatMap(({ packets: both }) => both);
  return [{ party: "network", cause: "forged-data", says, seconds: 0, packets }];
}

function contradictionText<P extends PacketPlace>(
  facts: Facts<P>,
  one: ForgedFact<P>,
  names: Names,
): string {
  return `${countText(facts.forgedCount, "place")} in the stream came twice with different bytes, first ${countText(one.length, "byte")} at ${one.position} from ${nameOf(names, one.side)}`;
}

function resetReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  const reset = facts.resets[0];
  if (reset === undefined || facts.refusal !== undefined) return [];
  const own = facts.sides[reset.side];
  const peer = facts.sides[reset.side === 0 ? 1 : 0];
  const name = nameOf(names, reset.side);
  if (isFromElsewhere(reset, own)) {
    const usual =
      own.hopLimitLow === own.hopLimitHigh
        ? String(own.hopLimitLow)
        : `${own.hopLimitLow} to ${own.hopLimitHigh}`;
    const says = `the reset in ${name}'s name has hop limit ${reset.hopLimit}, its other ${countText(own.hopLimitPackets, "packet")} had ${usual}: a device in between broke the connection off`;
    return [
      { party: "network", cause: "middle-box-reset", says, seconds: 0, packets: [reset.packet] },
    ];
  }
  // A reset after both sides had closed, or after the peer had, is how many programs hang up.
  if (own.fins > 0 || peer.fins > 0) return [];
  const { unanswered } = facts;
  if (reset.side === 0 && unanswered !== undefined && isLong(unanswered.ns)) return [];
  if (reset.side === 0 && peer.segments > 0 && unanswered === undefined) return [];
  const says = `${name} broke the connection off with a reset ${timeText(nanosecondsBetween(facts.first, reset.packet))} after its start`;
  return [{ party: PARTY[reset.side], cause: "reset", says, seconds: 0, packets: [reset.packet] }];
}

function isFromElsewhere<P extends PacketPlace>(reset: ResetFact<P>, own: SideFacts<P>): boolean {
  const { hopLimitPackets, resetHopDistance } = VERDICT_THRESHOLDS;
  if (own.hopLimitPackets < hopLimitPackets) return false;
  return (
    reset.hopLimit <= own.hopLimitLow - resetHopDistance ||
    reset.hopLimit >= own.hopLimitHigh + resetHopDistance
  );
}

/** A request that nothing came back for. */
function silenceReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  const { unanswered, resets } = facts;
  if (unanswered === undefined || !isLong(unanswered.ns)) return [];
  const [client, server] = facts.sides;
  const packets = [unanswered.since, unanswered.until];
  const seconds = unanswered.ns / 1e9;
  const waited = timeText(unanswered.ns);
  if (!unanswered.isAcknowledged && client.lostBehind.count > 0) {
    const says = `what ${names.client} sent was sent ${countText(client.lostBehind.count, "time")} more in ${waited} and never acknowledged: it is lost behind the capture point, on the way to ${names.server} or in it`;
    const proof = [...packets, ...client.lostBehind.packets];
    return [{ party: "network", cause: "black-hole", says, seconds, packets: proof }];
  }
  const gaveUp = client.fins > 0 || resets.some(({ side }) => side === 0);
  if (!unanswered.isAcknowledged || !gaveUp || server.fins > 0) return [];
  const says = `${names.server} acknowledged a request and did not answer it in ${waited}, until ${names.client} gave up`;
  return [{ party: "server", cause: "unanswered", says, seconds, packets }];
}

function isLong(ns: number): boolean {
  return ns >= VERDICT_THRESHOLDS.slowAnswerNs;
}

/** What the server kept the client waiting for. */
export function serverReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  const { answers } = facts;
  const reasons = hostReasons(facts, names, 1);
  if (answers.slow === 0) return reasons;
  const total = answers.slow > 1 ? `, ${timeText(answers.slowNs)} in all,` : "";
  const of =
    answers.count === 1 ? "its one request" : `${answers.slow} of ${answers.count} requests`;
  const says = `${names.server} took ${answers.slow > 1 ? "up to " : ""}${timeText(answers.longestNs)}${total} to answer ${of}`;
  const packets = answers.worst
    .slice(0, answers.slow)
    .flatMap(({ asked, answered }) => [asked, answered]);
  const seconds = answers.slowNs / 1e9;
  return [{ party: "server", cause: "slow-answers", says, seconds, packets }, ...reasons];
}

/** What the client kept the server waiting for, but for its thinking. */
export function clientReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  return hostReasons(facts, names, 0);
}

function hostReasons<P extends PacketPlace>(
  facts: Facts<P>,
  names: Names,
  side: VerdictSide,
): Reasons<P> {
  const { closed, pauses } = facts.sides[side];
  const name = nameOf(names, side);
  const party = PARTY[side];
  const reasons: Reasons<P> = [];
  if (closed.longestNs >= VERDICT_THRESHOLDS.closedWindowNs) {
    const says = `${name} could not keep up: its receive window was closed ${countText(closed.count, "time")} for ${timeText(closed.ns)} in all, ${timeText(closed.longestNs)} at most`;
    reasons.push(timed({ party, cause: "zero-window", says }, closed));
  }
  if (pauses.count > 0) {
    const says = `${name} paused ${countText(pauses.count, "time")} in the middle of what it sent, ${timeText(pauses.ns)} in all, with everything acknowledged and the window open`;
    reasons.push(timed({ party, cause: "pauses", says }, pauses));
  }
  return reasons;
}

function timed<P extends PacketPlace>(
  reason: Pick<VerdictReason<P>, "party" | "cause" | "says">,
  { ns, packets }: Sightings<P>,
): VerdictReason<P> {
  return { ...reason, seconds: ns / 1e9, packets };
}

/** Loss by direction and by where it lies, seen from the capture point. */
export function lossReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  const reasons: Reasons<P> = [];
  for (const side of SIDES) {
    const own = facts.sides[side];
    const lost = lostOf(own);
    if (lost === 0) continue;
    const ns = own.lostBefore.ns + own.lostBehind.ns;
    const isRate =
      lost >= VERDICT_THRESHOLDS.lostSegments &&
      lost >= own.segments * VERDICT_THRESHOLDS.lossShare;
    const sender = nameOf(names, side);
    const receiver = nameOf(names, side === 0 ? 1 : 0);
    const where = [
      ...(own.lostBefore.count > 0
        ? [`${own.lostBefore.count} between ${sender} and the capture point`]
        : []),
      ...(own.lostBehind.count > 0
        ? [`${own.lostBehind.count} between the capture point and ${receiver}`]
        : []),
    ];
    const says = `${lost} of ${countText(own.segments, "segment")} from ${sender} (${shareText(lost, own.segments)}) were lost, ${where.join(" and ")}, which cost ${timeText(ns)}`;
    const packets = [...own.lostBefore.packets, ...own.lostBehind.packets];
    const cause = isRate ? "loss" : "few-losses";
    reasons.push({ party: "network", cause, says, seconds: ns / 1e9, packets });
  }
  const { synStalls, synAckStalls } = facts;
  if (synAckStalls.count > 0 && facts.hasHandshake) {
    const says = `the SYN-ACK was sent ${countText(synAckStalls.count, "time")} more, which cost ${timeText(synAckStalls.ns)}: it or its ACK was lost between the capture point and ${names.client}`;
    reasons.push(timed({ party: "network", cause: "slow-handshake", says }, synAckStalls));
  }
  if (synStalls.count > 0 && facts.sides[1].packets > 0) {
    const says = `the SYN was sent ${countText(synStalls.count, "time")} more before an answer came, which cost ${timeText(synStalls.ns)}: lost on the way, or dropped by ${names.server} under load`;
    reasons.push(timed({ party: "unknown", cause: "slow-handshake", says }, synStalls));
  }
  return reasons;
}

/** A way so long that every question waits for it. */
export function roundTripReasons<P extends PacketPlace>(facts: Facts<P>): Reasons<P> {
  const [client, server] = facts.sides;
  const ns = Math.max(0, client.roundTripNs) + Math.max(0, server.roundTripNs);
  if (ns < VERDICT_THRESHOLDS.slowRoundTripNs) return [];
  const trips = 1 + facts.answers.count;
  const says = `the round trip alone takes ${timeText(ns)} (${timeText(Math.max(0, server.roundTripNs))} of it on the server's side of the capture point), and it was waited for ${countText(trips, "time")}`;
  const packets = [facts.first, facts.answers.worst[0]?.answered].filter(
    (one) => one !== undefined,
  );
  return [
    { party: "network", cause: "long-round-trip", says, seconds: (ns * trips) / 1e9, packets },
  ];
}

/** The client's silence between an answer and its next request, where it is most of the time. */
export function thinkReasons<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  const { totalNs, longestNs, worst, count } = facts.thinks;
  const { thinkNs, thinkShare } = VERDICT_THRESHOLDS;
  if (longestNs < thinkNs || totalNs < facts.durationNs * thinkShare) return [];
  const says = `${names.client} itself waited ${timeText(totalNs)} of the ${timeText(facts.durationNs)} before its ${countText(count, "request")}, ${timeText(longestNs)} at most`;
  const packets = worst.slice(0, 2).flatMap(({ asked, answered }) => [asked, answered]);
  return [{ party: "client", cause: "think-time", says, seconds: totalNs / 1e9, packets }];
}

/** What is worth knowing beside the verdict: no reason by itself. */
export function remarks<P extends PacketPlace>(facts: Facts<P>, names: Names): Reasons<P> {
  const notes: Reasons<P> = [];
  const note = (cause: string, says: string, packets: readonly P[]): void => {
    notes.push({ party: "none", cause, says, seconds: 0, packets });
  };
  const contradiction = facts.forged.find(
    ({ hopDistance }) => hopDistance < VERDICT_THRESHOLDS.resetHopDistance,
  );
  if (contradiction !== undefined) {
    const says = `${contradictionText(facts, contradiction, names)}: written anew by the sender, to evade or by fault, or by a device near it`;
    note("contradiction", says, contradiction.packets);
  }
  for (const side of SIDES) {
    const own = facts.sides[side];
    const name = nameOf(names, side);
    if (own.needless.count > 0) {
      const says = `${name} sent ${countText(own.needless.count, "segment")} again that had been acknowledged: acknowledgements came late or were lost behind the capture point`;
      note("needless-resends", says, own.needless.packets);
    }
    if (own.reordered.count > 0) {
      const says = `${countText(own.reordered.count, "segment")} from ${name} came out of order`;
      note("reordered", says, own.reordered.packets);
    }
    if (own.badChecksums.count > 0) {
      const says = `${countText(own.badChecksums.count, "packet")} from ${name} had a wrong checksum and were left out: damaged on the way, or forged`;
      note("bad-checksums", says, own.badChecksums.packets);
    }
    if (own.copies > own.packets * VERDICT_THRESHOLDS.copyShare) {
      const says = `the capture holds ${countText(own.copies, "copy").replace("copys", "copies")} of ${name}'s ${countText(own.packets, "packet")}: a mirror of both directions; each counts once here`;
      note("copies", says, []);
    }
  }
  return notes;
}

function nanosecondsBetween(from: PacketPlace | undefined, to: PacketPlace): number {
  if (from === undefined) return 0;
  return Math.max(0, (to.seconds - from.seconds) * 1e9 + to.nanoseconds - from.nanoseconds);
}
