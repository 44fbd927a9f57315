import type { Protocol } from "../shared/index.ts";
import { LogonPairs } from "./logon-pairs.ts";
import { NtlmAnalyzer, type NtlmShared } from "./ntlm-analyzer.ts";
import { ntlmSchema } from "./ntlm-events.ts";

/** NTLM (MS-NLMP), which other protocols carry. */
export const ntlm: Protocol = {
  name: "ntlm",
  logs: [ntlmSchema],
  start: ({ log, limit }) => {
    const shared: NtlmShared = {
      log: log(ntlmSchema),
      users: limit("ntlm.users", 100),
      pairs: new LogonPairs(limit("ntlm.logonPairs", 4096)),
      connections: new Map(),
    };
    return { open: (conversation) => new NtlmAnalyzer(conversation, shared) };
  },
};
