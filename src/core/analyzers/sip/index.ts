import type { Protocol } from "../shared/index.ts";
import { SipAnalyzer } from "./sip-analyzer.ts";
import { sipSchema } from "./sip-events.ts";
import { recogniseSip } from "./sip-parser.ts";

/** SIP (RFC 3261) over UDP. */
export const sip: Protocol = {
  name: "sip",
  logs: [sipSchema],
  udpPorts: [5060],
  recognises: (head, _, transport) => (transport === "udp" ? recogniseSip(head) : "no"),
  start: ({ log, limit }) => {
    const shared = { log: log(sipSchema), hops: limit("sip.hops", 100) };
    return { open: (conversation) => new SipAnalyzer(conversation, shared) };
  },
};
