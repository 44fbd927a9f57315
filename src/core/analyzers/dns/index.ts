import type { Protocol } from "../shared/index.ts";
import { DnsAnalyzer } from "./dns-analyzer.ts";
import { dnsSchema } from "./dns-events.ts";
import { DnsNameReader } from "./dns-name-reader.ts";
import { recogniseDns } from "./recognise-dns.ts";

/** DNS (RFC 1035), multicast DNS (RFC 6762), LLMNR (RFC 4795), NetBIOS names (RFC 1002). */
export const dns: Protocol = {
  name: "dns",
  logs: [dnsSchema],
  tcpPorts: [53],
  udpPorts: [53, 137, 5353, 5355],
  recognises: recogniseDns,
  start: ({ log, limit }) => {
    const shared = {
      log: log(dnsSchema),
      questions: limit("dns.questions", 25),
      answerCharacters: limit("dns.answerCharacters", 65_536),
      names: new DnsNameReader(limit("dns.compressionPointers", 20)),
    };
    return { open: (conversation) => new DnsAnalyzer(conversation, shared) };
  },
};
