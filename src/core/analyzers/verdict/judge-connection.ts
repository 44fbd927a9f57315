import { claimNothing } from "./capture-doubts.ts";
import type { ConnectionVerdict, VerdictReason } from "./connection-verdict.ts";
import type { ConnectionFacts, PacketPlace } from "./verdict-facts.ts";
import {
  breakReasons,
  clientReasons,
  lossReasons,
  remarks,
  roundTripReasons,
  serverReasons,
  thinkReasons,
} from "./verdict-reasons.ts";
import { contextText, type Names, sentenceText } from "./verdict-text.ts";
import { VERDICT_THRESHOLDS } from "./verdict-thresholds.ts";

/**
 * Says whose doing a slow or broken connection was. What the capture lost itself comes first: then
 * nothing is claimed. A break outweighs slowness; of slowness, the largest share of time decides.
 */
export function judgeConnection<P extends PacketPlace>(
  facts: ConnectionFacts<P>,
  names: Names,
): ConnectionVerdict<P> {
  const notes = remarks(facts, names);
  const doubt = claimNothing(facts, names);
  if (doubt !== undefined) return verdictOf(facts, [doubt.reason, ...notes], doubt.missing, 1);
  const breaks = breakReasons(facts, names);
  const slow = [
    ...serverReasons(facts, names),
    ...clientReasons(facts, names),
    ...lossReasons(facts, names),
    ...roundTripReasons(facts),
  ].sort((a, b) => b.seconds - a.seconds);
  const minimum = VERDICT_THRESHOLDS.slowNs / 1e9;
  const deciding = slow.filter(({ seconds, cause }) => seconds >= minimum || cause === "loss");
  const decided = [...breaks, ...deciding];
  if (decided.length === 0) decided.push(...thinkReasons(facts, names));
  const rest = slow.filter((reason) => !decided.includes(reason));
  const missing = missingOf(facts, breaks);
  return verdictOf(facts, [...decided, ...rest, ...notes], missing, decided.length);
}

function verdictOf<P extends PacketPlace>(
  facts: ConnectionFacts<P>,
  reasons: readonly VerdictReason<P>[],
  missing: readonly string[],
  deciding: number,
): ConnectionVerdict<P> {
  const first = deciding === 0 ? undefined : reasons[0];
  const party = first?.party ?? "none";
  const second = reasons.slice(1, deciding).find((reason) => reason.party !== party);
  return {
    party,
    cause: first?.cause ?? "nothing",
    sentence: sentenceText(party, [first?.says, second?.says], contextText(facts)),
    reasons,
    missing,
  };
}

function missingOf<P extends PacketPlace>(
  facts: ConnectionFacts<P>,
  breaks: readonly VerdictReason<P>[],
): string[] {
  const missing: string[] = [];
  if (breaks.some(({ cause }) => cause === "no-answer")) {
    missing.push("a capture at the server: whether the SYNs arrive there, and what it answers");
  }
  if (!facts.hasHandshake && facts.refusal === undefined && breaks.length === 0) {
    missing.push("the handshake: round trips come from data alone, if at all");
  }
  const [client, server] = facts.sides;
  if (facts.hasHandshake && (client.roundTripNs < 0 || server.roundTripNs < 0)) {
    missing.push("a round trip to each side: no packet was acknowledged once and for sure");
  }
  if (facts.limits.some(({ reached }) => reached > 0)) {
    missing.push("everything beyond a limit that was reached while packets were compared");
  }
  return missing;
}
