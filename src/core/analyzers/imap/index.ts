import type { Protocol } from "../shared/index.ts";
import { ImapAnalyzer } from "./imap-analyzer.ts";

/** IMAP (RFC 9051): recognised, and followed into TLS. */
export const imap: Protocol = {
  name: "imap",
  logs: [],
  tcpPorts: [143],
  start: ({ limit }) => {
    const lineBytes = limit("imap.lineBytes", 65_536);
    return { open: (conversation) => new ImapAnalyzer(conversation, lineBytes) };
  },
};
