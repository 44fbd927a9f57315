import type { Protocol } from "../shared/index.ts";
import { TftpAnalyzer, type TftpShared, transferKey } from "./tftp-analyzer.ts";
import { tftpSchema } from "./tftp-events.ts";

/** TFTP (RFC 1350) with options (RFC 2347). */
export const tftp: Protocol = {
  name: "tftp",
  logs: [tftpSchema],
  udpPorts: [69],
  start: ({ log, limit, files }) => {
    const shared: TftpShared = {
      log: log(tftpSchema),
      files,
      pending: limit("tftp.pendingTransfers", 10_000),
      announced: new Map(),
    };
    return {
      open: (conversation) => {
        const { responder, responderPort } = conversation;
        const transfer = shared.announced.get(transferKey(responder, responderPort));
        return new TftpAnalyzer(conversation, shared, transfer);
      },
    };
  },
};
