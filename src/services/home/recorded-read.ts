import type { PacketPlan } from "../../core/query/index.ts";
import type { LocatedPackets } from "../evidence/index.ts";
import type { Coverage } from "./coverage.ts";
import type { KeyLogs } from "./key-logs.ts";

/** A read that is on record: the packets may leave now. */
export interface RecordedRead {
  readonly seq: number;
  readonly plan: PacketPlan;
  readonly located: LocatedPackets;
  readonly sha256: string;
  readonly coverage: Coverage;
  readonly text: string;
  readonly case: string;
  /** TLS secrets of the case, where they were asked for and there are any. */
  readonly keys: KeyLogs | undefined;
}
