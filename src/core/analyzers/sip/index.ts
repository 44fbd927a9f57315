import type { Protocol } from "../shared/index.ts";
import { SipAnalyzer } from "./sip-analyzer.ts";
import { sipSchema } from "./sip-events.ts";
import { recogniseSip, recogniseSipStream } from "./sip-parser.ts";
import { SipStream } from "./sip-stream.ts";

/** SIP (RFC 3261) over UDP and TCP. */
export const sip: Protocol = {
  name: "sip",
  logs: [sipSchema],
  udpPorts: [5060],
  recognises: (head, _, transport) =>
    transport === "udp" ? recogniseSip(head) : recogniseSipStream(head),
  start: ({ log, limit }) => {
    const shared = { log: log(sipSchema), hops: limit("sip.hops", 100) };
    const headBytes = limit("sip.headBytes", 65_536);
    return {
      open: (conversation) => {
        const analyzer = new SipAnalyzer(conversation, shared);
        return conversation.transport === "udp"
          ? analyzer
          : new SipStream(conversation, { analyzer, headBytes });
      },
    };
  },
};
