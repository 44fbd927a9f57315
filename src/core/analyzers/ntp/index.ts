import type { Protocol } from "../shared/index.ts";
import { NtpAnalyzer } from "./ntp-analyzer.ts";
import { ntpControlSchema, ntpPrivateSchema, ntpSchema } from "./ntp-events.ts";

/** NTP (RFC 5905), its control messages (RFC 9327), ntpd's private ones. */
export const ntp: Protocol = {
  name: "ntp",
  logs: [ntpSchema, ntpControlSchema, ntpPrivateSchema],
  udpPorts: [123],
  start: ({ log }) => {
    const shared = {
      log: log(ntpSchema),
      controlLog: log(ntpControlSchema),
      privateLog: log(ntpPrivateSchema),
    };
    return { open: (conversation) => new NtpAnalyzer(conversation, shared) };
  },
};
