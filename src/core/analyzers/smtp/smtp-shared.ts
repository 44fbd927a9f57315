import type { CreateDigest, Limit } from "../../base/index.ts";
import type { FileAnalysis, LogWriter, SoftwareInventory } from "../shared/index.ts";
import type { SmtpRowLimits } from "./smtp-row.ts";

/** What all flows of SMTP share. */
export interface SmtpShared extends SmtpRowLimits {
  readonly log: LogWriter;
  readonly files: FileAnalysis;
  readonly software: SoftwareInventory;
  readonly createDigest: CreateDigest | undefined;
  readonly lineBytes: Limit;
  readonly bdatLineBytes: Limit;
  readonly pendingCommands: Limit;
  readonly invalidTransactions: Limit;
}
