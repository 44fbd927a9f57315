import type { VerdictReason } from "./connection-verdict.ts";
import type { ConnectionFacts, PacketPlace } from "./verdict-facts.ts";
import { countText, type Names, nameOf, shareText } from "./verdict-text.ts";
import { VERDICT_THRESHOLDS } from "./verdict-thresholds.ts";

/** What a capture with holes of its own forbids to claim, and what would be needed. */
export interface CaptureDoubt<P extends PacketPlace> {
  readonly reason: VerdictReason<P>;
  readonly missing: readonly string[];
}

/** A reason to claim nothing, when the capture itself lost packets or sees one direction only. */
export function claimNothing<P extends PacketPlace>(
  facts: ConnectionFacts<P>,
  names: Names,
): CaptureDoubt<P> | undefined {
  return oneSided(facts, names) ?? lossy(facts);
}

function oneSided<P extends PacketPlace>(
  { sides, first }: ConnectionFacts<P>,
  names: Names,
): CaptureDoubt<P> | undefined {
  const silent = sides[0].packets === 0 ? 0 : sides[1].packets === 0 ? 1 : undefined;
  if (silent === undefined) return undefined;
  const speaker = sides[silent === 0 ? 1 : 0];
  // SYNs alone are an attempt without answer: a finding, not a doubt.
  if (speaker.segments === 0 && speaker.syns > 0 && speaker.packets === speaker.syns) {
    return undefined;
  }
  const name = nameOf(names, silent);
  return {
    reason: {
      party: "unknown",
      cause: "one-sided-capture",
      says: `the capture holds ${countText(speaker.packets, "packet")} to ${name} and none from it, so nothing can be claimed`,
      seconds: 0,
      packets: first === undefined ? [] : [first],
    },
    missing: [`the direction from ${name}: a mirror of both directions, or the other path`],
  };
}

function lossy<P extends PacketPlace>({ sides }: ConnectionFacts<P>): CaptureDoubt<P> | undefined {
  const missed = sides[0].missedBytes + sides[1].missedBytes;
  const bytes = sides[0].bytes + sides[1].bytes + missed;
  if (missed === 0 || missed < bytes * VERDICT_THRESHOLDS.captureLossShare) return undefined;
  const holes = sides[0].missed.count + sides[1].missed.count;
  return {
    reason: {
      party: "unknown",
      cause: "capture-loss",
      says: `the capture itself lost ${countText(missed, "byte")} (${shareText(missed, bytes)}) in ${countText(holes, "hole")} that the receivers acknowledged, so nothing can be claimed`,
      seconds: 0,
      packets: [...sides[0].missed.packets, ...sides[1].missed.packets],
    },
    missing: ["a capture without loss of its own: see capture_loss and the drops of the capture"],
  };
}
