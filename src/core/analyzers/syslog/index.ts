import type { Protocol } from "../shared/index.ts";
import { SyslogAnalyzer } from "./syslog-analyzer.ts";
import { syslogSchema } from "./syslog-events.ts";

/** Syslog (RFC 5424, RFC 3164), over UDP and TCP. */
export const syslog: Protocol = {
  name: "syslog",
  logs: [syslogSchema],
  tcpPorts: [514],
  udpPorts: [514],
  start: ({ log, limit }) => {
    const rows = log(syslogSchema);
    const messageBytes = limit("syslog.messageBytes", 65_536);
    return { open: (conversation) => new SyslogAnalyzer(conversation, rows, messageBytes) };
  },
};
