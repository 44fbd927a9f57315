import type { Protocol, Recognition, Side } from "../shared/index.ts";
import { LdapAnalyzer } from "./ldap-analyzer.ts";
import { ldapSchema, ldapSearchSchema } from "./ldap-events.ts";
import type { LdapShared } from "./ldap-operations.ts";

/** LDAP (RFC 4511) over TCP and UDP. */
export const ldap: Protocol = {
  name: "ldap",
  logs: [ldapSchema, ldapSearchSchema],
  tcpPorts: [389, 3268],
  udpPorts: [389],
  recognises: recogniseLdap,
  start: ({ log, limit }) => {
    const shared: LdapShared = {
      log: log(ldapSchema),
      searchLog: log(ldapSearchSchema),
      messageBytes: limit("ldap.messageBytes", 1_048_576),
      filterTerms: limit("ldap.filterTerms", 1000),
      pendingMessages: limit("ldap.pendingMessages", 10),
      pendingSearches: limit("ldap.pendingSearches", 10),
    };
    return { open: (conversation) => new LdapAnalyzer(conversation, shared) };
  },
};

/** A bind as the client's first message: short lengths, a number of one byte, version 2 or 3. */
function recogniseLdap(head: Uint8Array, side: Side): Recognition {
  if (side === 1) return "no";
  const wanted = [0x30, -1, 2, 1, -1, 0x60, -1, 2, 1] as const;
  for (let n = 0; n < wanted.length && n < head.length; n++) {
    if (wanted[n] !== -1 && head[n] !== wanted[n]) return "no";
  }
  if (head.length <= wanted.length) return "more";
  return head[wanted.length] === 2 || head[wanted.length] === 3 ? "yes" : "no";
}
