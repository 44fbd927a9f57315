import type { PacketPlace } from "./verdict-facts.ts";

/** Whose doing it was; `none` when nothing was slow or broken. */
export type VerdictParty = "network" | "client" | "server" | "unknown" | "none";

/** One thing that speaks for or against somebody, with the packets that show it. */
export interface VerdictReason<P extends PacketPlace> {
  readonly party: VerdictParty;
  /** A word for it that does not change, such as `slow-answers`. */
  readonly cause: string;
  /** With its numbers. */
  readonly says: string;
  /** Seconds of the connection's time that it cost; 0 when it is no matter of time. */
  readonly seconds: number;
  readonly packets: readonly P[];
}

export interface ConnectionVerdict<P extends PacketPlace> {
  readonly party: VerdictParty;
  readonly cause: string;
  /** To be pasted into a ticket. */
  readonly sentence: string;
  /** What decided first, then the rest by the time it cost. */
  readonly reasons: readonly VerdictReason<P>[];
  /** What would have to be captured to know more. */
  readonly missing: readonly string[];
}
