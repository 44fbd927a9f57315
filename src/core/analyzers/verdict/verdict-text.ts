import { durationText } from "../../base/index.ts";
import type { ConnectionFacts, PacketPlace, SideFacts, VerdictSide } from "./verdict-facts.ts";

/** The two ends as they are called in sentences. */
export interface Names {
  readonly client: string;
  readonly server: string;
}

export function nameOf(names: Names, side: VerdictSide): string {
  return side === 0 ? names.client : names.server;
}

/** `1 segment`, `1,204 segments`. */
export function countText(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function numberText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A time from nanoseconds; below 10 ms with its fraction. */
export function timeText(ns: number): string {
  return ns < 10e6 ? `${Math.round(ns / 1e4) / 100} ms` : durationText(ns / 1e9);
}

/** `0.4 %`. */
export function shareText(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  const percent = (part / whole) * 100;
  return `${percent < 10 ? Math.round(percent * 10) / 10 : Math.round(percent)} %`;
}

/** Segments that were lost on the way, by what the capture can tell. */
export function lostOf<P extends PacketPlace>({ lostBefore, lostBehind }: SideFacts<P>): number {
  return lostBefore.count + lostBehind.count;
}

/** Round trip and loss: what every verdict is to be measured against. */
export function contextText<P extends PacketPlace>(facts: ConnectionFacts<P>): string {
  const [client, server] = facts.sides;
  const parts: string[] = [];
  const known = [client, server].filter(({ roundTripNs }) => roundTripNs >= 0);
  if (known.length > 0) {
    const ns = known.reduce((sum, { roundTripNs }) => sum + roundTripNs, 0);
    const half =
      known.length === 2 ? "" : client.roundTripNs >= 0 ? " to the client" : " to the server";
    parts.push(`the network's round trip${half} was ${timeText(ns)}`);
  }
  const segments = client.segments + server.segments;
  if (segments > 0) {
    const lost = lostOf(client) + lostOf(server);
    parts.push(
      `${numberText(lost)} of ${countText(segments, "segment")} ${lost === 1 ? "was" : "were"} lost`,
    );
  }
  return parts.join(", ");
}

const TITLES: Readonly<Record<string, string>> = {
  network: "Network",
  client: "Client",
  server: "Server",
  unknown: "Unknown",
  none: "Nobody",
};

/** One sentence out of who, the reasons that decided, and the network's figures. */
export function sentenceText(
  party: string,
  says: readonly (string | undefined)[],
  context: string,
): string {
  const told = says.filter((one) => one !== undefined);
  const main = told.length === 0 ? "nothing was slow or broken" : told.join("; besides, ");
  return `${TITLES[party]}: ${main}${context === "" ? "" : `; ${context}`}.`;
}
