import type { Protocol } from "../shared/index.ts";
import { DccSession, DccTransfers } from "./dcc-transfers.ts";
import { IrcAnalyzer } from "./irc-analyzer.ts";
import { ircSchema } from "./irc-events.ts";
import { recogniseIrc } from "./irc-parser.ts";

/** IRC (RFC 2812), and the files that its clients send each other (DCC). */
export const irc: Protocol = {
  name: "irc",
  logs: [ircSchema],
  tcpPorts: [6666, 6667, 6668, 6669],
  announcedService: "irc-dcc-data",
  recognises: (head, side, transport) => (transport === "udp" ? "no" : recogniseIrc(head, side)),
  start: ({ log, limit, files }) => {
    const transfers = new DccTransfers(limit("irc.expectedTransfers", 5000));
    const shared = {
      log: log(ircSchema),
      lineBytes: limit("irc.lineBytes", 1000),
      channels: limit("irc.channels", 100),
      transfers,
    };
    return {
      open: (conversation) => {
        const state = transfers.take(conversation.responder, conversation.responderPort);
        return state === undefined
          ? new IrcAnalyzer(conversation, shared)
          : new DccSession(conversation, { files, log: shared.log, state });
      },
    };
  },
};
