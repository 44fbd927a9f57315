import type { Protocol } from "../shared/index.ts";
import { DhcpAnalyzer } from "./dhcp-analyzer.ts";
import { dhcpSchema } from "./dhcp-events.ts";
import { hasCookie } from "./dhcp-parser.ts";
import { DhcpTransactions } from "./dhcp-transactions.ts";

/** DHCP (RFC 2131). */
export const dhcp: Protocol = {
  name: "dhcp",
  logs: [dhcpSchema],
  udpPorts: [67, 68, 4011],
  recognises: (head, _, transport) => (transport === "udp" && hasCookie(head) ? "yes" : "no"),
  start: ({ log, limit }) => {
    const transactions = new DhcpTransactions(log(dhcpSchema), limit("dhcp.transactions", 100_000));
    return {
      open: (conversation) => new DhcpAnalyzer(conversation, transactions),
      end: () => transactions.end(),
    };
  },
};
