import type { PacketPlace, Sightings, Waits } from "./verdict-facts.ts";
import { PROOFS_MAX, VERDICT_THRESHOLDS } from "./verdict-thresholds.ts";

/** Waits named with both their packets. */
const WORST_KEPT = 5;

/** Counts one more, with the time it cost and the packets that show it. */
export function sight<P extends PacketPlace>(
  sightings: Sightings<P>,
  ns: number,
  ...packets: readonly (P | undefined)[]
): void {
  sightings.count++;
  sightings.ns += ns;
  if (ns > sightings.longestNs) sightings.longestNs = ns;
  for (const packet of packets) {
    if (packet === undefined || sightings.packets.length >= PROOFS_MAX) continue;
    if (!sightings.packets.includes(packet)) sightings.packets.push(packet);
  }
}

/** Adds a wait; the longest are kept with their packets. */
export function addWait<P extends PacketPlace>(
  waits: Waits<P>,
  ns: number,
  roundTripNs: number,
  packets: { readonly asked: P; readonly answered: P },
): void {
  const { slowAnswerNs, slowAnswerRoundTrips } = VERDICT_THRESHOLDS;
  waits.count++;
  waits.totalNs += ns;
  if (ns > waits.longestNs) waits.longestNs = ns;
  if (ns >= slowAnswerNs && ns >= roundTripNs * slowAnswerRoundTrips) {
    waits.slow++;
    waits.slowNs += ns;
  }
  const { worst } = waits;
  if (worst.length === WORST_KEPT && worst[WORST_KEPT - 1]!.ns >= ns) return;
  let place = worst.length;
  while (place > 0 && worst[place - 1]!.ns < ns) place--;
  worst.splice(place, 0, { ns, ...packets });
  if (worst.length > WORST_KEPT) worst.pop();
}
