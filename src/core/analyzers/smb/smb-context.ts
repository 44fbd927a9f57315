import type { Conversation } from "../shared/index.ts";
import type { SmbFacts } from "./smb-facts.ts";
import type { SmbPipes } from "./smb-pipes.ts";
import type { SmbRows } from "./smb-rows.ts";
import type { SmbSecurity } from "./smb-security.ts";
import type { SmbShared, SmbState } from "./smb-state.ts";
import type { SmbTransfers } from "./smb-transfers.ts";

/** What the versions of SMB need of a connection. */
export interface SmbContext {
  readonly conversation: Conversation;
  readonly shared: SmbShared;
  readonly rows: SmbRows;
  readonly transfers: SmbTransfers;
  readonly pipes: SmbPipes;
  readonly security: SmbSecurity;
  readonly facts: SmbFacts;
  readonly state: SmbState;
}
