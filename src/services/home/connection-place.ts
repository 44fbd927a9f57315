import { HoldfastError } from "../../core/base/index.ts";
import { systemClock } from "../../platform/index.ts";
import { readQuestion } from "./ask.ts";
import type { Home } from "./home.ts";
import { planPackets } from "./packets.ts";

/** The sealed segment that holds a connection's packets, and whose it is. */
export async function placeOf(home: Home, uid: string, signal: AbortSignal) {
  const q = `uid == ${uid}`;
  const { query } = readQuestion(home, { q, relativeTo: "now" }, systemClock.nowMs());
  const { segments } = await home.index.candidates({}, planPackets(home, query), signal);
  for (const segment of segments) {
    const entry = home.projection.segments.get(segment)?.entry;
    if (entry !== undefined) return { segment, capture: entry.capture, case: entry.case };
  }
  throw new HoldfastError("home/unknown-segment", `the capture of ${uid} is not sealed yet`, {
    remedy: "ask again when its import is done",
  });
}
