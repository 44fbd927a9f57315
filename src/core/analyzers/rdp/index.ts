import {
  asciiText,
  type Protocol,
  type Recognition,
  type Side,
  type Transport,
} from "../shared/index.ts";
import { RdpAnalyzer, type RdpShared } from "./rdp-analyzer.ts";
import { rdpSchema } from "./rdp-events.ts";
import { RdpUdpAnalyzer } from "./rdpeudp.ts";

/** Remote desktop over TCP (MS-RDPBCGR). */
export const rdp: Protocol = {
  name: "rdp",
  logs: [rdpSchema],
  tcpPorts: [3389],
  recognises: recogniseRdp,
  start: ({ log, limit, certificates, files }) => {
    const shared: RdpShared = {
      log: log(rdpSchema),
      certificates,
      files,
      unitBytes: limit("rdp.unitBytes", 65_536),
    };
    return { open: (conversation) => new RdpAnalyzer(conversation, shared) };
  },
};

/** Remote desktop over UDP (MS-RDPEUDP); it has no log. */
export const rdpeudp: Protocol = {
  name: "rdpeudp",
  logs: [],
  udpPorts: [3389],
  recognises: recogniseRdpUdp,
  start: () => ({ open: (conversation) => new RdpUdpAnalyzer(conversation) }),
};

/** A client's request to connect: TPKT, X.224, and a cookie or a negotiation behind them. */
function recogniseRdp(head: Uint8Array, side: Side, transport: Transport): Recognition {
  if (side === 1 || transport === "udp") return "no";
  for (const [at, byte] of [
    [0, 3],
    [1, 0],
    [5, 0xe0],
    [6, 0],
    [7, 0],
  ] as const) {
    if (head.length > at && head[at] !== byte) return "no";
  }
  if (head.length < 15) return "more";
  const isNegotiation = head[11] === 1 && head[13] === 8 && head[14] === 0;
  return isNegotiation || asciiText(head.subarray(11, 15)) === "Cook" ? "yes" : "no";
}

/** A first datagram is filled up to a whole packet's size and acknowledges nothing. */
function recogniseRdpUdp(head: Uint8Array, _side: Side, transport: Transport): Recognition {
  if (transport === "tcp" || head.length < 1132 || head.length > 1232) return "no";
  const isFirst = head[0] === 255 && head[1] === 255 && head[2] === 255 && head[3] === 255;
  return isFirst && head[7] === 1 ? "yes" : "no";
}
