import type { Protocol } from "../shared/index.ts";
import { SnmpAnalyzer } from "./snmp-analyzer.ts";
import { snmpSchema } from "./snmp-events.ts";

/** SNMP versions 1, 2c and 3. */
export const snmp: Protocol = {
  name: "snmp",
  logs: [snmpSchema],
  udpPorts: [161, 162],
  start: ({ log }) => {
    const rows = log(snmpSchema);
    return { open: (conversation) => new SnmpAnalyzer(conversation, rows) };
  },
};
